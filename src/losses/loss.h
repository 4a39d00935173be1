// The losses: the list that everything else about them is made from.
//
// A loss is the mean over the examples of a batch of what its row says for one example, with a the
// network's output and y the target (1 for the example's class and 0 for the others).
// To add one: a row in losses.inc, and its value and gradient (vectors and plain) in
// src/kernels/losses.cc and reference.cc, which will not build without them.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::losses {

enum class Loss {
#define LITHE_LOSS(name, help) name,
#include "losses/losses.inc"
};

struct Row {
  Loss loss;
  std::string_view name, help;
};

inline constexpr Row kLosses[] = {
#define LITHE_LOSS(name, help) {Loss::name, #name, help},
#include "losses/losses.inc"
};
inline constexpr std::size_t kCount = sizeof(kLosses) / sizeof(kLosses[0]);

}  // namespace lithe::losses
