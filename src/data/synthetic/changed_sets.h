// Other data sets made unrecognisable.
#pragma once

#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// Every value v as divisor - v: black for white.
Dataset invert(const Dataset& data);
// The pixels of every image in another order, the same for all of them, drawn by the seed. A
// pixel's channels stay together.
Dataset permute_pixels(const Dataset& data, std::uint64_t seed);

// Every image with left and right changed over ("mirrored"), or top and bottom ("flipped"). Throws
// Error(data) for what is no images.
enum class Mirror { across, upside_down };
Dataset mirror(const Dataset& data, Mirror how);

}  // namespace lithe::data
