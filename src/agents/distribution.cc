#include "agents/distribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lithe::agents {

namespace {

// log of the sum of exp(outputs), as it stays among ordinary numbers.
double log_sum(std::span<const float> outputs) {
  const double most = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const float z : outputs) sum += std::exp(static_cast<double>(z) - most);
  return most + std::log(sum);
}

}  // namespace

void Categorical::sample(std::span<const float> outputs, ActionNoise& noise,
                         std::span<float> action) const {
  const double total = log_sum(outputs);
  double left = noise.uniform();
  std::size_t choice = 0;
  for (; choice + 1 < choices_; ++choice) {
    left -= std::exp(static_cast<double>(outputs[choice]) - total);
    if (left < 0) break;
  }
  action[0] = static_cast<float>(choice);
}

Likelihood Categorical::likelihood(std::span<const float> outputs,
                                   std::span<const float> action) const {
  const double total = log_sum(outputs);
  Likelihood result;
  for (const float z : outputs) {
    const double log_share = static_cast<double>(z) - total;
    result.entropy -= std::exp(log_share) * log_share;
  }
  result.log_density = static_cast<double>(outputs[static_cast<std::size_t>(action[0])]) - total;
  return result;
}

// With p the softmax of the outputs: d log p[a] / d z[i] = [i = a] - p[i], and
// d entropy / d z[i] = -p[i] (log p[i] + entropy).
void Categorical::gradient(std::span<const float> outputs, std::span<const float> action,
                           double by_density, double by_entropy, std::span<float> gradient,
                           std::span<double>) const {
  const double total = log_sum(outputs);
  double shares[kMostChoices], entropy = 0;
  for (std::size_t i = 0; i < choices_; ++i) {
    const double log_share = static_cast<double>(outputs[i]) - total;
    shares[i] = std::exp(log_share);
    entropy -= shares[i] * log_share;
  }
  const auto chosen = static_cast<std::size_t>(action[0]);
  for (std::size_t i = 0; i < choices_; ++i) {
    const double log_share = static_cast<double>(outputs[i]) - total;
    gradient[i] = static_cast<float>(by_density * ((i == chosen) - shares[i]) -
                                     by_entropy * shares[i] * (log_share + entropy));
  }
}

void Gaussian::sample(std::span<const float> outputs, ActionNoise& noise,
                      std::span<float> action) const {
  for (std::size_t i = 0; i < action.size(); ++i)
    action[i] =
        static_cast<float>(static_cast<double>(outputs[i]) +
                           std::exp(static_cast<double>(log_deviations_[i])) * noise.normal());
}

Likelihood Gaussian::likelihood(std::span<const float> outputs,
                                std::span<const float> action) const {
  static const double kHalfLogTwoPi = std::log(2 * std::numbers::pi) / 2;
  Likelihood result;
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double log_deviation = static_cast<double>(log_deviations_[i]);
    const double z = (static_cast<double>(action[i]) - static_cast<double>(outputs[i])) *
                     std::exp(-log_deviation);
    result.log_density -= z * z / 2 + log_deviation + kHalfLogTwoPi;
    result.entropy += log_deviation + kHalfLogTwoPi + 0.5;
  }
  return result;
}

void Gaussian::gradient(std::span<const float> outputs, std::span<const float> action,
                        double by_density, double by_entropy, std::span<float> gradient,
                        std::span<double> shared) const {
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double inverse = std::exp(-static_cast<double>(log_deviations_[i]));
    const double z = (static_cast<double>(action[i]) - static_cast<double>(outputs[i])) * inverse;
    gradient[i] = static_cast<float>(by_density * z * inverse);
    if (!shared.empty()) shared[i] += by_density * (z * z - 1) + by_entropy;
  }
}

namespace {

// Between the bounds, and how fast it changes with the output.
struct LogDeviation {
  double value, slope;
};
LogDeviation log_deviation(float output) {
  constexpr double kHalf = (Squashed::kHighest - Squashed::kLowest) / 2;
  const double t = std::tanh(static_cast<double>(output));
  return {Squashed::kLowest + kHalf * (t + 1), kHalf * (1 - t * t)};
}

// log(1 - tanh(u)^2), also where tanh rounds to 1.
double log_slope_of_tanh(double u) {
  const double a = std::abs(u);
  return 2 * (std::numbers::ln2 - a - std::log1p(std::exp(-2 * a)));
}

}  // namespace

double Squashed::sample(std::span<const float> outputs, ActionNoise& noise, std::span<float> drawn,
                        std::span<float> action) const {
  static const double kHalfLogTwoPi = std::log(2 * std::numbers::pi) / 2;
  double log_density = 0;
  for (std::size_t i = 0; i < numbers_; ++i) {
    const double deviation = log_deviation(outputs[numbers_ + i]).value;
    drawn[i] = static_cast<float>(noise.normal());
    const double z = static_cast<double>(drawn[i]);
    const double u = static_cast<double>(outputs[i]) + std::exp(deviation) * z;
    action[i] = static_cast<float>(std::tanh(u));
    log_density -= z * z / 2 + deviation + kHalfLogTwoPi + log_slope_of_tanh(u);
  }
  return log_density;
}

// With u the number before the tangent: the normal density changes with the deviation alone, for
// the noise is held; that of the tangent adds -log(1 - tanh(u)^2), whose derivative is 2 tanh(u).
void Squashed::gradient(std::span<const float> outputs, std::span<const float> noise,
                        std::span<const float> action, double by_density,
                        std::span<const float> by_action, std::span<float> gradient) const {
  for (std::size_t i = 0; i < numbers_; ++i) {
    const double a = static_cast<double>(action[i]);
    const double by_u = 2 * a * by_density + static_cast<double>(by_action[i]) * (1 - a * a);
    const auto [deviation, slope] = log_deviation(outputs[numbers_ + i]);
    gradient[i] = static_cast<float>(by_u);
    gradient[numbers_ + i] = static_cast<float>(
        slope * (by_u * std::exp(deviation) * static_cast<double>(noise[i]) - by_density));
  }
}

}  // namespace lithe::agents
