// The losses: the list that everything else about them is made from.
//
// A loss is the mean of the examples' losses in a batch, weighted where there are weights. In the
// list, a is the network's output and y the target: 1 for the example's class and 0 for the others,
// or the numbers of the data.
// To add one: a row in losses.inc, which says all that training asks of it, and its value and
// gradient (vectors and plain) in src/kernels/losses.cc and reference_losses.cc, which do not build
// without them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::losses {

// What the outputs of a network mean that was trained with a loss (losses/outputs.h).
enum class Outputs {
  values,          // each the probability of its class, or close to it; one output: of the second
  softmax_logits,  // the softmax of them gives the probabilities
  sigmoid_logits,  // the sigmoid of each gives its probability
  margins          // the largest is the class; one output: the second class from 0 on
};

// What the targets of examples may be that have no class.
enum class Targets {
  numbers,        // any
  probabilities,  // from 0 to 1, each output by itself
  distribution,   // over the outputs: probabilities that sum to 1
};

enum class Loss {
#define LITHE_LOSS(name, outputs, targets, argument, fallback, low, high, help) name,
#include "losses/losses.inc"
};

struct Row {
  Loss loss;
  Outputs outputs;
  Targets targets;
  std::string_view name, argument;
  double fallback, low, high;
  std::string_view help;
};

inline constexpr Row kLosses[] = {
#define LITHE_LOSS(name, outputs, targets, argument, fallback, low, high, help) \
  {Loss::name, Outputs::outputs, Targets::targets, #name, argument, fallback, low, high, help},
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

constexpr const Row& row(Loss loss) { return kLosses[static_cast<std::size_t>(loss)]; }
constexpr Outputs outputs_of(Loss loss) { return row(loss).outputs; }
// A network that is trained with such a loss must not end in softmax or sigmoid.
constexpr bool takes_logits(Loss loss) { return outputs_of(loss) != Outputs::values; }

}  // namespace lithe::losses
