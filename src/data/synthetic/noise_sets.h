// Images of noise, which serve as unknown examples.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// 28x28 grey images of one class, "noise". Uniform: every pixel any byte. Gaussian: mean 127.5 and
// deviation 64, clipped to bytes.
Dataset generate_uniform_noise(std::uint64_t seed, std::size_t train, std::size_t test);
Dataset generate_gaussian_noise(std::uint64_t seed, std::size_t train, std::size_t test);

}  // namespace lithe::data
