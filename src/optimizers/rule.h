// The rules by which weights are updated from gradients, value by value, and the numbers that a
// step of one needs.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::optimizers {

enum class Rule {
#define LITHE_RULE(name, states) name,
#include "optimizers/rules.inc"
};

struct RuleRow {
  Rule rule;
  std::string_view name;
  std::size_t states;
};

inline constexpr RuleRow kRules[] = {
#define LITHE_RULE(name, states) {Rule::name, #name, states},
#include "optimizers/rules.inc"
};
inline constexpr std::size_t kRuleCount = sizeof(kRules) / sizeof(kRules[0]);
inline constexpr std::size_t kMostStates = 2;

constexpr const RuleRow& row(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }

// What a step of the rule takes beside gradient, weight and states; what a to f are each rule says.
// Before it the gradient becomes  clip(scale * gradient) + l2 * weight + l1 * sign(weight);  the
// weight is multiplied by `keep`, which is where decoupled decay happens.
template <typename T>
struct Coefficients {
  T rate = 0, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0;
  T keep = 1;
  T scale = 1, clip = 0, l1 = 0, l2 = 0;  // clip 0: none
};

}  // namespace lithe::optimizers
