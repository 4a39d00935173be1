// The update rules: all optimizers of list.inc as one variant.
//
// The struct of an optimizer has
//   kName               how reports call it
//   kStates             how many values it keeps for each weight
//   declaration, make   its arguments, and itself from a sentence that gives them
//   Coefficients<V>     the numbers of a step by name, all of them V
//   coefficients        those numbers for a learning rate and a step; the first step is 1
// and its formula is a function
//   V step(const Coefficients<V>&, V g, V w, V& state...)
// that returns the new weight and changes kStates states in place. g is the gradient; w is the
// weight after decoupled decay. V is a vector or a number, for which MulAdd(a, b, c) = a b + c,
// NegMulAdd(a, b, c) = c - a b (both fused), Add, Sub, Mul, Div, Sqrt, Min, Max and sign are there.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <variant>

#include "lithe/component.h"
#include "optimizers/arguments.h"
#include "optimizers/coefficients.h"

namespace lithe::optimizers {

using network::Declaration;

#define LITHE_OPTIMIZER_STRUCT
#include "optimizers/list.inc"

// One alternative a row; a list of types that begins with a comma needs a first one.
template <class None, class... Rules>
using VariantOf = std::variant<Rules...>;
#define LITHE_OPTIMIZER(Name) , Name
using Rule = VariantOf<void
#include "optimizers/list.inc"
                       >;

template <template <class> class C>
constexpr std::size_t count_coefficients() {
  static_assert(sizeof(C<double>) == 2 * sizeof(C<float>), "a coefficient is not a V");
  constexpr std::size_t kCount = sizeof(C<double>) / sizeof(double);
  static_assert(kCount <= kMostCoefficients, "kMostCoefficients (coefficients.h) is too small");
  return kCount;
}

struct RuleRow {
  std::string_view name;
  std::size_t states, coefficients;
};

// In the order of the variant's alternatives.
inline constexpr RuleRow kRules[] = {
#define LITHE_OPTIMIZER(Name) \
  {Name::kName, Name::kStates, count_coefficients<Name::Coefficients>()},
#include "optimizers/list.inc"
};
inline constexpr std::size_t kRuleCount = std::size(kRules);

constexpr const RuleRow& row(const Rule& rule) { return kRules[rule.index()]; }

}  // namespace lithe::optimizers
