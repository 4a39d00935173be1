#include <cmath>

#include "lithe/environment.h"

namespace lithe {

void sample_action(const Spaces& spaces, Rng& rng, std::int32_t& choice, std::span<float> values) {
  if (spaces.choices > 0)
    choice = static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(spaces.choices)));
  for (std::size_t j = 0; j < spaces.action_low.size(); ++j) {
    const double low = static_cast<double>(spaces.action_low[j]);
    const double high = static_cast<double>(spaces.action_high[j]);
    const bool bounded = std::isfinite(low) && std::isfinite(high);
    values[j] = static_cast<float>(bounded ? rng.uniform(low, high) : rng.normal());
  }
}

}  // namespace lithe
