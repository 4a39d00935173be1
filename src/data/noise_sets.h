// Images that no network should know: noise, and other data sets made unrecognisable.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// 28x28 grey images of one class, "noise". Uniform: every pixel any byte. Gaussian: mean 127.5 and
// deviation 64, clipped to bytes.
Dataset generate_uniform_noise(std::uint64_t seed, std::size_t train, std::size_t test);
Dataset generate_gaussian_noise(std::uint64_t seed, std::size_t train, std::size_t test);

// Every value v as divisor - v: black for white.
Dataset invert(const Dataset& data);
// The pixels of every image in another order, the same for all of them, drawn by the seed. A
// pixel's channels stay together.
Dataset permute_pixels(const Dataset& data, std::uint64_t seed);

}  // namespace lithe::data
