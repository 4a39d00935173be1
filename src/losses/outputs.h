// From a classifier's outputs to the class that they predict and the probability of each class. The
// loss decides what outputs mean; evaluation, reports and `lithe predict` all ask here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "losses/loss.h"

namespace lithe::losses {

// How many classes that many outputs can tell apart: as many, but one output tells two apart. The
// softmax of one output is always 1, so there it is one class.
constexpr std::size_t class_count(std::size_t outputs, Loss loss) {
  return outputs == 1 && outputs_of(loss) != Outputs::softmax_logits ? 2 : outputs;
}

// The class of the largest output, the first of equal ones. With one output it is the second class
// from a probability of one half on. Inline, because an evaluation calls it for each example.
template <typename T>
std::size_t predicted_class(std::span<const T> outputs, Loss loss) {
  if (outputs.size() == 1 && class_count(1, loss) == 2)
    return outputs[0] >= (outputs_of(loss) == Outputs::values ? T{0.5} : T{0}) ? 1 : 0;
  return static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
}

// Whether each output says of its label what the target says, where outputs are answers of their
// own: from a probability of one half on a label holds. False for other losses.
template <typename T>
bool all_labels_right(std::span<const T> outputs, const float* targets, Loss loss) {
  if (outputs_of(loss) != Outputs::sigmoid_logits) return false;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if ((outputs[i] >= T{0}) != (targets[i] >= 0.5F)) return false;
  return true;
}

// All classes, the most probable first; the first is predicted_class. They are ordered by the
// outputs, because different outputs can round to the same probability.
std::vector<std::size_t> ranked_classes(std::span<const double> outputs, Loss loss);

// One for each class, from 0 to 1. The sigmoids of several outputs, and values, need not sum to 1.
std::vector<double> probabilities(std::span<const double> outputs, Loss loss);

// How probabilities() gets them: "the softmax of the outputs".
std::string describe_probabilities(std::size_t outputs, Loss loss);

}  // namespace lithe::losses
