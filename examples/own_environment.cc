// An environment of your own in C++: four functions. Here a ship is to be brought into harbour
// against the wind, by a rudder between -1 and 1; the program compares two ways to steer it.
#include <lithe/environment.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

class Ship final : public lithe::Environment {
 public:
  lithe::Spaces spaces() const override {
    return {.observation = {{2}},
            .low = {-10, -1},
            .high = {10, 1},
            .action_low = {-1},
            .action_high = {1},
            .step_limit = 100};
  }

  void reset(lithe::Rng& rng, std::span<float> observation) override {
    place() = rng.uniform(-10, 10);
    wind() = rng.uniform(-1, 1);
    observe(observation);
  }

  // The action is within its bounds.
  lithe::Outcome step(const lithe::Action& action, lithe::Rng& rng,
                      std::span<float> observation) override {
    place() += 0.5 * static_cast<double>(action.values[0]) + 0.2 * wind();
    place() = std::fmin(std::fmax(place(), -10), 10);
    wind() = rng.uniform(-1, 1);
    observe(observation);
    const bool arrived = std::abs(place()) < 0.5;
    const double reward = arrived ? 10 : -0.1 * std::abs(place());
    return {.reward = static_cast<float>(reward), .terminated = arrived};
  }

  std::span<double> state() override { return state_; }

 private:
  double& place() { return state_[0]; }
  double& wind() { return state_[1]; }
  void observe(std::span<float> observation) {
    observation[0] = static_cast<float>(place());
    observation[1] = static_cast<float>(wind());
  }

  double state_[2] = {};
};

// The mean return of 1,000 steps of 16 ships whose rudder is -`strength` times the place.
double mean_return(float strength) {
  constexpr std::size_t kShips = 16;
  auto ships = lithe::Environments::make([] { return std::make_unique<Ship>(); },
                                         {.count = kShips, .seed = 1});
  std::vector<float> seen(kShips * 2), actions(kShips), rewards(kShips);
  std::vector<std::uint8_t> terminated(kShips), truncated(kShips);
  const lithe::Outcomes outcomes{.observations = {seen.data(), 2},
                                 .rewards = rewards.data(),
                                 .terminated = terminated.data(),
                                 .truncated = truncated.data()};
  lithe::EpisodeWindow window(1000);
  ships.reset({seen.data(), 2});
  for (int step = 0; step < 1000; ++step) {
    for (std::size_t i = 0; i < kShips; ++i) actions[i] = -strength * seen[2 * i];
    ships.step({.values = actions.data(), .stride = 1}, outcomes);
    window.record(ships, outcomes);
  }
  return window.mean_return();
}

}  // namespace

int main() {
  const double drifting = mean_return(0), steering = mean_return(1);
  std::printf("mean return of a ship that drifts %.2f, of one that steers home %.2f\n", drifting,
              steering);
  return steering > drifting ? 0 : 1;
}
