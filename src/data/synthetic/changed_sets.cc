#include "data/synthetic/changed_sets.h"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <numeric>
#include <utility>

#include "base/aligned.h"
#include "base/random.h"
#include "base/threads.h"
#include "data/examples/elements.h"
#include "data/synthetic/corrupt.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// Keeps the memory of the old and of the changed features.
struct Changed {
  Dataset old;
  base::AlignedArray<std::uint8_t> train, test;
};

// The rows of one part, shared among threads.
template <class ChangeRow>
class Changing final : public base::TeamWork {
 public:
  Changing(const Examples& from, std::uint8_t* to, const ChangeRow& change, std::size_t threads)
      : from_(from), to_(to), change_(change), threads_(threads) {}

  void run(std::size_t thread) override {
    const Features& rows = from_.features;
    const std::size_t row_bytes = rows.columns * size_of(rows.type);
    const std::size_t end = rows.rows * (thread + 1) / threads_;
    for (std::size_t row = rows.rows * thread / threads_; row < end; ++row)
      change_(from_, row, to_ + row * row_bytes);
  }

 private:
  const Examples& from_;
  std::uint8_t* to_;
  const ChangeRow& change_;
  std::size_t threads_;
};

// `change` gets a part, the number of a row in it, and the memory for the changed row.
template <class ChangeRow>
Dataset change_rows(const Dataset& data, const std::string& name, const ChangeRow& change) {
  auto memory = std::make_shared<Changed>();
  memory->old = data;
  Dataset result = data;
  base::Team team(base::usable_processors());
  const auto copy = [&](Examples& part, base::AlignedArray<std::uint8_t>& rows) {
    Features& features = part.features;
    const std::size_t row_bytes = features.columns * size_of(features.type);
    rows = base::AlignedArray<std::uint8_t>(features.rows * row_bytes);
    Changing<ChangeRow> work(part, rows.data(), change, team.size());
    team.run(work);
    features.data = rows.data();
    features.row_stride = row_bytes;
    features.starts = nullptr;
  };
  copy(result.train, memory->train);
  copy(result.test, memory->test);
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

ImageSize image_size(const Dataset& data, const char* change) {
  const std::vector<std::size_t>& shape = data.shape;
  if (shape.size() < 2 || shape.size() > 3)
    throw Error(ErrorKind::data,
                fmt::format("only images can be {}, and these data are not images", change),
                data.name, "a data set of images");
  return {shape[0], shape[1], shape.size() == 3 ? shape[2] : 1};
}

// A random row of another class if a few draws find one, otherwise of the same class. Never the row
// itself, unless it is the only one.
std::size_t other_class(const Examples& part, std::size_t row, Rng& rng) {
  const std::size_t rows = part.features.rows;
  std::size_t other = row;
  for (int draw = 0; draw < 8; ++draw) {
    other = rng.below(static_cast<std::uint32_t>(rows));
    if (part.labels == nullptr ? other != row : part.labels[other] != part.labels[row]) break;
  }
  return other == row ? (row + 1) % rows : other;
}

}  // namespace

Dataset invert(const Dataset& data) {
  const Features& features = data.train.features;
  return change_rows(data, "inverted", [&](const Examples& part, std::size_t number, void* to) {
    const void* const row = part.features.row(number);
    with_element(features.type, [&]<typename V>(V) {
      invert_row<V>(row, to, features.columns, features.divisor);
    });
  });
}

Dataset permute_pixels(const Dataset& data, std::uint64_t seed) {
  const Features& features = data.train.features;
  const std::size_t channels = data.shape.size() == 3 ? data.shape[2] : 1;
  const std::size_t pixel_bytes = channels * size_of(features.type);
  std::vector<std::size_t> source(features.columns / channels);
  std::iota(source.begin(), source.end(), std::size_t{0});
  base::Rng random(seed, base::make_stream(base::StreamPurpose::sample, 0));
  for (std::size_t i = source.size(); i > 1; --i)
    std::swap(source[i - 1], source[random.below(static_cast<std::uint32_t>(i))]);
  return change_rows(
      data, "permuted", [&](const Examples& part, std::size_t number, std::uint8_t* to) {
        const std::uint8_t* const row = part.features.row(number);
        for (std::size_t i = 0; i < source.size(); ++i)
          std::memcpy(to + i * pixel_bytes, row + source[i] * pixel_bytes, pixel_bytes);
      });
}

Dataset mirror(const Dataset& data, Mirror how) {
  const bool across = how == Mirror::across;
  const ImageSize size = image_size(data, across ? "mirrored" : "flipped");
  const std::size_t pixel_bytes = size.channels * size_of(data.train.features.type);
  return change_rows(data, across ? "mirrored" : "flipped",
                     [&](const Examples& part, std::size_t row, std::uint8_t* to) {
                       const std::uint8_t* const image = part.features.row(row);
                       for (std::size_t y = 0; y < size.height; ++y)
                         for (std::size_t x = 0; x < size.width; ++x) {
                           const std::size_t from = across ? y * size.width + size.width - 1 - x
                                                           : (size.height - 1 - y) * size.width + x;
                           std::memcpy(to + (y * size.width + x) * pixel_bytes,
                                       image + from * pixel_bytes, pixel_bytes);
                         }
                     });
}

}  // namespace lithe::data

namespace lithe {

Dataset corrupt_images(const Dataset& data, std::uint64_t seed) {
  const data::ImageSize size = data::image_size(data, "corrupted");
  if (data.train.features.type != ElementType::uint8)
    throw Error(ErrorKind::data, "only images of bytes can be corrupted", data.name,
                "a data set of images of bytes, such as mnist");
  return data::change_rows(
      data, "corrupted", [&](const Examples& part, std::size_t row, std::uint8_t* to) {
        Rng rng(seed,
                base::make_stream(base::StreamPurpose::corrupt, static_cast<std::uint32_t>(row)));
        const Features& images = part.features;
        const std::size_t other = data::other_class(part, row, rng);
        data::corrupt(images.row(row), images.row(other), size, rng, to);
      });
}

}  // namespace lithe
