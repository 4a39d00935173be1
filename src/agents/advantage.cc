#include "agents/advantage.h"

namespace lithe::agents {

void estimate_advantages(const Happened& happened, double discount, double lambda,
                         std::span<float> advantages, std::span<float> returns) {
  const std::size_t n = happened.environments;
  for (std::size_t e = 0; e < n; ++e) {
    double advantage = 0;
    for (std::size_t t = happened.steps; t-- > 0;) {
      const std::size_t at = t * n + e;
      const bool ended = happened.ended[at] != 0;
      const double value = static_cast<double>(happened.values[at]);
      const double next =
          static_cast<double>(ended ? happened.last_values[at] : happened.values[at + n]);
      const double delta = static_cast<double>(happened.rewards[at]) + discount * next - value;
      advantage = delta + (ended ? 0 : discount * lambda * advantage);
      advantages[at] = static_cast<float>(advantage);
      returns[at] = static_cast<float>(advantage + value);
    }
  }
}

}  // namespace lithe::agents
