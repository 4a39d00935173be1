// Data as it is stored: examples are rows of a matrix of bytes or floats, with a class or numbers
// to predict for each. Nothing here is converted; kernels scale bytes where they read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lithe {

enum class ElementType { uint8, float32, float64 };
std::size_t size_of(ElementType type);

// A matrix that somebody else owns: `rows` examples of `columns` values each, consecutive rows
// `row_stride` bytes apart. A value v enters the network as v / divisor, correctly rounded.
struct Features {
  const void* data = nullptr;
  ElementType type = ElementType::uint8;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t row_stride = 0;  // bytes
  double divisor = 1;          // 255 for pixels

  const std::uint8_t* row(std::size_t index) const {
    return static_cast<const std::uint8_t*>(data) + index * row_stride;
  }
};

// One example set: features, and for each row what is to be answered: a class (a number below
// `classes`), or numbers, which are values to predict or a distribution over classes.
struct Examples {
  Features features;
  const std::int32_t* labels = nullptr;  // features.rows of them, or none where there are targets
  std::size_t classes = 0;
  const float* targets = nullptr;  // [features.rows][target_columns], without gaps
  std::size_t target_columns = 0;
  // How much each row counts, 0 or more; null: all 1. A row of weight 0 is as if it were not there.
  const float* weights = nullptr;

  // `count` rows from `first` on, as far as there are so many.
  Examples slice(std::size_t first, std::size_t count) const;
};

// How a picture from elsewhere is brought to the form of the others.
enum class Resize {
  crop,     // scaled until it covers the size, its middle kept: proportions stay, edges go
  pad,      // scaled until it lies within, the rest in the colour of its border
  stretch,  // each side by itself
  ink,      // writing in grey: turned light on dark, scaled and centred as MNIST's digits are
};
std::string_view name(Resize how);
Resize parse_resize(std::string_view text);  // throws Error(usage)

// A data set that owns its memory: a training part and a test part of the same shape.
// Copies share the memory, which never changes once it has been read.
struct Dataset {
  std::string name;                      // "mnist"
  std::vector<std::size_t> shape;        // of one example: {28, 28}
  std::vector<std::string> class_names;  // one a class
  Examples train, test;
  std::shared_ptr<const void> memory;  // what the views point into
  Resize resize = Resize::crop;  // where it has images: what makes another picture one of them
};

}  // namespace lithe
