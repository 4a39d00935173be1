#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lithe {

// One block at first, then as many as were made before, up to kBlocks: a generator of a few numbers
// computes few blocks, and the rounds of several blocks do not wait for one another.
void Rng::refill() {
  const auto count = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(made_, 1, kBlocks));
  constexpr std::uint64_t kLowMask = (1u << kLowBits) - 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t n = made_ + i;
    const auto block =
        base::random_block(seed_, stream_, first_ + (n & kLowMask) + (n >> kLowBits << shift_));
    std::copy(block.begin(), block.end(), words_.begin() + std::ptrdiff_t{4} * i);
  }
  made_ += count;
  taken_ = 0;
  filled_ = count;
}

double Rng::normal() {
  if (have_spare_) {
    have_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  have_spare_ = true;
  return radius * std::cos(angle);
}

}  // namespace lithe
