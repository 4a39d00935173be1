// A loop of your own around an agent: it says what to try, you say what came of it. Here a pole is
// to be kept upright by pushing its foot left or right, and nobody knows which push is right, only
// how near the pole is to upright.
#include <lithe/agent.h>

#include <cmath>
#include <cstdio>

namespace {

struct Pole {
  float seen[2] = {0.02f, 0};  // the angle and how fast it changes, in radians and seconds

  // A fiftieth of a second: how good it is now, from 0 to 1.
  float push(bool right) {
    constexpr float kTime = 0.02f, kGravity = 9.81f, kPush = 6;
    seen[1] += kTime * (kGravity * std::sin(seen[0]) + (right ? kPush : -kPush));
    seen[0] += kTime * seen[1];
    return std::fmax(0.0f, 1 - 2 * std::abs(seen[0]));
  }
  bool fallen() const { return std::abs(seen[0]) > 0.5f; }
};

}  // namespace

int main() {
  constexpr int kTries = 500, kMostSteps = 500;
  const lithe::Spaces spaces = {
      .observation = {{2}}, .low = {-1, -10}, .high = {1, 10}, .choices = 2};
  lithe::OnlineAgent agent(spaces,
                           {.agent = "actor_critic(adam(2e-3))", .network = "dense(32, tanh)"});
  double first = 0, last = 0;  // mean seconds upright
  for (int attempt = 0; attempt < kTries; ++attempt) {
    Pole pole;
    agent.begin(pole.seen);
    int steps = 0;
    while (steps < kMostSteps && !pole.fallen()) {
      const bool right = agent.act().choice == 1;
      const float reward = pole.push(right);
      agent.learn(reward, pole.seen, pole.fallen());
      ++steps;
    }
    if (attempt < 20) first += 0.02 * steps / 20;
    if (attempt >= kTries - 20) last += 0.02 * steps / 20;
  }
  std::printf("seconds upright: the first 20 tries %.2f, the last 20 of %d %.2f (at most %.0f)\n",
              first, kTries, last, 0.02 * kMostSteps);
  agent.policy().save("pole.safetensors");
  return last > 2 * first ? 0 : 1;
}
