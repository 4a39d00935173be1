#include "initializers/initializers.h"

#include <cassert>
#include <cmath>

namespace lithe::initializers {

namespace {

struct Row {
  network::Declaration declaration;
  Draw (*make)(const Component&, Fan);
};

double mean_fan(Fan fan) { return static_cast<double>(fan.in + fan.out) / 2; }

Draw normal(double mean, double deviation) {
  return [=](base::RandomStream& random) { return mean + deviation * random.normal(); };
}
// Uniform with the given standard deviation, around zero.
Draw uniform(double deviation) {
  const double limit = std::sqrt(3.0) * deviation;
  return [=](base::RandomStream& random) { return random.uniform(-limit, limit); };
}

double glorot(Fan fan) { return std::sqrt(1 / mean_fan(fan)); }
double he(Fan fan) { return std::sqrt(2 / static_cast<double>(fan.in)); }
double lecun(Fan fan) { return std::sqrt(1 / static_cast<double>(fan.in)); }

const std::vector<Row>& rows() {
  using network::Type;
  static const std::vector<Row> all = {
      {{"auto", "what suits the activation: he_normal for relu, glorot_uniform for the others"},
       nullptr},
      {{"zeros", "all zero"},
       [](const Component&, Fan) -> Draw { return [](base::RandomStream&) { return 0.0; }; }},
      {{"constant", "all the same value", {{"value", "the value"}}},
       [](const Component& c, Fan) -> Draw {
         return [value = c.number("value")](base::RandomStream&) { return value; };
       }},
      {{"normal",
        "normal distribution",
        {{"std", "standard deviation", Type::number, "1", 0}, {"mean", "mean", Type::number, "0"}}},
       [](const Component& c, Fan) { return normal(c.number("mean"), c.number("std")); }},
      {{"uniform",
        "uniform distribution",
        {{"low", "lower end", Type::number, "-1"}, {"high", "upper end", Type::number, "1"}}},
       [](const Component& c, Fan) -> Draw {
         return [low = c.number("low"), high = c.number("high")](base::RandomStream& random) {
           return random.uniform(low, high);
         };
       }},
      {{"glorot_normal", "normal, variance 2 / (fan in + fan out) (Glorot and Bengio, 2010)"},
       [](const Component&, Fan fan) { return normal(0, glorot(fan)); }},
      {{"glorot_uniform", "uniform, variance 2 / (fan in + fan out) (Glorot and Bengio, 2010)"},
       [](const Component&, Fan fan) { return uniform(glorot(fan)); }},
      {{"he_normal", "normal, variance 2 / fan in (He and others, 2015)"},
       [](const Component&, Fan fan) { return normal(0, he(fan)); }},
      {{"he_uniform", "uniform, variance 2 / fan in (He and others, 2015)"},
       [](const Component&, Fan fan) { return uniform(he(fan)); }},
      {{"lecun_normal", "normal, variance 1 / fan in (LeCun and others, 1998)"},
       [](const Component&, Fan fan) { return normal(0, lecun(fan)); }},
      {{"lecun_uniform", "uniform, variance 1 / fan in (LeCun and others, 1998)"},
       [](const Component&, Fan fan) { return uniform(lecun(fan)); }},
  };
  return all;
}

}  // namespace

Draw make(const Component& initializer, Fan fan) {
  for (const Row& row : rows())
    if (row.declaration.name == initializer.name && row.make != nullptr)
      return row.make(initializer, fan);
  assert(false && "an initializer that is resolved and declared");
  return {};
}

std::span<const network::Declaration> declarations() {
  static const std::vector<network::Declaration> all = [] {
    std::vector<network::Declaration> result;
    for (const Row& row : rows()) result.push_back(row.declaration);
    return result;
  }();
  return all;
}

}  // namespace lithe::initializers
