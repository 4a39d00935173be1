#include "train/shuffle.h"

#include <numeric>
#include <utility>

#include "base/random.h"

namespace lithe::train {

void shuffle(std::span<std::uint32_t> order, std::uint64_t seed, std::size_t epoch) {
  std::iota(order.begin(), order.end(), 0u);
  base::Rng random(
      seed, base::make_stream(base::StreamPurpose::shuffle, static_cast<std::uint32_t>(epoch)));
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
}

}  // namespace lithe::train
