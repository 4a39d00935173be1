// Handwritten-like digits drawn by a generator: a data set for machines that have no other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// 28x28 images of the ten digits; the same seed gives the same bytes.
Dataset generate_digits(std::uint64_t seed, std::size_t train, std::size_t test);

}  // namespace lithe::data
