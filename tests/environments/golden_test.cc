// The environments that were rebuilt, against trajectories of the originals (record.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "environments/arrays.h"

namespace lithe {
namespace {

using nlohmann::json;

// The largest difference of an observation or reward from the recorded ones.
double farthest(const json& recorded) {
  Environments environments = Environments::make(recorded.at("environment").get<std::string>(), {});
  test::Arrays arrays(environments);
  environments.reset(arrays.observations());
  environments.set_state(0, recorded.at("state").get<std::vector<double>>());
  double most = 0;
  const json& actions = recorded.at("actions");
  for (std::size_t step = 0; step < actions.size(); ++step) {
    if (environments.spaces().choices > 0)
      arrays.choices[0] = actions[step].get<std::int32_t>();
    else
      arrays.numbers[0] = actions[step].get<float>();
    environments.step(arrays.actions(), arrays.outcomes());
    const bool over = recorded.at("terminated")[step].get<bool>();
    EXPECT_EQ(arrays.terminated[0] != 0, over) << "at step " << step;
    const bool ended = (arrays.terminated[0] | arrays.truncated[0]) != 0;
    const std::vector<float> seen = ended ? arrays.final_row(0) : arrays.row(0);
    const json& wanted = recorded.at("observations")[step];
    for (std::size_t j = 0; j < seen.size(); ++j)
      most = std::max(most, std::abs(static_cast<double>(seen[j]) - wanted[j].get<double>()));
    most = std::max(most, std::abs(static_cast<double>(arrays.rewards[0]) -
                                   recorded.at("rewards")[step].get<double>()));
    if (ended) {
      EXPECT_EQ(step + 1, actions.size());
      break;
    }
  }
  return most;
}

void compare(const std::string& name, double bound) {
  std::ifstream file(std::string(LITHE_SOURCE_DIR) + "/tests/environments/golden/" + name +
                     ".json");
  ASSERT_TRUE(file) << name;
  const json all = json::parse(file).at("trajectories");
  ASSERT_GE(all.size(), 3u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double most = farthest(all[i]);
    EXPECT_LE(most, bound) << name << " " << i;
    ::testing::Test::RecordProperty(name + std::to_string(i), std::to_string(most));
  }
}

TEST(Golden, CartPoleIsGymnasiums) { compare("cartpole", 1e-6); }
TEST(Golden, PendulumIsGymnasiums) { compare("pendulum", 1e-5); }
TEST(Golden, AcrobotIsGymnasiums) { compare("acrobot", 1e-5); }
TEST(Golden, MountainCarsAreGymnasiums) { compare("mountain_car", 1e-5); }
// Into both stops as well.
TEST(Golden, SwingUpIsDmControls) { compare("cartpole_swingup", 1e-4); }

}  // namespace
}  // namespace lithe
