// From a classifier's outputs to the share of its belief that each class has.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "losses/loss.h"

namespace lithe::evaluation {

// One output tells two classes apart.
std::size_t answer_count(std::size_t outputs);

// The answer that counts as the model's, as training counts it: the first of the largest outputs;
// of one output the second class from 0 or, where the loss takes no logits, from a half on.
std::size_t answer_of(std::span<const double> outputs, losses::Loss loss);

// From 0 to 1 each, as many as there are answers. Their sum is 1 for losses that make it so: a
// network of sigmoids says of each class by itself how likely it is.
std::vector<double> shares_of(std::span<const double> outputs, losses::Loss loss);

// What shares_of does, in words: "the softmax of the outputs".
std::string shares_in_words(std::size_t outputs, losses::Loss loss);

}  // namespace lithe::evaluation
