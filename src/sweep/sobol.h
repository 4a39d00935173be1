// Points of a Sobol sequence, scrambled as Owen proposed (1995): each bit is flipped depending on a
// seed and on the bits above it, so that every block of 2^m points stays as even as it was.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lithe::sweep {

inline constexpr std::size_t kMostDimensions = 40;

// Coordinate `dimension` of point `index`, in (0, 1).
double scrambled_sobol(std::uint64_t seed, std::uint32_t index, std::size_t dimension);
// The same without the scrambling, as a fraction of 2^32.
std::uint32_t plain_sobol(std::uint32_t index, std::size_t dimension);

}  // namespace lithe::sweep
