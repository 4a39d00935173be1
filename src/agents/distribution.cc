#include "agents/distribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lithe::agents {

namespace {

// The logarithm of the sum of exp(outputs), without overflow.
double log_sum_exp(std::span<const float> outputs) {
  const double most = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const float z : outputs) sum += std::exp(static_cast<double>(z) - most);
  return most + std::log(sum);
}

}  // namespace

void Categorical::sample(std::span<const float> outputs, ActionNoise& noise,
                         std::span<float> action) const {
  const double total = log_sum_exp(outputs);
  double left = noise.uniform();
  std::size_t choice = 0;
  for (; choice + 1 < actions_; ++choice) {
    left -= std::exp(static_cast<double>(outputs[choice]) - total);
    if (left < 0) break;
  }
  action[0] = static_cast<float>(choice);
}

Likelihood Categorical::likelihood(std::span<const float> outputs,
                                   std::span<const float> action) const {
  const double total = log_sum_exp(outputs);
  Likelihood result;
  for (const float z : outputs) {
    const double log_p = static_cast<double>(z) - total;
    result.entropy -= std::exp(log_p) * log_p;
  }
  result.log_prob = static_cast<double>(outputs[static_cast<std::size_t>(action[0])]) - total;
  return result;
}

// With p the softmax of the outputs: d log p[a] / d z[i] = [i = a] - p[i], and
// d entropy / d z[i] = -p[i] (log p[i] + entropy).
void Categorical::gradient(std::span<const float> outputs, std::span<const float> action,
                           double d_log_prob, double d_entropy, std::span<float> gradient,
                           std::span<double>) const {
  const double total = log_sum_exp(outputs);
  double p[kMaxActions], entropy = 0;
  for (std::size_t i = 0; i < actions_; ++i) {
    const double log_p = static_cast<double>(outputs[i]) - total;
    p[i] = std::exp(log_p);
    entropy -= p[i] * log_p;
  }
  const auto chosen = static_cast<std::size_t>(action[0]);
  for (std::size_t i = 0; i < actions_; ++i) {
    const double log_p = static_cast<double>(outputs[i]) - total;
    gradient[i] = static_cast<float>(d_log_prob * ((i == chosen) - p[i]) -
                                     d_entropy * p[i] * (log_p + entropy));
  }
}

void Gaussian::sample(std::span<const float> outputs, ActionNoise& noise,
                      std::span<float> action) const {
  for (std::size_t i = 0; i < action.size(); ++i)
    action[i] = static_cast<float>(static_cast<double>(outputs[i]) +
                                   std::exp(static_cast<double>(log_std_[i])) * noise.normal());
}

Likelihood Gaussian::likelihood(std::span<const float> outputs,
                                std::span<const float> action) const {
  static const double kHalfLogTwoPi = std::log(2 * std::numbers::pi) / 2;
  Likelihood result;
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double log_std = static_cast<double>(log_std_[i]);
    const double z =
        (static_cast<double>(action[i]) - static_cast<double>(outputs[i])) * std::exp(-log_std);
    result.log_prob -= z * z / 2 + log_std + kHalfLogTwoPi;
    result.entropy += log_std + kHalfLogTwoPi + 0.5;
  }
  return result;
}

void Gaussian::gradient(std::span<const float> outputs, std::span<const float> action,
                        double d_log_prob, double d_entropy, std::span<float> gradient,
                        std::span<double> shared) const {
  for (std::size_t i = 0; i < action.size(); ++i) {
    const double inverse = std::exp(-static_cast<double>(log_std_[i]));
    const double z = (static_cast<double>(action[i]) - static_cast<double>(outputs[i])) * inverse;
    gradient[i] = static_cast<float>(d_log_prob * z * inverse);
    if (!shared.empty()) shared[i] += d_log_prob * (z * z - 1) + d_entropy;
  }
}

namespace {

// The value between the bounds, and its derivative by the output.
struct LogStd {
  double value, slope;
};
LogStd log_std(float output) {
  constexpr double kHalf = (SquashedGaussian::kLogStdMax - SquashedGaussian::kLogStdMin) / 2;
  const double t = std::tanh(static_cast<double>(output));
  return {SquashedGaussian::kLogStdMin + kHalf * (t + 1), kHalf * (1 - t * t)};
}

// log(1 - tanh(u)^2), accurate also where tanh(u) rounds to 1.
double log_tanh_derivative(double u) {
  const double a = std::abs(u);
  return 2 * (std::numbers::ln2 - a - std::log1p(std::exp(-2 * a)));
}

}  // namespace

double SquashedGaussian::sample(std::span<const float> outputs, ActionNoise& noise,
                                std::span<float> drawn, std::span<float> action) const {
  static const double kHalfLogTwoPi = std::log(2 * std::numbers::pi) / 2;
  double log_prob = 0;
  for (std::size_t i = 0; i < action_size_; ++i) {
    const double log_deviation = log_std(outputs[action_size_ + i]).value;
    drawn[i] = static_cast<float>(noise.normal());
    const double z = static_cast<double>(drawn[i]);
    const double u = static_cast<double>(outputs[i]) + std::exp(log_deviation) * z;
    action[i] = static_cast<float>(std::tanh(u));
    log_prob -= z * z / 2 + log_deviation + kHalfLogTwoPi + log_tanh_derivative(u);
  }
  return log_prob;
}

// With u the number before tanh: as the noise is fixed, the normal density depends on the standard
// deviation alone; tanh adds -log(1 - tanh(u)^2), whose derivative is 2 tanh(u).
void SquashedGaussian::gradient(std::span<const float> outputs, std::span<const float> noise,
                                std::span<const float> action, double d_log_prob,
                                std::span<const float> d_action, std::span<float> gradient) const {
  for (std::size_t i = 0; i < action_size_; ++i) {
    const double a = static_cast<double>(action[i]);
    const double by_u = 2 * a * d_log_prob + static_cast<double>(d_action[i]) * (1 - a * a);
    const auto [log_deviation, slope] = log_std(outputs[action_size_ + i]);
    gradient[i] = static_cast<float>(by_u);
    gradient[action_size_ + i] = static_cast<float>(
        slope * (by_u * std::exp(log_deviation) * static_cast<double>(noise[i]) - d_log_prob));
  }
}

}  // namespace lithe::agents
