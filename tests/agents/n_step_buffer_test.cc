#include "agents/n_step_buffer.h"

#include <gtest/gtest.h>

namespace lithe::agents {
namespace {

// An episode of four steps with rewards 1, 2, 3, 4, taken two at a time.
TEST(NStepBuffer, SumsDiscountedRewards) {
  for (const bool terminated : {false, true}) {
    ReplayBuffer replay({.capacity = 10, .observation_size = 1, .action_size = 1});
    NStepBuffer n_step(2, 1, 1, 1, 0.5);
    for (int i = 0; i < 4; ++i) {
      const float state = static_cast<float>(i), next = state + 1, action = -state;
      const bool ends = i == 3;
      n_step.add({0, {&state, &action, state + 1, &next, 0}, ends && terminated, ends}, replay);
    }
    ASSERT_EQ(replay.size(), 4u);
    const float rewards[] = {1 + 0.5f * 2, 2 + 0.5f * 3, 3 + 0.5f * 4, 4};
    const float next_states[] = {2, 3, 4, 4}, discounts[] = {0.25f, 0.25f, 0.25f, 0.5f};
    for (std::uint32_t row = 0; row < 4; ++row) {
      EXPECT_EQ(*reinterpret_cast<const float*>(replay.states().row(row)), static_cast<float>(row));
      EXPECT_EQ(replay.reward(row), rewards[row]);
      EXPECT_EQ(*reinterpret_cast<const float*>(replay.next_states().row(row)), next_states[row]);
      const bool last = row >= 2 && terminated;
      EXPECT_EQ(replay.discount(row), last ? 0 : discounts[row]);
    }
  }
}

}  // namespace
}  // namespace lithe::agents
