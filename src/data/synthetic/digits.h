// Handwritten-like digits drawn by a generator: a data set for machines that have no other.
//
// 28x28 grey images, framed and shaded as MNIST's, so that a network trained on them reads real
// handwriting. Image i of a part depends on the seed and i alone: a longer data set begins with a
// shorter one, and no number of threads, compiler or mathematics library changes a byte.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// `train` + `test` images on `threads` threads, 0 meaning all processors that may be used.
Dataset generate_digits(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads = 0);

}  // namespace lithe::data
