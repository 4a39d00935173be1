// The activations: the list that everything else about them is made from.
//
// To add one: a row in activations.inc and its formulas, plain and for vectors, in formulas.inc.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace lithe::activations {

enum class Activation {
#define LITHE_ACTIVATION(name, ...) name,
#include "activations/activations.inc"
};

// Which of y = f(x) and x the derivative is computed from. The output where that is enough: the
// input need not be kept then.
enum class DerivativeFrom { output, input };

// How far a value of the vectors may lie from the exact one, in units in the last place of float32
// and float64 alike. tests/kernels checks it. (Derivatives are sums that cancel: their error is
// absolute, 4 epsilons for all activations, times the argument where that is above 1.)
struct ErrorBound {
  double ulp;
  // A value nearer to 0 than this many times the smallest normal number may be 0.
  double floor = 0;
  // Units more for each factor of e by which y is smaller than x: what an exponent's rounding
  // costs. growth_unfused: on SSE4, which has no fused multiply-add.
  double growth = 0, growth_unfused = 0;
};

// Where the first or the second derivative does not exist or jumps. The tests take no finite
// differences there.
class Kinks {
 public:
  constexpr Kinks(std::initializer_list<double> at) {
    for (const double x : at) at_[count_++] = x;
  }
  constexpr const double* begin() const { return at_; }
  constexpr const double* end() const { return at_ + count_; }

 private:
  double at_[4] = {};
  std::size_t count_ = 0;
};

// Outputs below or above these: the derivative is below a twelfth of its largest value, and a unit
// hardly learns.
struct Flat {
  double below = -std::numeric_limits<double>::infinity();
  double above = std::numeric_limits<double>::infinity();
};

struct Row {
  Activation activation;
  std::string_view name;
  std::string_view help;
  DerivativeFrom derivative_from;
  std::string_view initializer;  // of the weights in front of it, where they are left to `auto`
  ErrorBound error;
  Kinks kinks = {};
  bool probabilities = false;      // a loss that takes logits refuses to follow it
  Flat flat = {};                  // where it is saturated at both ends
  std::string_view argument = {};  // empty: it has none
  double fallback = 0, low = 0, high = 0;
};

inline constexpr Row kActivations[] = {
#define LITHE_ACTIVATION(name_, ...) {.activation = Activation::name_, .name = #name_, __VA_ARGS__},
#include "activations/activations.inc"
};
inline constexpr std::size_t kCount = sizeof(kActivations) / sizeof(kActivations[0]);

constexpr const Row& row(Activation activation) {
  return kActivations[static_cast<std::size_t>(activation)];
}
constexpr std::string_view name(Activation activation) { return row(activation).name; }

}  // namespace lithe::activations
