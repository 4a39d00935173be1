// What the outputs of a classifier mean: the class that they predict, and the probability of each
// class. The loss that the network was trained with decides it.
//
//   const std::vector<double> outputs = model.predict(row);  // of one example
//   const std::string& loss = model.metadata().at("lithe.loss");  // "cross_entropy"
//   const std::size_t best = lithe::predicted_class(outputs, loss);
//   const double probability = lithe::probabilities(outputs, loss)[best];
//
// `loss` is the sentence of the loss. All throw Error(sentence) where it names none, Error(usage)
// for no outputs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lithe {

// The class of the largest output, the first of equal ones. With one output there are two classes,
// and it is the second from 0 on where the loss takes logits or margins, from 0.5 on otherwise.
std::size_t predicted_class(std::span<const double> outputs, const std::string& loss);
std::size_t predicted_class(std::span<const float> outputs, const std::string& loss);

// All classes, the most probable first.
std::vector<std::size_t> ranked_classes(std::span<const double> outputs, const std::string& loss);
std::vector<std::size_t> ranked_classes(std::span<const float> outputs, const std::string& loss);

// The probability of each class, two of them for one output: the softmax of the outputs after
// cross_entropy, and after hinge with several outputs; the sigmoid of each output after
// binary_cross_entropy, and after hinge with one output; the outputs clamped to 0 to 1 after any
// other loss. Only a softmax, and one output, make a sum of 1.
std::vector<double> probabilities(std::span<const double> outputs, const std::string& loss);
std::vector<double> probabilities(std::span<const float> outputs, const std::string& loss);

// A mean loss that is a cross-entropy, in bits: the mean of -log2 of the probability that the right
// class was given. Nothing for other losses, and with smoothing.
std::optional<double> bits_of(double mean_loss, const std::string& loss);

}  // namespace lithe
