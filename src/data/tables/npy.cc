#include "data/tables/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "data/examples/scale.h"
#include "data/tables/npy_elements.h"
#include "data/tables/npy_images.h"

namespace lithe::data {

namespace {

ElementType stored_type(const NpyArray& array) {
  if (array.kind == 'b' || (array.kind == 'u' && array.element_bytes == 1))
    return ElementType::uint8;
  return array.kind == 'f' && array.element_bytes == 8 ? ElementType::float64
                                                       : ElementType::float32;
}

double divisor(const NpyArray& array, const TableOptions& options) {
  if (options.divisor != 0) return options.divisor;
  const bool image = array.kind == 'u' && array.element_bytes == 1 && array.shape.size() >= 3;
  return image ? 255 : 1;
}

// The offsets of a row's elements with the channels of each pixel together.
std::vector<std::size_t> pixel_offsets(const NpyArray& array) {
  const std::vector<std::size_t> offsets = column_offsets(array);
  const std::size_t channels = array.shape[1], pixels = offsets.size() / channels;
  std::vector<std::size_t> moved;
  moved.reserve(offsets.size());
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    for (std::size_t channel = 0; channel < channels; ++channel)
      moved.push_back(offsets[channel * pixels + pixel]);
  return moved;
}

void copy_elements(const NpyArray& array, bool channels_first, ElementType type,
                   std::uint8_t* out) {
  if (type == ElementType::uint8 && !array.fortran && !channels_first) {
    std::ranges::copy(array.elements, out);
    return;
  }
  const auto offsets = channels_first ? pixel_offsets(array) : column_offsets(array);
  if (type == ElementType::uint8)
    copy_values(array, offsets, out);
  else if (type == ElementType::float64)
    copy_values(array, offsets, reinterpret_cast<double*>(out));
  else
    copy_values(array, offsets, reinterpret_cast<float*>(out));
}

// Brings the part to the scale of a model, and says what was done that the model's own data did not
// need.
void bring_to_scale(const NpyArray& array, const ArrayForm& form, TablePart& part) {
  Features& features = part.examples.features;
  const double own = features.divisor;
  if (array.kind == 'b') return;  // 0 and 1
  if (form.divisor != 1) {
    features.divisor = 1;
    features.divisor = divisor_for(features, form.divisor, array.is_integer(), array.name);
  } else {
    features.divisor = divisor_for_range(features, own, {form.low, form.high}, part.shape.size());
  }
  if (features.divisor == own) return;
  part.notes.push_back({false,
                        fmt::format("the values of {} are {}, as the model's scale is", array.name,
                                    features.divisor == 1 ? "taken as they are"
                                    : features.divisor < 1
                                        ? fmt::format("multiplied by {:.6g}", 1 / features.divisor)
                                        : fmt::format("divided by {:.6g}", features.divisor)),
                        {}});
}

}  // namespace

TablePart make_npy_part(const NpyArray& array, const TableOptions& options, const ArrayForm* form) {
  if (array.is_text())
    throw Error(ErrorKind::data, "the examples are texts, not numbers", array.name,
                "an array of numbers, or a table with columns of texts as .csv");
  if (form != nullptr) check_first_axis(array, form->shape);
  const std::size_t rows = array.rows(), columns = array.columns();
  const ElementType type = stored_type(array);
  check_table_size(rows, columns, size_of(type), options, array.name);
  check_table_memory(rows, columns, size_of(type));
  const bool channels_first = has_channels_first(array, options, form);
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * columns * size_of(type));
  copy_elements(array, channels_first, type, memory->features.data());

  TablePart part;
  part.examples.features = {.data = memory->features.data(),
                            .type = type,
                            .rows = rows,
                            .columns = columns,
                            .row_stride = columns * size_of(type),
                            .divisor = divisor(array, options)};
  part.shape.assign(array.shape.begin() + 1, array.shape.end());
  if (part.shape.empty()) part.shape = {1};
  if (channels_first) {
    part.notes.push_back(
        {false,
         fmt::format("the channels of {} come first ({}) and were moved to the end", array.name,
                     fmt::join(part.shape, "x")),
         "--layout channels-last leaves them"});
    std::ranges::rotate(part.shape, part.shape.begin() + 1);
  }
  part.memory = std::move(memory);
  if (form != nullptr) bring_to_scale(array, *form, part);
  return part;
}

}  // namespace lithe::data
