// The convolution of bench-conv: 3x3, with zeros of one pixel around, of 32x32x64 to 64 channels,
// without bias. Its numbers are functions of their place, so that every program convolves the same,
// in whatever layout; bench/conv/peers/example.py says them in Python.
#pragma once

#include <cstddef>
#include <vector>

namespace lithe::bench {

inline constexpr std::size_t kImageSide = 32, kChannels = 64, kWindow = 3;

// A value at four places: of image, row, column, channel; of weights, window row, window column,
// input channel, output channel.
using Places = std::size_t[4];

inline float patterned(const Places& at, const Places& steps, std::size_t modulus) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number += at[i] * steps[i];
  const auto half = static_cast<float>(modulus / 2);
  return (static_cast<float>(number % modulus) - half) / half;
}

// An array of four dimensions, the first outermost. oneDNN and PyTorch call these layouts nhwc and,
// of weights, hwio.
struct Array {
  Places sizes;
  std::vector<float> values;

  std::size_t size() const { return sizes[0] * sizes[1] * sizes[2] * sizes[3]; }
};

// Calls `work` with each four places and their index.
template <class Work>
void each_place(const Places& sizes, const Work& work) {
  std::size_t index = 0;
  for (std::size_t a = 0; a < sizes[0]; ++a)
    for (std::size_t b = 0; b < sizes[1]; ++b)
      for (std::size_t c = 0; c < sizes[2]; ++c)
        for (std::size_t d = 0; d < sizes[3]; ++d) work(Places{a, b, c, d}, index++);
}

inline Array patterned_array(const Places& sizes, const Places& steps, std::size_t modulus) {
  Array array{{sizes[0], sizes[1], sizes[2], sizes[3]}, {}};
  array.values.resize(array.size());
  each_place(sizes, [&](const Places& at, std::size_t index) {
    array.values[index] = patterned(at, steps, modulus);
  });
  return array;
}

inline Array example_images(std::size_t batch) {
  return patterned_array({batch, kImageSide, kImageSide, kChannels}, {7, 5, 3, 11}, 17);
}
inline Array example_weights() {
  return patterned_array({kWindow, kWindow, kChannels, kChannels}, {3, 5, 7, 13}, 19);
}
inline Array example_gradient(std::size_t batch) {
  return patterned_array({batch, kImageSide, kImageSide, kChannels}, {5, 3, 7, 11}, 23);
}

// What tells whether a result is the same: its squares, each weighted by its place.
inline double fingerprint(const Array& array) {
  double sum = 0;
  each_place(array.sizes, [&](const Places& at, std::size_t index) {
    const double value = array.values[index];
    sum +=
        value * value * static_cast<double>(1 + (at[0] + 3 * at[1] + 5 * at[2] + 7 * at[3]) % 13);
  });
  return sum;
}

}  // namespace lithe::bench
