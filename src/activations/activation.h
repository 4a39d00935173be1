// The activations: the list that everything else about them is made from.
//
// To add one: a row in activations.inc, and its function and derivative (vectors and plain) in
// src/kernels/activations.cc and reference.cc, which will not build without them.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::activations {

enum class Activation {
#define LITHE_ACTIVATION(name, help) name,
#include "activations/activations.inc"
};

struct Row {
  Activation activation;
  std::string_view name, help;
};

inline constexpr Row kActivations[] = {
#define LITHE_ACTIVATION(name, help) {Activation::name, #name, help},
#include "activations/activations.inc"
};
inline constexpr std::size_t kCount = sizeof(kActivations) / sizeof(kActivations[0]);

constexpr std::string_view name(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)].name;
}

}  // namespace lithe::activations
