// Data sets made from others by changing every image.
#pragma once

#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// Replaces every value v by divisor - v, which turns black into white.
Dataset invert(const Dataset& data);
// Permutes the pixels, by one permutation for all images, drawn by the seed. The channels of a
// pixel stay together.
Dataset permute_pixels(const Dataset& data, std::uint64_t seed);

// Swaps left and right ("mirrored") or top and bottom ("flipped") of every image. Throws
// Error(data) where the data are not images.
enum class Mirror { across, upside_down };
Dataset mirror(const Dataset& data, Mirror how);

}  // namespace lithe::data
