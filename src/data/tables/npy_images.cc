#include "data/tables/npy_images.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "lithe/error.h"

namespace lithe::data {

namespace {

using Shape = std::vector<std::size_t>;

// Images are larger than this, and have fewer channels.
constexpr std::size_t kSmallImage = 5;

bool is_channel_count(std::size_t size) { return size == 1 || size == 3; }

std::size_t value_count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

}  // namespace

bool has_channels_first(const NpyArray& array, const TableOptions& options, const ArrayForm* form) {
  const Shape shape(array.shape.begin() + 1, array.shape.end());
  if (options.layout == ImageLayout::channels_first && shape.size() != 3)
    throw Error(ErrorKind::data,
                fmt::format("the array has the shape {}, without a dimension for channels",
                            fmt::join(array.shape, "x")),
                array.name, "--layout auto");
  if (options.layout != ImageLayout::automatic || shape.size() != 3)
    return options.layout == ImageLayout::channels_first;
  const Shape moved = {shape[1], shape[2], shape[0]};
  if (form != nullptr && form->shape.size() == 3 && (shape == form->shape || moved == form->shape))
    return shape != form->shape;
  return is_channel_count(shape[0]) && !is_channel_count(shape[2]) &&
         std::min(shape[1], shape[2]) >= kSmallImage;
}

void check_first_axis(const NpyArray& array, const Shape& example) {
  const std::size_t columns = array.columns();
  const bool is_one = array.shape == example || (columns != value_count(example) &&
                                                 columns * array.rows() == value_count(example));
  if (!is_one || value_count(example) == 1) return;
  throw Error(ErrorKind::data,
              fmt::format("the array has the shape {}, which is that of one example: it lacks the "
                          "dimension that counts the examples",
                          fmt::join(array.shape, "x")),
              array.name, "x[numpy.newaxis] makes an array of one example from x");
}

}  // namespace lithe::data
