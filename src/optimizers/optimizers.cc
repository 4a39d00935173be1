#include "optimizers/optimizers.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

namespace lithe::optimizers {

namespace {

using network::Argument, network::Category, network::Declaration, network::Type;

Argument rate(const char* fallback) {
  return {"lr",
          "learning rate, or a schedule",
          Type::number_or_component,
          fallback,
          0,
          1e6,
          true,
          Category::schedule};
}
Argument share(const char* name, const char* help, const char* fallback) {
  return {name, help, Type::number, fallback, 0, 0.999999999};
}
Argument epsilon(const char* fallback) {
  return {"epsilon", "added to the divisor", Type::number, fallback, 1e-30, 1, false};
}
Argument amount(const char* name, const char* help) {
  return {name, help, Type::number, "0", 0, 1e9};
}

// What follows the arguments of the rule itself.
std::vector<Argument> common(double weight_decay) {
  Argument decay = amount("weight_decay",
                          "decoupled: each step shrinks weights by lr * weight_decay; not biases");
  decay.fallback = fmt::format("{}", weight_decay);
  return {decay,
          amount("l2", "l2 * weight is added to the gradient of weights (coupled decay)"),
          amount("l1", "l1 * sign(weight) is added to the gradient of weights"),
          amount("clip_value", "values of the gradient are kept within this of 0; 0: no bound"),
          amount("clip_layer_norm", "the most an array's gradient may have as its norm"),
          amount("clip_norm", "the most all gradients together may have as their norm"),
          amount("max_norm", "the most the weights that enter a unit may have as their norm")};
}

struct Row {
  Declaration declaration;
  Optimizer (*make)(const Component&);
};

Optimizer adam_like(Rule rule, const Component& c) {
  return {rule, c.number("beta1"), c.number("beta2"), c.number("epsilon"), {}, {}};
}

std::vector<Argument> adam_arguments(const char* lr, bool with_epsilon = true) {
  std::vector<Argument> result = {rate(lr), share("beta1", "decay of the mean of gradients", "0.9"),
                                  share("beta2", "decay of the mean of their squares", "0.999")};
  if (with_epsilon) result.push_back(epsilon("1e-8"));
  return result;
}

Row make_row(const char* name, const char* help, std::vector<Argument> own,
             Optimizer (*make)(const Component&), double weight_decay = 0) {
  for (Argument& argument : common(weight_decay)) own.push_back(std::move(argument));
  return {{name, help, std::move(own)}, make};
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      make_row("sgd", "stochastic gradient descent: weight -= lr * gradient", {rate("")},
               [](const Component&) { return Optimizer{Rule::sgd}; }),
      make_row("momentum", "velocity = momentum * velocity + gradient; weight -= lr * velocity",
               {rate(""), share("momentum", "what is kept of the velocity", "0.9")},
               [](const Component& c) {
                 return Optimizer{Rule::momentum, c.number("momentum")};
               }),
      make_row("nesterov", "momentum with a look ahead",
               {rate(""), share("momentum", "what is kept of the velocity", "0.9")},
               [](const Component& c) {
                 return Optimizer{Rule::nesterov, c.number("momentum")};
               }),
      make_row("adagrad", "divides by the root of the sum of all squared gradients",
               {rate("0.01"), epsilon("1e-10")},
               [](const Component& c) {
                 return Optimizer{Rule::adagrad, 0, 0, c.number("epsilon")};
               }),
      make_row("rmsprop", "divides by the root of the running mean of squared gradients",
               {rate("0.001"), share("decay", "of that mean", "0.99"), epsilon("1e-8"),
                share("momentum", "what is kept of the velocity", "0")},
               [](const Component& c) {
                 const double momentum = c.number("momentum");
                 return Optimizer{momentum == 0 ? Rule::rmsprop : Rule::rmsprop_momentum,
                                  c.number("decay"), momentum, c.number("epsilon")};
               }),
      make_row("adam", "running means of gradients and of their squares, without bias",
               adam_arguments("0.001"),
               [](const Component& c) { return adam_like(Rule::adam, c); }),
      make_row(
          "adamw", "adam with decoupled weight decay", adam_arguments("0.001"),
          [](const Component& c) { return adam_like(Rule::adam, c); }, 0.01),
      make_row("nadam", "adam with Nesterov's look ahead", adam_arguments("0.002"),
               [](const Component& c) { return adam_like(Rule::nadam, c); }),
      make_row("radam", "adam that waits until its variance can be trusted",
               adam_arguments("0.001"),
               [](const Component& c) { return adam_like(Rule::radam, c); }),
      make_row("lion", "the sign of a running mean of gradients",
               {rate("1e-4"), share("beta1", "decay of the mean in the update", "0.9"),
                share("beta2", "decay of the mean that is kept", "0.99")},
               [](const Component& c) {
                 return Optimizer{Rule::lion, c.number("beta1"), c.number("beta2")};
               }),
      make_row(
          "muon", "orthogonal updates of matrices, from momentum; adamw for everything else",
          {rate("0.02"), share("momentum", "what is kept of the velocity", "0.95"),
           amount("rest", "learning rate of the rest, as a share of lr")},
          [](const Component& c) {
            Optimizer result{Rule::adam, 0.9, 0.999, 1e-8};
            result.muon = {c.number("momentum"), c.number("weight_decay"),
                           c.number("rest") == 0 ? 0.05 : c.number("rest")};
            return result;
          },
          0.1)};
  return all;
}

Regularization read_regularization(const Component& c) {
  return {c.number("l1"),
          c.number("l2"),
          c.number("weight_decay"),
          c.number("clip_value"),
          c.number("clip_layer_norm"),
          c.number("clip_norm"),
          c.number("max_norm")};
}

}  // namespace

