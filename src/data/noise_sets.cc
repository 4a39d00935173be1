#include "data/noise_sets.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <utility>

#include "base/aligned.h"
#include "base/random.h"
#include "data/generated.h"

namespace lithe::data {

namespace {

constexpr std::size_t kSide = 28;

std::size_t draw_uniform(std::size_t, Dice& dice, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < kSide * kSide; ++i)
    pixels[i] = static_cast<std::uint8_t>(dice.below(256));
  return 0;
}

std::size_t draw_gaussian(std::size_t, Dice& dice, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < kSide * kSide; ++i)
    pixels[i] = static_cast<std::uint8_t>(std::clamp(dice.normal(127.5f, 64) + 0.5f, 0.0f, 255.0f));
  return 0;
}

// The same data with other features, and the memory of both.
struct Changed {
  Dataset old;
  base::AlignedArray<std::uint8_t> train, test;
};

template <class ChangeRow>
Dataset change_rows(const Dataset& data, const std::string& name, const ChangeRow& change) {
  auto memory = std::make_shared<Changed>();
  memory->old = data;
  Dataset result = data;
  const auto copy = [&](Features& features, base::AlignedArray<std::uint8_t>& rows) {
    const std::size_t row_bytes = features.columns * size_of(features.type);
    rows = base::AlignedArray<std::uint8_t>(features.rows * row_bytes);
    for (std::size_t row = 0; row < features.rows; ++row)
      change(features.row(row), rows.data() + row * row_bytes);
    features.data = rows.data();
    features.row_stride = row_bytes;
  };
  copy(result.train.features, memory->train);
  copy(result.test.features, memory->test);
  result.name = name + ":" + data.name;
  result.memory = memory;
  return result;
}

template <typename T>
void invert_row(const void* row, void* to, std::size_t columns, double divisor) {
  const T* const values = static_cast<const T*>(row);
  for (std::size_t i = 0; i < columns; ++i)
    static_cast<T*>(to)[i] = static_cast<T>(divisor - static_cast<double>(values[i]));
}

}  // namespace

Dataset generate_uniform_noise(std::uint64_t seed, std::size_t train, std::size_t test) {
  return generate({"uniform-noise", kSide, {"noise"}, 4, draw_uniform}, seed, train, test);
}

Dataset generate_gaussian_noise(std::uint64_t seed, std::size_t train, std::size_t test) {
  return generate({"gaussian-noise", kSide, {"noise"}, 5, draw_gaussian}, seed, train, test);
}

Dataset invert(const Dataset& data) {
  const Features& features = data.train.features;
  return change_rows(data, "inverted", [&](const void* row, void* to) {
    switch (features.type) {
      case ElementType::uint8:
        return invert_row<std::uint8_t>(row, to, features.columns, features.divisor);
      case ElementType::float32:
        return invert_row<float>(row, to, features.columns, features.divisor);
      case ElementType::float64:
        return invert_row<double>(row, to, features.columns, features.divisor);
    }
  });
}

Dataset permute_pixels(const Dataset& data, std::uint64_t seed) {
  const Features& features = data.train.features;
  const std::size_t channels = data.shape.size() == 3 ? data.shape[2] : 1;
  const std::size_t pixel_bytes = channels * size_of(features.type);
  std::vector<std::size_t> source(features.columns / channels);
  std::iota(source.begin(), source.end(), std::size_t{0});
  base::RandomStream random(seed, base::make_stream(base::Use::sample, 0));
  for (std::size_t i = source.size(); i > 1; --i)
    std::swap(source[i - 1], source[random.below(static_cast<std::uint32_t>(i))]);
  return change_rows(data, "permuted", [&](const std::uint8_t* row, std::uint8_t* to) {
    for (std::size_t i = 0; i < source.size(); ++i)
      std::memcpy(to + i * pixel_bytes, row + source[i] * pixel_bytes, pixel_bytes);
  });
}

}  // namespace lithe::data
