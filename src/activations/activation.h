// The activations: the list that everything else about them is made from.
//
// To add one: a row in activations.inc, and its function and derivative (vectors and plain) in
// src/kernels/activations.cc and reference.cc, which will not build without them.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::activations {

enum class Activation {
#define LITHE_ACTIVATION(name, derivative_from, argument, fallback, low, high, help) name,
#include "activations/activations.inc"
};

// Which of y = f(x) and x the derivative is computed from.
enum class DerivativeFrom { output, input };

struct Row {
  Activation activation;
  std::string_view name;
  DerivativeFrom derivative_from;
  std::string_view argument;  // empty: it has none
  double fallback, low, high;
  std::string_view help;
};

inline constexpr Row kActivations[] = {
#define LITHE_ACTIVATION(name, derivative_from, argument, fallback, low, high, help) \
  {Activation::name, #name, DerivativeFrom::derivative_from, argument, fallback, low, high, help},
#include "activations/activations.inc"
};
inline constexpr std::size_t kCount = sizeof(kActivations) / sizeof(kActivations[0]);

constexpr const Row& row(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)];
}
constexpr std::string_view name(Activation activation) { return row(activation).name; }

}  // namespace lithe::activations
