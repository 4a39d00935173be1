#include "base/random.h"

#include <cmath>
#include <numbers>

#include "environments/trigonometry.h"
#include "lithe/environment.h"

namespace lithe {

EpisodeRandom::EpisodeRandom(std::uint64_t seed, std::uint32_t environment, std::uint32_t episode,
                             std::uint32_t block)
    : seed_(seed),
      stream_(base::make_stream(base::Use::environment, environment)),
      episode_(episode),
      block_(block) {}

std::uint32_t EpisodeRandom::next() {
  if (used_ == words_.size()) {
    words_ = base::random_block(seed_, stream_, (std::uint64_t{episode_} << 32) | block_++);
    used_ = 0;
  }
  return words_[used_++];
}

std::uint32_t EpisodeRandom::below(std::uint32_t bound) { return base::draw_below(*this, bound); }

double EpisodeRandom::uniform() { return base::draw_uniform(*this); }

// Box and Muller, 1958; the second number that they give is not used.
double EpisodeRandom::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * environments::sine_cosine(2.0 * std::numbers::pi * uniform()).cosine;
}

}  // namespace lithe
