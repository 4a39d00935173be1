// Generated data sets of images.
//
// Image i of a part depends only on the seed and i. A longer data set therefore begins with a
// shorter one, and the number of threads, the compiler and the mathematics library do not change a
// byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/synthetic/pen.h"
#include "lithe/dataset.h"

namespace lithe::data {

struct Generator {
  std::string name;
  std::size_t side;  // of the square grey images
  std::vector<std::string> class_names;
  std::uint64_t family;  // separates the random numbers of different sets
  // Draws image `number` on side * side pixels; returns its class.
  std::size_t (*draw)(std::size_t number, Rng& rng, std::uint8_t* pixels);
  Resize resize = Resize::pad;
};

// `train` + `test` images on `threads` threads, 0 meaning all processors that may be used.
Dataset generate(const Generator& generator, std::uint64_t seed, std::size_t train,
                 std::size_t test, std::size_t threads = 0);

}  // namespace lithe::data
