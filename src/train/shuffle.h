// The order in which an epoch takes its examples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lithe::train {

// Fills `order` with the numbers from 0 in random order (Fisher and Yates; Durstenfeld, 1964), as a
// function of the seed and the number of the epoch alone.
void shuffle(std::span<std::uint32_t> order, std::uint64_t seed, std::size_t epoch);

}  // namespace lithe::train
