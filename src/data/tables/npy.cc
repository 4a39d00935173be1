#include "data/tables/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "lithe/error.h"

namespace lithe::data {

namespace {

// Calls `use` with a value of the elements' type.
template <typename Use>
void with_element_type(const NpyArray& array, const Use& use) {
  const std::size_t bytes = array.element_bytes;
  if (array.kind == 'f') return bytes == 4 ? use(float{}) : use(double{});
  if (array.kind == 'i') {
    if (bytes == 1) return use(std::int8_t{});
    if (bytes == 2) return use(std::int16_t{});
    return bytes == 4 ? use(std::int32_t{}) : use(std::int64_t{});
  }
  if (bytes == 1) return use(std::uint8_t{});
  if (bytes == 2) return use(std::uint16_t{});
  return bytes == 4 ? use(std::uint32_t{}) : use(std::uint64_t{});
}

template <typename Element>
Element element_at(const NpyArray& array, std::size_t index) {
  std::array<std::uint8_t, sizeof(Element)> bytes;
  std::memcpy(bytes.data(), array.elements.data() + index * sizeof(Element), sizeof(Element));
  if (array.swapped) std::ranges::reverse(bytes);
  return std::bit_cast<Element>(bytes);
}

// The offsets of the columns of a row, in elements from the first; columns are in C order.
std::vector<std::size_t> column_offsets(const NpyArray& array) {
  std::vector<std::size_t> offsets(array.columns());
  std::iota(offsets.begin(), offsets.end(), std::size_t{0});
  if (!array.fortran) return offsets;
  for (std::size_t& offset : offsets) {
    std::size_t rest = offset, step = array.elements.size() / array.element_bytes;
    offset = 0;
    for (std::size_t i = array.shape.size(); i-- > 1;) {
      step /= array.shape[i];
      offset += rest % array.shape[i] * step;
      rest /= array.shape[i];
    }
  }
  return offsets;
}

// Calls `take(row, column, value)` for every element.
template <typename Take>
void visit(const NpyArray& array, const Take& take) {
  const auto offsets = column_offsets(array);
  const std::size_t row_step = array.fortran ? 1 : offsets.size();
  with_element_type(array, [&]<typename Element>(Element) {
    for (std::size_t row = 0; row < array.rows(); ++row)
      for (std::size_t column = 0; column < offsets.size(); ++column)
        take(row, column, element_at<Element>(array, row * row_step + offsets[column]));
  });
}

template <typename Value>
void copy_values(const NpyArray& array, Value* out) {
  visit(array, [&](std::size_t row, std::size_t column, auto element) {
    const auto value = static_cast<Value>(element);
    if constexpr (std::is_floating_point_v<Value>) {
      if (!std::isfinite(value))
        throw Error(ErrorKind::data,
                    fmt::format("the value is {} in {} bits", element, 8 * sizeof(Value)),
                    fmt::format("{}, row {}, column {}", array.name, row + 1, column + 1));
    }
    *out++ = value;
  });
}

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

std::vector<std::int64_t> read_labels(const NpyArray& array) {
  std::vector<std::int64_t> labels;
  visit(array, [&](std::size_t row, std::size_t, auto element) {
    if (!std::in_range<std::int64_t>(static_cast<std::uint64_t>(element)) && element > 0)
      throw Error(ErrorKind::data, fmt::format("label {}", element),
                  fmt::format("{}, row {}", array.name, row + 1));
    labels.push_back(static_cast<std::int64_t>(element));
  });
  return labels;
}

// The classes, sorted. Where none is negative, all numbers up to the highest are classes, so that
// one may have no examples.
std::vector<std::int64_t> classes_of(const std::vector<std::int64_t>& labels,
                                     const std::string& name) {
  std::vector<std::int64_t> classes = labels;
  std::ranges::sort(classes);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  if (classes.front() >= 0 && classes.back() < static_cast<std::int64_t>(kMostClasses)) {
    classes.resize(static_cast<std::size_t>(classes.back()) + 1);
    std::iota(classes.begin(), classes.end(), 0);
  }
  if (classes.size() > kMostClasses)
    throw Error(ErrorKind::data, fmt::format("more than {} classes", kMostClasses), name,
                "regression");
  return classes;
}

Answers make_answers(std::span<const std::int64_t> labels,
                     const std::vector<std::int64_t>& classes) {
  Answers answers;
  answers.task = TableTask::classification;
  for (const std::int64_t value : classes) answers.class_names.push_back(fmt::to_string(value));
  for (const std::int64_t label : labels)
    answers.labels.push_back(
        static_cast<std::int32_t>(std::ranges::lower_bound(classes, label) - classes.begin()));
  return answers;
}

void attach_to(TablePart& part, Answers answers, std::size_t columns) {
  // This memory is not shared yet.
  auto& memory = const_cast<TableMemory&>(*part.memory);
  attach(memory, std::move(answers), part);
  if (part.examples.targets != nullptr) part.examples.target_columns = columns;
}

void check_rows(const NpyArray& answers, const TablePart& part) {
  const std::size_t rows = part.examples.features.rows;
  if (answers.rows() != rows)
    throw Error(ErrorKind::data, fmt::format("{} answers for {} examples", answers.rows(), rows),
                answers.name);
}

void add_targets(const NpyArray& array, TablePart& part) {
  Answers answers;
  answers.task = TableTask::regression;
  answers.targets.resize(array.rows() * array.columns());
  copy_values(array, answers.targets.data());
  attach_to(part, std::move(answers), array.columns());
}

void add_labels(const NpyArray& train_array, TablePart& train, const NpyArray* test_array,
                TablePart& test) {
  std::vector<std::int64_t> labels = read_labels(train_array);
  if (test_array != nullptr) {
    const auto more = read_labels(*test_array);
    labels.insert(labels.end(), more.begin(), more.end());
  }
  const auto classes = classes_of(labels, train_array.name);
  const std::span all(labels);
  attach_to(train, make_answers(all.first(train_array.rows()), classes), 1);
  if (test_array != nullptr)
    attach_to(test, make_answers(all.subspan(train_array.rows()), classes), 1);
}

}  // namespace

TablePart make_npy_part(const NpyArray& array, const TableOptions& options) {
  const std::size_t rows = array.rows(), columns = array.columns();
  const ElementType type = stored_type(array);
  check_table_size(rows, columns, size_of(type), options, array.name);
  auto memory = std::make_shared<TableMemory>();
  memory->features = base::AlignedArray<std::uint8_t>(rows * columns * size_of(type));
  std::uint8_t* const out = memory->features.data();
  if (type == ElementType::uint8 && !array.fortran)
    std::ranges::copy(array.elements, out);
  else if (type == ElementType::uint8)
    copy_values(array, out);
  else if (type == ElementType::float64)
    copy_values(array, reinterpret_cast<double*>(out));
  else
    copy_values(array, reinterpret_cast<float*>(out));

  TablePart part;
  part.examples.features = {.data = out,
                            .type = type,
                            .rows = rows,
                            .columns = columns,
                            .row_stride = columns * size_of(type),
                            .divisor = divisor(array, options)};
  part.shape.assign(array.shape.begin() + 1, array.shape.end());
  if (part.shape.empty()) part.shape = {1};
  part.memory = std::move(memory);
  return part;
}

void add_npy_answers(const NpyArray* train_answers, TablePart& train, const NpyArray* test_answers,
                     TablePart& test, const TableOptions& options) {
  if (train_answers == nullptr || options.csv.task == TableTask::none) return;
  const bool classes = options.csv.task == TableTask::classification ||
                       (options.csv.task == TableTask::automatic && train_answers->is_integer());
  for (const NpyArray* array : {train_answers, test_answers}) {
    if (array == nullptr) continue;
    check_rows(*array, array == train_answers ? train : test);
    if (classes && (!array->is_integer() || array->columns() != 1))
      throw Error(ErrorKind::data, "classes are integers, one a row", array->name);
    if (array->columns() != train_answers->columns())
      throw Error(ErrorKind::data, "training and test answers have different shapes", array->name);
  }
  if (classes) return add_labels(*train_answers, train, test_answers, test);
  add_targets(*train_answers, train);
  if (test_answers != nullptr) add_targets(*test_answers, test);
}

}  // namespace lithe::data