std::vector<Declaration> declarations() {
  std::vector<Declaration> result;
  for (const Row& row : rows()) result.push_back(row.declaration);
  return result;
}

std::vector<Declaration> averaging_declarations() {
  return {{"none", "the weights as they are"},
          {"ema",
           "the exponential moving average of the weights is what is evaluated and saved",
           {share("decay", "what is kept of the average in a step", "0.999")}},
          {"swa",
           "the plain average of the weights at the ends of the last epochs (Izmailov and others, "
           "2018)",
           {share("start", "share of the training after which it begins", "0.75")}}};
}

Optimizer Optimizer::make(const Component& sentence) {
  for (const Row& row : rows()) {
    if (row.declaration.name != sentence.name) continue;
    Optimizer result = row.make(sentence);
    result.regularization = read_regularization(sentence);
    const Value& rate = sentence.arguments.front().second;
    const auto* fixed = std::get_if<double>(&rate);
    result.schedule = fixed != nullptr ? schedules::Schedule(*fixed)
                                       : schedules::Schedule::make(std::get<Component>(rate));
    return result;
  }
  assert(false && "an optimizer that is declared");
  return {};
}

// nadam's momentum grows from half of beta1 (Dozat, 2016, with PyTorch's constants).
void Steps::count() {
  const auto momentum = [this](std::uint64_t step) {
    return optimizer_.a * (1 - 0.5 * std::pow(0.96, static_cast<double>(step) * 0.004));
  };
  ++done_;
  if (optimizer_.rule != Rule::nadam) return;
  nadam_now_ = momentum(done_), nadam_next_ = momentum(done_ + 1);
  nadam_product_ *= nadam_now_;
}

void Steps::restart(std::uint64_t done) {
  done_ = 0;
  nadam_product_ = 1;
  if (optimizer_.rule != Rule::nadam)
    done_ = done;
  else
    while (done_ < done) count();
}

Coefficients<double> Steps::next(double asked) {
  count();
  const Optimizer& o = optimizer_;
  // Muon's matrices take the rate as it is, by way of d; its rule serves the rest.
  const double rate = o.muon ? asked * o.muon->rest : asked;
  const auto t = static_cast<double>(done_);
  Coefficients<double> c;
  c.rate = rate;
  const Regularization& r = o.regularization;
  c.keep = 1 - rate * r.weight_decay;
  c.l1 = r.l1, c.l2 = r.l2, c.clip = r.clip_value;
  // Corrections of the means' start at zero.
  const double correct1 = 1 - std::pow(o.a, t), correct2 = 1 - std::pow(o.b, t);
  switch (o.rule) {
    case Rule::sgd:
      break;
    case Rule::momentum:
    case Rule::nesterov:
      c.a = o.a;
      break;
    case Rule::adagrad:
      c.e = o.epsilon;
      break;
    case Rule::rmsprop:
    case Rule::rmsprop_momentum:
      c.b = o.a, c.f = 1 - o.a, c.c = o.b, c.e = o.epsilon;
      break;
    case Rule::lion:
      c.a = o.a, c.b = o.b;
      break;
    case Rule::adam:
      c.a = 1 - o.a, c.b = o.b, c.f = 1 - o.b, c.c = 1 / std::sqrt(correct2), c.e = o.epsilon;
      c.rate = rate / correct1;
      c.d = o.muon ? asked : 0;
      break;
    case Rule::nadam:
      c.a = 1 - o.a, c.b = o.b, c.f = 1 - o.b, c.c = 1 / std::sqrt(correct2), c.e = o.epsilon;
      c.rate = rate * nadam_next_ / (1 - nadam_product_ * nadam_next_);
      c.d = rate * (1 - nadam_now_) / (1 - nadam_product_);
      break;
    case Rule::radam: {
      const double most = 2 / (1 - o.b) - 1;
      const double length = most - 2 * t * std::pow(o.b, t) / correct2;
      c.a = 1 - o.a, c.b = o.b, c.f = 1 - o.b, c.e = o.epsilon;
      if (length > 5)
        c.rate = rate / correct1 * std::sqrt(correct2) *
                 std::sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
      else
        c.rate = 0, c.d = rate / correct1;
      break;
    }
  }
  return c;
}

}  // namespace lithe::optimizers
