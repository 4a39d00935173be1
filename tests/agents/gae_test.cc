#include "agents/gae.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace lithe::agents {
namespace {

struct Random {
  std::size_t steps = 12, environments = 3;
  std::vector<float> rewards, values, last_values;
  std::vector<std::uint8_t> ended;

  Random() {
    base::Rng random(3, 1);
    const auto number = [&] { return static_cast<float>(random.uniform(-1, 1)); };
    for (std::size_t i = 0; i < steps * environments; ++i) {
      rewards.push_back(number());
      ended.push_back(random.below(4) == 0);
      last_values.push_back(ended.back() && random.below(2) == 0 ? number() : 0);
    }
    for (std::size_t i = 0; i < (steps + 1) * environments; ++i) values.push_back(number());
  }
  RolloutView rollout() const {
    return {steps, environments, rewards.data(), values.data(), ended.data(), last_values.data()};
  }
};

// The definition, summed up from each step on.
double plain(const Random& r, std::size_t step, std::size_t e, double discount, double lambda) {
  double sum = 0, weight = 1;
  for (std::size_t t = step; t < r.steps; ++t) {
    const std::size_t at = t * r.environments + e;
    const double next = r.ended[at] ? r.last_values[at] : r.values[at + r.environments];
    sum += weight * (r.rewards[at] + discount * next - r.values[at]);
    if (r.ended[at]) break;
    weight *= discount * lambda;
  }
  return sum;
}

TEST(Advantages, AreTheDefinition) {
  const Random r;
  std::vector<float> advantages(36), returns(36);
  for (const auto& [discount, lambda] : {std::pair(0.99, 0.95), {0.9, 0.0}, {1.0, 1.0}}) {
    compute_gae(r.rollout(), discount, lambda, advantages, returns);
    for (std::size_t i = 0; i < 36; ++i) {
      const double expected = plain(r, i / 3, i % 3, discount, lambda);
      EXPECT_NEAR(advantages[i], expected, 1e-6);
      EXPECT_NEAR(returns[i], expected + r.values[i], 1e-6);
    }
  }
}

// Without discount and with lambda 1 the return of a whole episode is the sum of its rewards.
TEST(Advantages, OfWholeEpisodesComeFromTheRewardsAlone) {
  const std::vector<float> rewards = {1, 2, 3}, values = {9, 9, 9, 9}, last = {0, 0, 0};
  const std::vector<std::uint8_t> ended = {0, 0, 1};
  std::vector<float> advantages(3), returns(3);
  compute_gae({3, 1, rewards.data(), values.data(), ended.data(), last.data()}, 1, 1, advantages,
              returns);
  EXPECT_EQ(returns, (std::vector<float>{6, 5, 3}));
}

}  // namespace
}  // namespace lithe::agents
