#include "data/tables/take_rows.h"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace lithe::data {

namespace {

template <typename Value>
std::vector<Value> pick(const Value* values, std::size_t width,
                        std::span<const std::uint32_t> rows) {
  std::vector<Value> picked;
  if (values == nullptr) return picked;
  picked.reserve(rows.size() * width);
  for (const std::uint32_t row : rows)
    picked.insert(picked.end(), values + row * width, values + (row + 1) * width);
  return picked;
}

}  // namespace

TablePart take_rows(const Examples& examples, std::span<const std::uint32_t> rows) {
  const Features& from = examples.features;
  const std::size_t row_bytes = from.columns * size_of(from.type);
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows.size() * row_bytes);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::memcpy(memory->features.data() + i * row_bytes, from.row(rows[i]), row_bytes);
  memory->labels = pick(examples.labels, 1, rows);
  memory->targets = pick(examples.targets, examples.target_columns, rows);
  memory->weights = pick(examples.weights, 1, rows);
  memory->lengths = pick(from.lengths, 1, rows);

  TablePart part;
  part.examples = examples;
  part.examples.features.data = memory->features.data();
  part.examples.features.rows = rows.size();
  part.examples.features.row_stride = row_bytes;
  part.examples.features.starts = nullptr;
  if (from.lengths != nullptr) part.examples.features.lengths = memory->lengths.data();
  if (examples.labels != nullptr) part.examples.labels = memory->labels.data();
  if (examples.targets != nullptr) part.examples.targets = memory->targets.data();
  if (examples.weights != nullptr) part.examples.weights = memory->weights.data();
  part.memory = std::move(memory);
  return part;
}

}  // namespace lithe::data
