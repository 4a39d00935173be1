// Scores that need only the logits, and no fitting.
#include <algorithm>
#include <cmath>

#include "unknown/score.h"

namespace lithe::unknown {

namespace {

double largest(const Example& e) { return *std::max_element(e.logits, e.logits + e.classes); }

// A function of the logits and one argument.
class OfLogits final : public Score {
 public:
  using Function = double (*)(const Example&, double);
  OfLogits(Function function, double argument) : function_(function), argument_(argument) {}
  double operator()(const Example& e) const override { return function_(e, argument_); }

 private:
  Function function_;
  double argument_;
};

// Hendrycks and Gimpel, 2017; at a high temperature Liang and others, 2018.
double max_softmax(const Example& e, double temperature) {
  return -std::exp(largest(e) / temperature - log_sum_exp(e.logits, e.classes, temperature));
}

// Hendrycks and others, "Scaling out-of-distribution detection", 2022.
double max_logit(const Example& e, double) { return -largest(e); }

// Liu and others, "Energy-based out-of-distribution detection", 2020.
double energy(const Example& e, double temperature) {
  return -temperature * log_sum_exp(e.logits, e.classes, temperature);
}

// Entropy of the softmax, in nats.
double entropy(const Example& e, double) {
  const double sum = log_sum_exp(e.logits, e.classes);
  double result = 0;
  for (std::size_t c = 0; c < e.classes; ++c) {
    const double log_probability = e.logits[c] - sum;
    result -= std::exp(log_probability) * log_probability;
  }
  return result;
}

Entry entry(std::string name, std::string help, OfLogits::Function function,
            const char* fallback = nullptr) {
  network::Declaration declaration{std::move(name), std::move(help)};
  if (fallback == nullptr)
    return {declaration,
            [function](const Component&) { return std::make_unique<OfLogits>(function, 1); }};
  declaration.arguments.push_back({"temperature", "the logits are divided by it",
                                   network::Type::number, fallback, 0, 1e6, true});
  return {declaration, [function](const Component& component) {
            return std::make_unique<OfLogits>(function, component.number("temperature"));
          }};
}

}  // namespace

double log_sum_exp(const double* values, std::size_t count, double temperature) {
  const double most = *std::max_element(values, values + count) / temperature;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::exp(values[i] / temperature - most);
  return most + std::log(sum);
}

std::vector<Entry> logit_scores() {
  return {entry("energy", "minus the logarithm of the sum of exp(logit)", energy, "1"),
          entry("max_logit", "minus the largest logit", max_logit),
          entry("max_softmax", "minus the largest probability of the softmax", max_softmax),
          entry("entropy", "entropy of the softmax", entropy),
          entry("temperature_scaled",
                "minus the largest probability of the softmax at a high temperature", max_softmax,
                "1000")};
}

}  // namespace lithe::unknown
