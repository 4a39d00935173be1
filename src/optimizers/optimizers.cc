#include "optimizers/optimizers.h"

#include <bit>
#include <cassert>
#include <type_traits>

namespace lithe::optimizers {

namespace {

using network::Argument, network::Category, network::Type;

Regularization read_regularization(const Component& c) {
  return {c.number("l1"),
          c.number("l2"),
          c.number("weight_decay"),
          c.number("clip_value"),
          c.number("clip_layer_norm"),
          c.number("clip_norm"),
          c.number("max_norm")};
}

// Calls work.template operator()<R>() for the struct of each rule, in the order of the list.
template <class Work>
void each_rule(const Work& work) {
#define LITHE_OPTIMIZER(Name) work.template operator()<Name>();
#include "optimizers/list.inc"
}

// What `make` of a struct returns: the rule, or a variant of the rules that its arguments choose
// from.
template <class Made>
Rule to_rule(const Made& made) {
  if constexpr (std::is_convertible_v<Made, Rule>)
    return made;
  else
    return std::visit([](const auto& rule) -> Rule { return rule; }, made);
}

schedules::Schedule read_schedule(const Value& rate) {
  const auto* fixed = std::get_if<double>(&rate);
  return fixed != nullptr ? schedules::Schedule(*fixed)
                          : schedules::Schedule::make(std::get<Component>(rate));
}

}  // namespace

Argument learning_rate(const char* fallback) {
  return {"lr",
          "learning rate, or a schedule",
          Type::number_or_component,
          fallback,
          0,
          1e6,
          true,
          Category::schedule};
}
Argument decay(const char* name, const char* help, const char* fallback) {
  return {name, help, Type::number, fallback, 0, 0.999999999};
}
Argument epsilon(const char* fallback) {
  return {"epsilon", "added to the divisor", Type::number, fallback, 1e-30, 1, false};
}
Argument amount(const char* name, const char* help) {
  return {name, help, Type::number, "0", 0, 1e9};
}

Declaration declare(std::string_view name, const char* help, std::vector<Argument> own,
                    const char* weight_decay) {
  Argument decay = amount("weight_decay",
                          "decoupled: each step shrinks weights by lr * weight_decay; not biases");
  decay.fallback = weight_decay;
  for (const Argument& common :
       {decay, amount("l2", "l2 * weight is added to the gradient of weights (coupled decay)"),
        amount("l1", "l1 * sign(weight) is added to the gradient of weights"),
        amount("clip_value", "values of the gradient are kept within this of 0; 0: no bound"),
        amount("clip_layer_norm", "the most an array's gradient may have as its norm"),
        amount("clip_norm", "the most all gradients together may have as their norm"),
        amount("max_norm", "the most the weights that enter a unit may have as their norm")})
    own.push_back(common);
  return {std::string(name), help, std::move(own)};
}

// Rules that share a declaration stand next to each other.
std::vector<Declaration> declarations() {
  std::vector<Declaration> result;
  each_rule([&]<class R>() {
    if (result.empty() || result.back().name != R::kName) result.push_back(R::declaration());
  });
  return result;
}

std::vector<Declaration> averaging_declarations() {
  return {{"none", "the weights as they are"},
          {"ema",
           "the exponential moving average of the weights is what is evaluated and saved",
           {decay("decay", "what is kept of the average in a step", "0.999")}},
          {"swa",
           "the plain average of the weights at the ends of the last epochs (Izmailov and others, "
           "2018)",
           {decay("start", "share of the training after which it begins", "0.75")}}};
}

Optimizer Optimizer::make(const Component& sentence) {
  Optimizer result{{}, read_regularization(sentence)};
  [[maybe_unused]] bool found = false;
  each_rule([&]<class R>() {
    if (R::kName == sentence.name) result.rule = to_rule(R::make(sentence)), found = true;
  });
  assert(found && "an optimizer that is declared");
  result.schedule = read_schedule(sentence.arguments.front().second);
  return result;
}

Coefficients<double> StepCounter::next(double learning_rate) {
  ++done_;
  const Muon* muon = optimizer_.muon();
  const double rate = muon != nullptr ? learning_rate * muon->rest : learning_rate;
  const Regularization& r = optimizer_.regularization;
  Coefficients<double> result;
  result.rate = learning_rate;
  result.keep = 1 - rate * r.weight_decay;
  result.l1 = r.l1, result.l2 = r.l2, result.clip = r.clip_value;
  std::visit(
      [&](auto& rule) {
        const auto own = rule.coefficients(rate, done_);
        constexpr std::size_t kCount = sizeof(own) / sizeof(double);
        const auto values = std::bit_cast<std::array<double, kCount>>(own);
        std::copy(values.begin(), values.end(), result.own.begin());
      },
      rule_);
  return result;
}

}  // namespace lithe::optimizers
