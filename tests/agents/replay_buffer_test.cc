#include "agents/replay_buffer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "support/expect_error.h"

namespace lithe::agents {
namespace {

Transition transition(const float* state, const float* action, float reward, const float* next,
                      float discount) {
  return {state, action, reward, next, discount};
}

TEST(ReplayBuffer, KeepsTheLatest) {
  ReplayBuffer replay({.capacity = 3, .observation_size = 2, .action_size = 1});
  for (int i = 0; i < 5; ++i) {
    const float x = static_cast<float>(i), state[] = {x, x + 0.5f}, action[] = {-x},
                next[] = {x + 1, x + 2};
    replay.add(transition(state, action, 10 * x, next, 0.9f));
    EXPECT_EQ(replay.size(), std::min<std::size_t>(3, static_cast<std::size_t>(i) + 1));
  }
  // The ring holds 3, 4 and 2, in that order.
  const float kept[] = {3, 4, 2};
  for (std::uint32_t row = 0; row < 3; ++row) {
    const auto* state = reinterpret_cast<const float*>(replay.states().row(row));
    const auto* next = reinterpret_cast<const float*>(replay.next_states().row(row));
    EXPECT_EQ(state[0], kept[row]);
    EXPECT_EQ(state[1], kept[row] + 0.5f);
    EXPECT_EQ(*replay.action(row), -kept[row]);
    EXPECT_EQ(replay.reward(row), 10 * kept[row]);
    EXPECT_EQ(next[1], kept[row] + 2);
  }
  EXPECT_EQ(replay.states().columns, 2u);
  EXPECT_EQ(replay.pairs().columns, 3u);
}

// The fraction of samples of each of four rows.
std::map<std::uint32_t, double> fractions(const ReplayBuffer& replay) {
  std::map<std::uint32_t, double> counts;
  std::vector<std::uint32_t> rows(10);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Rng rng = Rng::of_step(1, 1, i);
    replay.sample(rng, rows);
    for (const std::uint32_t row : rows) counts[row] += 1e-4;
  }
  return counts;
}

TEST(ReplayBuffer, SamplesUniformlyOrByPriority) {
  const float zero[] = {0};
  for (const double priority : {0.0, 1.0}) {
    ReplayBuffer replay(
        {.capacity = 5, .observation_size = 1, .action_size = 1, .priority_exponent = priority});
    for (int i = 0; i < 4; ++i) replay.add(transition(zero, zero, 0, zero, 1));
    const double errors[] = {1, -2, 3, 4};
    for (std::uint32_t row = 0; row < 4; ++row) replay.set_error(row, errors[row]);
    const auto drawn = fractions(replay);
    EXPECT_EQ(drawn.size(), 4u);
    for (std::uint32_t row = 0; row < 4; ++row)
      EXPECT_NEAR(drawn.at(row), priority == 0 ? 0.25 : std::abs(errors[row]) / 10, 0.02);
    // Rows that are sampled twice as often have half the weight.
    const std::vector<std::uint32_t> rows = {0, 1, 2, 3};
    std::vector<float> weights(4);
    replay.importance_weights(rows, 1, weights);
    for (std::uint32_t row = 0; row < 4; ++row)
      EXPECT_NEAR(weights[row], priority == 0 ? 1 : 1 / std::abs(errors[row]), 1e-5);
  }
}

TEST(ReplayBuffer, RefusesMoreThanTheMachineHas) {
  for (const double priority : {0.0, 0.6})
    test::expect_error(ErrorKind::usage, {"transitions", "GB", "at most"}, [&] {
      ReplayBuffer({.capacity = std::size_t{1} << 40,
                    .observation_size = 3,
                    .action_size = 1,
                    .priority_exponent = priority});
    });
}

}  // namespace
}  // namespace lithe::agents
