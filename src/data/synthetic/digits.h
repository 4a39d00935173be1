// Generated digits that resemble handwriting: a data set that needs no download.
//
// 28x28 grey images, framed and shaded as those of MNIST, so that a network trained on them
// recognises real handwriting. See data/synthetic/generated.h for how they depend on the seed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/dataset.h"

namespace lithe::data {

// `train` + `test` images on `threads` threads, 0 meaning all processors that may be used.
Dataset generate_digits(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads = 0);

}  // namespace lithe::data
