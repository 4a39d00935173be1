// Both parts of a data set as one.
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <vector>

#include "base/aligned.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe {

namespace {

struct JoinedMemory {
  explicit JoinedMemory(std::size_t bytes) : features(bytes) {}
  base::AlignedArray<std::uint8_t> features;
  std::vector<std::int32_t> labels;
  std::vector<float> targets, weights;
  std::vector<std::int32_t> lengths;
};

template <class Value>
void append_values(const Value* from, std::size_t count, std::vector<Value>& to) {
  if (from != nullptr) to.insert(to.end(), from, from + count);
}

void check_alike(const Dataset& data) {
  const Features &a = data.train.features, &b = data.test.features;
  if (a.type == b.type && a.columns == b.columns && a.divisor == b.divisor &&
      (a.lengths == nullptr) == (b.lengths == nullptr))
    return;
  throw Error(ErrorKind::data, "the rows to train on and those to test on have different types",
              data.name, "leave out --all-rows, or save both with one type");
}

}  // namespace

Dataset all_to_test_on(const Dataset& data) {
  Dataset joined = data;
  joined.train = data.train.slice(0, 0);
  if (data.train.features.rows == 0) return joined;
  if (data.test.features.rows == 0) return joined.test = data.train, joined;
  check_alike(data);
  const std::size_t bytes = data.train.features.columns * size_of(data.train.features.type);
  const std::size_t rows = data.train.features.rows + data.test.features.rows;
  const auto memory = std::make_shared<JoinedMemory>(rows * bytes);
  std::uint8_t* to = memory->features.data();
  for (const Examples* part : {&data.train, &data.test}) {
    const std::size_t count = part->features.rows;
    for (std::size_t row = 0; row < count; ++row, to += bytes)
      std::memcpy(to, part->features.row(row), bytes);
    append_values(part->features.lengths, count, memory->lengths);
    append_values(part->labels, count, memory->labels);
    append_values(part->targets, count * part->target_columns, memory->targets);
    append_values(part->weights, count, memory->weights);
  }
  Examples& all = joined.test;
  all.features.data = memory->features.data();
  all.features.rows = rows;
  all.features.row_stride = bytes;
  all.features.starts = nullptr;
  if (all.features.lengths != nullptr) all.features.lengths = memory->lengths.data();
  if (all.labels != nullptr) all.labels = memory->labels.data();
  if (all.targets != nullptr) all.targets = memory->targets.data();
  // Weights of one part alone say nothing about the other.
  all.weights = memory->weights.size() == rows ? memory->weights.data() : nullptr;
  joined.memory = memory;
  return joined;
}

}  // namespace lithe
