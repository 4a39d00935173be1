#include "agents/replay.h"

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

TEST(Replay, KeepsTheLatest) {
  Replay replay({.capacity = 3, .columns = 2, .numbers = 1});
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
    const auto* next = reinterpret_cast<const float*>(replay.nexts().row(row));
    EXPECT_EQ(state[0], kept[row]);
    EXPECT_EQ(state[1], kept[row] + 0.5f);
    EXPECT_EQ(*replay.action(row), -kept[row]);
    EXPECT_EQ(replay.reward(row), 10 * kept[row]);
    EXPECT_EQ(next[1], kept[row] + 2);
  }
  EXPECT_EQ(replay.states().columns, 2u);
  EXPECT_EQ(replay.pairs().columns, 3u);
}

// How often each of four rows is drawn, as shares.
std::map<std::uint32_t, double> shares(const Replay& replay) {
  std::map<std::uint32_t, double> counts;
  std::vector<std::uint32_t> rows(10);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Rng rng = Rng::of_step(1, 1, i);
    replay.draw(rng, rows);
    for (const std::uint32_t row : rows) counts[row] += 1e-4;
  }
  return counts;
}

TEST(Replay, DrawsAllAlikeOrByTheirErrors) {
  const float zero[] = {0};
  for (const double priority : {0.0, 1.0}) {
    Replay replay({.capacity = 5, .columns = 1, .numbers = 1, .priority = priority});
    for (int i = 0; i < 4; ++i) replay.add(transition(zero, zero, 0, zero, 1));
    const double errors[] = {1, -2, 3, 4};
    for (std::uint32_t row = 0; row < 4; ++row) replay.set_error(row, errors[row]);
    const auto drawn = shares(replay);
    EXPECT_EQ(drawn.size(), 4u);
    for (std::uint32_t row = 0; row < 4; ++row)
      EXPECT_NEAR(drawn.at(row), priority == 0 ? 0.25 : std::abs(errors[row]) / 10, 0.02);
    // What is drawn twice as often counts half as much.
    const std::vector<std::uint32_t> rows = {0, 1, 2, 3};
    std::vector<float> weights(4);
    replay.weigh(rows, 1, weights);
    for (std::uint32_t row = 0; row < 4; ++row)
      EXPECT_NEAR(weights[row], priority == 0 ? 1 : 1 / std::abs(errors[row]), 1e-5);
  }
}

TEST(Replay, RefusesWhatTheMachineCannotHold) {
  test::expect_error(ErrorKind::usage, {"GB", "at most"}, [] {
    Replay({.capacity = std::size_t{1} << 40, .columns = 100, .numbers = 1});
  });
}

// An episode of four steps with rewards 1, 2, 3, 4, taken two at a time.
TEST(StepsTogether, AddUpDiscountedRewards) {
  for (const bool terminated : {false, true}) {
    Replay replay({.capacity = 10, .columns = 1, .numbers = 1});
    StepsTogether together(2, 1, 1, 1, 0.5);
    for (int i = 0; i < 4; ++i) {
      const float state = static_cast<float>(i), next = state + 1, action = -state;
      const bool ends = i == 3;
      together.add({0, transition(&state, &action, state + 1, &next, 0), ends && terminated, ends},
                   replay);
    }
    ASSERT_EQ(replay.size(), 4u);
    const float rewards[] = {1 + 0.5f * 2, 2 + 0.5f * 3, 3 + 0.5f * 4, 4};
    const float nexts[] = {2, 3, 4, 4}, discounts[] = {0.25f, 0.25f, 0.25f, 0.5f};
    for (std::uint32_t row = 0; row < 4; ++row) {
      EXPECT_EQ(*reinterpret_cast<const float*>(replay.states().row(row)), static_cast<float>(row));
      EXPECT_EQ(replay.reward(row), rewards[row]);
      EXPECT_EQ(*reinterpret_cast<const float*>(replay.nexts().row(row)), nexts[row]);
      const bool last = row >= 2 && terminated;
      EXPECT_EQ(replay.discount(row), last ? 0 : discounts[row]);
    }
  }
}

TEST(Replay, RefusesMoreThanTheMachineHas) {
  for (const double priority : {0.0, 0.6})
    test::expect_error(ErrorKind::usage, {"transitions", "GB", "at most"}, [&] {
      Replay({.capacity = std::size_t{1} << 40, .columns = 3, .numbers = 1, .priority = priority});
    });
}

}  // namespace
}  // namespace lithe::agents
