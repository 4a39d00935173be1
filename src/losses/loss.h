// The losses: the list that everything else about them is made from.
//
// A loss is the mean of the examples' losses in a batch, weighted where there are weights. In the
// list, a is the network's output and y the target: 1 for the example's class and 0 for the others,
// or the numbers of the data.
// To add one: a row in losses.inc, and its value and gradient (vectors and plain) in
// src/kernels/losses.cc and reference_losses.cc, which will not build without them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::losses {

enum class Loss {
#define LITHE_LOSS(name, argument, fallback, low, high, help) name,
#include "losses/losses.inc"
};

struct Row {
  Loss loss;
  std::string_view name, argument;
  double fallback, low, high;
  std::string_view help;
};

inline constexpr Row kLosses[] = {
#define LITHE_LOSS(name, argument, fallback, low, high, help) \
  {Loss::name, #name, argument, fallback, low, high, help},
#include "losses/losses.inc"
};
inline constexpr std::size_t kCount = sizeof(kLosses) / sizeof(kLosses[0]);

// A loss with its argument.
struct Choice {
  Loss loss = Loss::quadratic;
  double argument = 0;
};

std::vector<network::Declaration> declarations();
Choice choose(const Component& sentence);

// Whether outputs are logits, of which sigmoid or softmax gives probabilities: a single output
// means "yes" from 0 on. An output that is not a logit means "yes" from 0.5 on.
bool takes_logits(Loss loss);

}  // namespace lithe::losses
