// What every program begins with: examples and initial weights, the same for all, as functions of
// their place (bench/peers/data.py says them in Python, and why).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "task.h"

namespace lithe::bench {

// The numbers of the arrays; a layer's weights and biases have 4 and 5, the next one's 6 and 7, and
// what else a layer learns has 10,000 and more, 100 for each layer.
inline constexpr std::uint64_t kZeros = 0, kTeacher = 1, kFeatures = 1'000, kFirstLayer = 2,
                               kValues = 10'000;

// A number in 0..1: splitmix64 (Steele, Lea, Flood, 2014) of the place.
inline double hashed(std::uint64_t array, std::uint64_t index) {
  std::uint64_t x = ((array << 40) + index + 1) * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

// Both with mean 0 and variance 1.
inline double uniform(std::uint64_t array, std::uint64_t index) {
  return (2 * hashed(array, index) - 1) * std::numbers::sqrt3;
}
inline double normal(std::uint64_t array, std::uint64_t index) {  // Box and Muller, 1958
  return std::sqrt(-2 * std::log(1 - hashed(array, 2 * index))) *
         std::cos(2 * std::numbers::pi * hashed(array, 2 * index + 1));
}

inline std::vector<float> uniform_array(std::uint64_t array, std::size_t size) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<float>(uniform(array, i));
  return values;
}

// What tells whether a result is the same: its squares, each weighted by its place.
class Fingerprint {
 public:
  void add(double value) { sum_ += value * value * static_cast<double>(1 + place_++ % 13); }
  template <class Values>
  Fingerprint& add_all(const Values& values) {
    for (const auto value : values) add(static_cast<double>(value));
    return *this;
  }
  double value() const { return sum_; }

 private:
  double sum_ = 0;
  std::size_t place_ = 0;
};

// A dense layer, a convolution or a batch norm as it begins. Weights are [inputs][units], or
// [row][column][from channel][to channel]; of a batch norm, a factor for each unit.
struct Start {
  std::size_t layer;  // its place in Task::layers
  std::vector<std::size_t> shape;
  std::vector<double> weight, bias;
};

// In the order of the layers. With `channels_first` the rows of a dense layer that follows a
// flattened image are in that order.
std::vector<Start> start(const Task& task, bool channels_first = false);

// What a layer of a sequence or a table learns, by Lithe's names.
struct NamedValues {
  std::size_t layer;
  std::string name;
  std::vector<double> values;
};

std::vector<NamedValues> named_values(const Task& task);

// The arrays of a convolution alone, in plain order.
struct ConvolutionArrays {
  explicit ConvolutionArrays(const Task& task);

  std::vector<std::size_t> images_shape, weights_shape, gradient_shape;
  std::vector<float> images, weights, gradient;
};

// Examples to learn from and to test on: rows of floats, and a class each, or one for each position
// of a row of tokens.
struct Examples32 {
  explicit Examples32(const Task& task, std::size_t rows);

  std::size_t rows, columns, test_rows, positions = 1;
  std::vector<float> x, test_x;
  std::vector<std::int64_t> classes, test_classes;
};

}  // namespace lithe::bench
