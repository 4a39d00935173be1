#include "initializers/initializers.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

namespace lithe::initializers {

namespace {

using Sampler = std::function<double(base::Rng&)>;

struct Row {
  network::Declaration declaration;
  Sampler (*make)(const Component&, Fan);
};

double mean_fan(Fan fan) { return static_cast<double>(fan.in + fan.out) / 2; }

Sampler normal(double mean, double deviation) {
  return [=](base::Rng& random) { return mean + deviation * random.normal(); };
}
// Uniform with the given standard deviation, around zero.
Sampler uniform(double deviation) {
  const double limit = std::sqrt(3.0) * deviation;
  return [=](base::Rng& random) { return random.uniform(-limit, limit); };
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
       [](const Component&, Fan) -> Sampler { return [](base::Rng&) { return 0.0; }; }},
      {{"constant", "all the same value", {{"value", "the value"}}},
       [](const Component& c, Fan) -> Sampler {
         return [value = c.number("value")](base::Rng&) { return value; };
       }},
      {{"normal",
        "normal distribution",
        {{"std", "standard deviation", Type::number, "1", 0}, {"mean", "mean", Type::number, "0"}}},
       [](const Component& c, Fan) { return normal(c.number("mean"), c.number("std")); }},
      {{"truncated_normal",
        "normal distribution, drawn again beyond two standard deviations",
        {{"std", "standard deviation before that", Type::number, "1", 0},
         {"mean", "mean", Type::number, "0"}}},
       [](const Component& c, Fan) -> Sampler {
         return [mean = c.number("mean"), deviation = c.number("std")](base::Rng& random) {
           double value = random.normal();
           while (std::abs(value) > 2) value = random.normal();
           return mean + deviation * value;
         };
       }},
      {{"orthogonal",
        "rows or columns, whichever are fewer, at right angles and of length `gain`",
        {{"gain", "their length", Type::number, "1", 0}}},
       nullptr},
      {{"uniform",
        "uniform distribution",
        {{"low", "lower end", Type::number, "-1"}, {"high", "upper end", Type::number, "1"}}},
       [](const Component& c, Fan) -> Sampler {
         return [low = c.number("low"), high = c.number("high")](base::Rng& random) {
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

// Normal vectors, each made orthogonal to the previous ones by modified Gram-Schmidt. It is done
// twice, because the first pass leaves rounding errors.
std::vector<double> orthogonal(double gain, std::size_t rows, std::size_t columns,
                               base::Rng& random) {
  const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
  std::vector<std::vector<double>> vectors(count, std::vector<double>(length));
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double>& own = vectors[i];
    for (double& value : own) value = random.normal();
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t j = 0; j < i; ++j) {
        const std::vector<double>& other = vectors[j];
        const double share = std::inner_product(own.begin(), own.end(), other.begin(), 0.0);
        for (std::size_t k = 0; k < length; ++k) own[k] -= share * other[k];
      }
    const double norm = std::sqrt(std::inner_product(own.begin(), own.end(), own.begin(), 0.0));
    for (double& value : own) value /= norm;
  }
  std::vector<double> result(rows * columns);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < length; ++k)
      result[rows <= columns ? i * columns + k : k * columns + i] = gain * vectors[i][k];
  return result;
}

}  // namespace

std::vector<double> draw(const Component& initializer, Fan fan, std::size_t rows,
                         std::size_t columns, base::Rng& random) {
  if (initializer.name == "orthogonal")
    return orthogonal(initializer.number("gain"), rows, columns, random);
  // Of an lstm's biases, which sentences cannot name: zeros, but for those of the forget gates.
  if (initializer.name == "forget_bias") {
    std::vector<double> values(rows * columns);
    std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(columns / 4), columns / 4,
                initializer.number("value"));
    return values;
  }
  for (const Row& row : initializers::rows()) {
    if (row.declaration.name != initializer.name || row.make == nullptr) continue;
    const Sampler next = row.make(initializer, fan);
    std::vector<double> values(rows * columns);
    for (double& value : values) value = next(random);
    return values;
  }
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
