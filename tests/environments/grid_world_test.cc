#include "environments/grid_world.h"

#include <gtest/gtest.h>

#include <cmath>

#include "environments/arrays.h"
#include "environments/kinds.h"
#include "network/bind.h"

namespace lithe::environments {
namespace {

Component sentence(const std::string& text) {
  return network::read_component(text, network::Category::environment, catalogue());
}

TEST(GridWorld, WithoutSlipsAValueIsAPowerOfTheDiscount) {
  const std::vector<double> values = optimal_values(sentence("grid_world(3x4)"), 0.9);
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      const auto distance = static_cast<double>(2 - row + 3 - column);
      EXPECT_NEAR(values[row * 4 + column], distance > 0 ? std::pow(0.9, distance - 1) : 0, 1e-12);
    }
}

// Worked by hand: on 2x2 with slips, v of the two cells beside the goal and of the far corner.
TEST(GridWorld, WithSlipsTheyFulfilBellmansEquations) {
  const double slip = 0.4, discount = 0.9;
  const auto v = optimal_values(sentence("grid_world(2x2, slip=0.4)"), discount);
  // Beside: 1 of 4 slips goes to the goal, 2 stay, 1 goes to the corner.
  const double beside = (1 - slip) + slip * (1 + 2 * discount * v[1] + discount * v[0]) / 4;
  const double corner =
      (1 - slip) * discount * v[1] + slip * (2 * discount * v[1] + 2 * discount * v[0]) / 4;
  EXPECT_NEAR(v[1], beside, 1e-11);
  EXPECT_NEAR(v[2], v[1], 1e-12);
  EXPECT_NEAR(v[0], corner, 1e-11);
}

// Evaluating the best policy by playing gives the values back, discounted.
TEST(GridWorld, PlayingGivesTheValues) {
  constexpr double kDiscount = 0.9;
  constexpr std::size_t kGames = 4096;
  Environments worlds = Environments::make("grid_world(3x3, slip=0.2)", {kGames, 11});
  test::Arrays arrays(worlds);
  worlds.reset(arrays.observations());
  for (std::size_t i = 0; i < kGames; ++i) worlds.set_state(i, std::vector<double>{0});
  double sum = 0, factor = 1;
  std::vector<bool> done(kGames);
  for (int step = 0; step < 36; ++step, factor *= kDiscount) {
    for (std::size_t i = 0; i < kGames; ++i)
      arrays.choices[i] = static_cast<int>(worlds.state(i)[0]) % 3 < 2 ? 1 : 2;
    worlds.step(arrays.actions(), arrays.outcomes());
    for (std::size_t i = 0; i < kGames; ++i) {
      if (!done[i]) sum += factor * static_cast<double>(arrays.rewards[i]);
      if (arrays.terminated[i] != 0) done[i] = true;
    }
  }
  const double value = optimal_values(sentence("grid_world(3x3, slip=0.2)"), kDiscount)[0];
  EXPECT_NEAR(sum / kGames, value, 0.01);
}

}  // namespace
}  // namespace lithe::environments
