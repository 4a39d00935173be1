#include "agents/gae.h"

namespace lithe::agents {

void compute_gae(const RolloutView& rollout, double gamma, double gae_lambda,
                 std::span<float> advantages, std::span<float> returns) {
  const std::size_t n = rollout.environments;
  for (std::size_t e = 0; e < n; ++e) {
    double advantage = 0;
    for (std::size_t t = rollout.steps; t-- > 0;) {
      const std::size_t at = t * n + e;
      const bool ended = rollout.ended[at] != 0;
      const double value = static_cast<double>(rollout.values[at]);
      const double next =
          static_cast<double>(ended ? rollout.last_values[at] : rollout.values[at + n]);
      const double delta = static_cast<double>(rollout.rewards[at]) + gamma * next - value;
      advantage = delta + (ended ? 0 : gamma * gae_lambda * advantage);
      advantages[at] = static_cast<float>(advantage);
      returns[at] = static_cast<float>(advantage + value);
    }
  }
}

}  // namespace lithe::agents
