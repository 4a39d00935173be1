// Loads tables by the extension of their name, and chooses the test part.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/mapped_file.h"
#include "data/examples/split.h"
#include "data/tables/csv.h"
#include "data/tables/libsvm.h"
#include "data/tables/npy.h"
#include "data/tables/npz.h"
#include "data/tables/take_rows.h"
#include "data/tables/text_file.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;
using data::TablePart;
using data::TableParts;

using data::TableFormat;

constexpr const char* kReadable =
    "a name that ends with .csv, .tsv, .tab, .txt, .data, .npy, .npz, .libsvm, .svm or .xlsx, or "
    "those of texts with .gz or .zst behind";

TableFormat known_format(const fs::path& path) {
  const auto format = data::format_of(path);
  if (format == TableFormat::parquet)
    throw Error(ErrorKind::data, fmt::format("'{}' files are not read", data::kind_of(path)),
                path.string(), "save the table as .csv, .npz or .xlsx");
  if (format) return *format;
  const std::string name = path.string();
  if (fs::is_regular_file(path))
    throw Error(ErrorKind::data,
                fmt::format("'{}' is a file, but not of a kind that is read", name), {}, kReadable);
  throw Error(ErrorKind::data, fmt::format("'{}' is not the name of a table", name), {}, kReadable);
}

TableParts read_csv(const fs::path& path, const TableOptions& options, const TableSchema* known) {
  const data::TextFile file(path, options.most_bytes);
  TableOptions chosen = options;
  if (data::kind_of(path) == ".tsv" && options.csv.delimiter == 0) chosen.csv.delimiter = '\t';
  return data::parse_csv(file.text(), path.string(), chosen, known);
}

TablePart read_libsvm(const fs::path& path, const TableOptions& options, const TableSchema* known) {
  const data::TextFile file(path, options.most_bytes);
  return data::parse_libsvm(file.text(), path.string(), options, known);
}

// All rows of a file by a schema.
TablePart read_by_schema(const fs::path& path, const TableOptions& options,
                         const TableSchema& schema) {
  if (known_format(path) == TableFormat::libsvm) return read_libsvm(path, options, &schema);
  TableParts parts = read_csv(path, options, &schema);
  parts.test.dropped_rows = parts.train.dropped_rows;
  parts.test.notes = std::move(parts.train.notes);
  return std::move(parts.test);
}

TablePart read_npy(const fs::path& path, const TableOptions& options) {
  const base::MappedFile file(path);
  TablePart part = data::make_npy_part(data::parse_npy(file.bytes(), path.string()), options);
  if (options.answers_file.empty()) return part;
  const base::MappedFile answers_file(options.answers_file);
  const auto answers = data::parse_npy(answers_file.bytes(), options.answers_file.string());
  TablePart none;
  data::add_npy_answers(&answers, part, nullptr, none, options);
  return part;
}

struct Memory {
  std::shared_ptr<const data::TableMemory> train, test;
};

TableData combine(const fs::path& path, TablePart train, const TablePart& test) {
  TableData table;
  table.dropped_rows = train.dropped_rows + test.dropped_rows;
  table.notes = std::move(train.notes);
  table.notes.insert(table.notes.end(), test.notes.begin(), test.notes.end());
  table.columns = std::move(train.columns);
  table.schema = std::move(train.schema);
  Dataset& data = table.data;
  data.name = path.string();
  data.shape = train.shape;
  if (!table.schema.columns.empty()) data.schema = table.schema.to_json();
  data.class_names = train.class_names;
  data.train = train.examples;
  data.test = test.examples;
  data.memory = std::make_shared<Memory>(Memory{train.memory, test.memory});
  return table;
}

// A part like `other` without rows.
TablePart empty_part(const TablePart& other) {
  TablePart part;
  part.examples = other.examples.slice(0, 0);
  part.shape = other.shape;
  part.memory = other.memory;
  return part;
}

TableData divide(const fs::path& path, TablePart whole, const TableOptions& options) {
  const auto split = data::split_rows(whole.examples, options.test_share, options.seed);
  TablePart test = empty_part(whole);
  if (split.validation.empty()) return combine(path, std::move(whole), test);
  test = data::take_rows(whole.examples, split.validation);
  TablePart train = data::take_rows(whole.examples, split.train);
  train.shape = whole.shape;
  train.class_names = whole.class_names;
  train.schema = std::move(whole.schema);
  train.dropped_rows = whole.dropped_rows;
  TableData table = combine(path, std::move(train), test);
  table.test_is_a_share = true;
  return table;
}

void refuse_test_file(const TableOptions& options) {
  if (options.test_file.empty()) return;
  throw Error(ErrorKind::usage, "arrays take no test file", options.test_file.string(),
              "a .npz with x_train, y_train, x_test and y_test");
}

}  // namespace

bool is_table_path(const fs::path& path) { return data::format_of(path).has_value(); }

TableData load_table(const fs::path& path, const TableOptions& options) {
  const TableFormat format = known_format(path);
  if (format == TableFormat::npy) {
    refuse_test_file(options);
    return divide(path, read_npy(path, options), options);
  }
  if (format == TableFormat::npz) {
    refuse_test_file(options);
    const base::MappedFile file(path);
    auto [train, test] = data::parse_npz(file.bytes(), path.string(), options);
    if (test.examples.features.rows == 0) return divide(path, std::move(train), options);
    return combine(path, std::move(train), test);
  }
  TableParts parts;
  if (format != TableFormat::libsvm) {
    parts = read_csv(path, options, nullptr);
  } else {
    parts.train = read_libsvm(path, options, nullptr);
    if (options.test_file.empty()) return divide(path, std::move(parts.train), options);
  }
  if (options.test_file.empty()) {
    TableData table = combine(path, std::move(parts.train), parts.test);
    table.test_is_a_share = table.data.test.features.rows > 0;
    return table;
  }
  TableOptions as_known = options;
  as_known.target_use = TargetUse::required;
  const TablePart test = read_by_schema(options.test_file, as_known, parts.train.schema);
  return combine(path, std::move(parts.train), test);
}

TableData apply_table(const fs::path& path, const TableSchema& schema,
                      const TableOptions& options) {
  const TableFormat format = known_format(path);
  if (format == TableFormat::npy || format == TableFormat::npz)
    throw Error(ErrorKind::usage, "arrays have no columns that a schema could name", path.string());
  TablePart test = read_by_schema(path, options, schema);
  TablePart train = empty_part(test);
  train.schema = schema;
  train.class_names = test.class_names;
  return combine(path, std::move(train), test);
}

}  // namespace lithe
