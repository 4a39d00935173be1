// What every reader of tables returns: rows in memory of their own, and how they were read.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/aligned.h"
#include "data/examples/split.h"
#include "data/tables/answers.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe::data {

struct TableMemory {
  base::AlignedArray<std::uint8_t> features;
  std::vector<std::int32_t> labels;
  std::vector<float> targets, weights;
  std::vector<std::int32_t> lengths;  // of sequences; or none
};

struct TablePart {
  Examples examples;
  std::vector<std::size_t> shape;  // of one example
  std::vector<std::string> class_names;
  TableSchema schema;
  std::size_t dropped_rows = 0;
  std::vector<std::size_t> left_out;  // as in TableData
  std::shared_ptr<const TableMemory> memory;
  std::vector<TableNote> notes;
  std::vector<ColumnSummary> columns;
  std::uint64_t digest = 0;  // of the file
  std::vector<RowUse> uses;  // of the rows of the file, where a column divides them
  // Where windows are taken of several series: that of each row, and the names of all.
  std::vector<std::uint32_t> series = {};
  std::vector<std::string> series_names = {};
};

// The rows of a file to train on and those held out; notes, columns and dropped rows of both are
// with the first.
struct TableParts {
  TablePart train, test;
};

// Learned numbers of a column's categories, for each of them and for all together (a shape in a
// sentence holds no more).
inline constexpr std::size_t kMostEmbedded = 4096, kMostEmbeddedInAll = std::size_t{1} << 24;

// Rows are counted in 32 bits from here on.
inline constexpr std::size_t kMostRows = UINT32_MAX - 1;

// Refuses a matrix that is not allowed to exist, before memory is asked for.
inline void check_table_size(std::uint64_t rows, std::uint64_t columns, std::uint64_t element_bytes,
                             const TableOptions& options, const std::string& name) {
  if (rows > kMostRows)
    throw Error(ErrorKind::data, fmt::format("more than {} rows", kMostRows), name);
  if (columns == 0 || rows <= options.most_bytes / element_bytes / columns) return;
  throw Error(ErrorKind::data,
              fmt::format("{} rows of {} features take more than the {} bytes allowed", rows,
                          columns, options.most_bytes),
              name, "ignore columns, or raise TableOptions::most_bytes");
}

// Compares it with the memory that is left. Throws Error(machine).
void check_table_memory(std::size_t rows, std::size_t columns, std::size_t element_bytes);

// Moves the answers into `memory` and points the examples to all that is in it.
inline void attach(TableMemory& memory, Answers answers, TablePart& part) {
  memory.labels = std::move(answers.labels);
  memory.targets = std::move(answers.targets);
  part.class_names = std::move(answers.class_names);
  Examples& examples = part.examples;
  examples.features.data = memory.features.data();
  if (answers.task == TableTask::classification) {
    examples.labels = memory.labels.data();
    examples.classes = part.class_names.size();
  } else if (!memory.targets.empty()) {
    examples.targets = memory.targets.data();
    examples.target_columns = answers.target_columns;
  }
  if (!memory.weights.empty()) examples.weights = memory.weights.data();
}

}  // namespace lithe::data
