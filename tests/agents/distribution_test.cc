#include "agents/distribution.h"

#include <gtest/gtest.h>

#include <vector>

namespace lithe::agents {
namespace {

// How the likelihood changes with each output, by central differences.
void expect_gradient(const Distribution& distribution, std::vector<float> outputs,
                     const std::vector<float>& action, double by_density, double by_entropy) {
  std::vector<float> gradient(outputs.size());
  distribution.gradient(outputs, action, by_density, by_entropy, gradient, {});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const float kept = outputs[i];
    double sides[2], at[2];
    for (int side = 0; side < 2; ++side) {
      outputs[i] = kept + (side == 0 ? -1e-2f : 1e-2f);
      at[side] = static_cast<double>(outputs[i]);
      const Likelihood l = distribution.likelihood(outputs, action);
      sides[side] = by_density * l.log_prob + by_entropy * l.entropy;
    }
    outputs[i] = kept;
    EXPECT_NEAR(gradient[i], (sides[1] - sides[0]) / (at[1] - at[0]), 2e-4) << "output " << i;
  }
}

TEST(Categorical, GradientsAgreeWithDifferences) {
  const Categorical four(4);
  for (const float choice : {0.0f, 2.0f, 3.0f}) {
    expect_gradient(four, {0.3f, -1.2f, 2.0f, 0.1f}, {choice}, 1, 0);
    expect_gradient(four, {0.3f, -1.2f, 2.0f, 0.1f}, {choice}, 0, 1);
    expect_gradient(four, {0.3f, -1.2f, 2.0f, 0.1f}, {choice}, -0.7, 0.3);
  }
}

TEST(Categorical, ChoosesAsOftenAsItSays) {
  const Categorical three(3);
  const std::vector<float> logits = {1.0f, 0.0f, -1.0f};
  std::vector<double> counts(3);
  std::vector<float> action(1);
  constexpr int kTimes = 30'000;
  for (int i = 0; i < kTimes; ++i) {
    Rng rng(5, 1, static_cast<std::uint64_t>(i));
    ActionNoise draw(rng);
    three.sample(logits, draw, action);
    counts[static_cast<std::size_t>(action[0])] += 1;
  }
  double sum = 0, entropy = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<float> own = {static_cast<float>(i)};
    const double share = std::exp(three.likelihood(logits, own).log_prob);
    sum += share;
    entropy -= share * std::log(share);
    // Four standard deviations of a count.
    EXPECT_NEAR(counts[i] / kTimes, share, 4 * std::sqrt(share * (1 - share) / kTimes));
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(three.likelihood(logits, action).entropy, entropy, 1e-12);
}

TEST(Categorical, StaysAmongNumbersWhereOutputsAreHuge) {
  const Categorical two(2);
  const std::vector<float> logits = {1e30f, -1e30f}, sure = {0}, never = {1};
  EXPECT_EQ(two.likelihood(logits, sure).log_prob, 0);
  EXPECT_EQ(two.likelihood(logits, sure).entropy, 0);
  EXPECT_TRUE(std::isfinite(two.likelihood(logits, never).log_prob));
  std::vector<float> gradient(2);
  two.gradient(logits, sure, 1, 1, gradient, {});
  EXPECT_EQ(gradient, (std::vector<float>{0, 0}));
}

TEST(Gaussian, GradientsAgreeWithDifferences) {
  std::vector<float> deviations = {0.2f, -0.5f};
  const Gaussian two(deviations);
  const std::vector<float> means = {0.4f, -1.0f}, action = {1.1f, -0.7f};
  expect_gradient(two, means, action, 1, 0);
  expect_gradient(two, means, action, -0.4, 1);
  std::vector<float> gradient(2);
  std::vector<double> shared(2, 0);
  two.gradient(means, action, 0.8, 0.3, gradient, shared);
  for (std::size_t i = 0; i < 2; ++i) {
    const float kept = deviations[i];
    double sides[2], at[2];
    for (int side = 0; side < 2; ++side) {
      deviations[i] = kept + (side == 0 ? -1e-2f : 1e-2f);
      at[side] = static_cast<double>(deviations[i]);
      const Likelihood l = two.likelihood(means, action);
      sides[side] = 0.8 * l.log_prob + 0.3 * l.entropy;
    }
    deviations[i] = kept;
    EXPECT_NEAR(shared[i], (sides[1] - sides[0]) / (at[1] - at[0]), 2e-4);
  }
}

TEST(Gaussian, DrawsWithItsMeanAndDeviation) {
  const std::vector<float> deviations = {std::log(0.5f)}, mean = {2.0f};
  const Gaussian one(deviations);
  double sum = 0, square = 0;
  constexpr int kTimes = 30'000;
  std::vector<float> action(1);
  for (int i = 0; i < kTimes; ++i) {
    Rng rng(5, 2, static_cast<std::uint64_t>(i));
    ActionNoise draw(rng);
    one.sample(mean, draw, action);
    const double z = (static_cast<double>(action[0]) - 2) / 0.5;
    sum += z, square += z * z;
  }
  EXPECT_NEAR(sum / kTimes, 0, 4 / std::sqrt(kTimes));
  EXPECT_NEAR(square / kTimes, 1, 4 * std::sqrt(2.0 / kTimes));
  // The density of a standard normal number at 0, and its entropy.
  const std::vector<float> standard = {0.0f}, zero = {0.0f};
  const Likelihood l = Gaussian(standard).likelihood(zero, zero);
  EXPECT_NEAR(l.log_prob, -0.9189385332, 1e-9);
  EXPECT_NEAR(l.entropy, 1.4189385332, 1e-9);
}

// Through the action, the noise being held.
TEST(SquashedGaussian, GradientsAgreeWithDifferences) {
  const SquashedGaussian two(2);
  std::vector<float> outputs = {0.4f, -1.3f, -0.2f, 0.6f}, noise(2), action(2), gradient(4);
  const std::vector<float> by_action = {0.7f, -1.1f};
  const auto loss = [&] {
    Rng rng(3, 1, 5);
    ActionNoise draw(rng);
    const double log_prob = two.sample(outputs, draw, noise, action);
    return 0.3 * log_prob + static_cast<double>(by_action[0]) * action[0] +
           static_cast<double>(by_action[1]) * action[1];
  };
  loss();
  two.gradient(outputs, noise, action, 0.3, by_action, gradient);
  for (std::size_t i = 0; i < 4; ++i) {
    const float kept = outputs[i];
    double sides[2], at[2];
    for (int side = 0; side < 2; ++side) {
      outputs[i] = kept + (side == 0 ? -1e-2f : 1e-2f);
      at[side] = static_cast<double>(outputs[i]);
      sides[side] = loss();
    }
    outputs[i] = kept;
    EXPECT_NEAR(gradient[i], (sides[1] - sides[0]) / (at[1] - at[0]), 1e-3) << "output " << i;
  }
}

// The density of the tangent of a normal number, from its definition: how often it falls into a
// narrow stretch.
TEST(SquashedGaussian, SaysHowLikelyItsActionsAre) {
  const SquashedGaussian one(1);
  const std::vector<float> outputs = {0.3f, 0.1f};
  std::vector<float> noise(1), action(1);
  double inside = 0, density = 0;
  constexpr int kTimes = 100'000;
  for (int i = 0; i < kTimes; ++i) {
    Rng rng(4, 1, static_cast<std::uint64_t>(i));
    ActionNoise draw(rng);
    const double log_prob = one.sample(outputs, draw, noise, action);
    EXPECT_LE(std::abs(action[0]), 1);
    if (action[0] < 0.2f || action[0] > 0.3f) continue;
    inside += 1, density += std::exp(log_prob);
  }
  EXPECT_NEAR(inside / kTimes, 0.1 * density / inside, 0.004);
}

TEST(SquashedGaussian, StaysAmongNumbersAtTheEnds) {
  const SquashedGaussian one(1);
  std::vector<float> noise(1), action(1), gradient(2);
  Rng rng(4, 1, 1);
  ActionNoise draw(rng);
  EXPECT_TRUE(std::isfinite(one.sample(std::vector<float>{500, 30}, draw, noise, action)));
  EXPECT_EQ(action[0], 1);
  one.gradient(std::vector<float>{500, 30}, noise, action, 1, std::vector<float>{1}, gradient);
  EXPECT_TRUE(std::isfinite(gradient[0]) && std::isfinite(gradient[1]));
}

// The correlation of numbers that are k steps apart is the k-th power of the correlation of
// neighbours, and all of them are still standard normal.
TEST(ActionNoise, IsCorrelatedFromStepToStep) {
  constexpr double kCorrelation = 0.8;
  constexpr std::size_t kTimes = 100'000;
  std::vector<double> z(kTimes);
  float last = 0;
  for (std::size_t i = 0; i < kTimes; ++i) {
    Rng rng = Rng::of_step(6, 1, i);
    ActionNoise draw(rng, std::span(&last, 1), i > 0 ? kCorrelation : 0);
    z[i] = draw.normal();
    EXPECT_EQ(static_cast<float>(z[i]), last);
    EXPECT_NE(draw.normal(), z[i]);  // nothing is kept for a second one: it is fresh
  }
  const auto together = [&](std::size_t apart) {
    double sum = 0;
    for (std::size_t i = apart; i < kTimes; ++i) sum += z[i] * z[i - apart];
    return sum / kTimes;
  };
  EXPECT_NEAR(together(0), 1, 0.03);
  EXPECT_NEAR(together(1), kCorrelation, 0.03);
  EXPECT_NEAR(together(5), std::pow(kCorrelation, 5), 0.03);
}

}  // namespace
}  // namespace lithe::agents
