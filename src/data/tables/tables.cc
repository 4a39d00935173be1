// Loads tables by the extension of their name, and chooses the test part.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/mapped_file.h"
#include "data/examples/scale.h"
#include "data/tables/class_folder.h"
#include "data/tables/csv.h"
#include "data/tables/division.h"
#include "data/tables/libsvm.h"
#include "data/tables/npy.h"
#include "data/tables/npy_answers.h"
#include "data/tables/npz.h"
#include "data/tables/sequences.h"
#include "data/tables/text_file.h"
#include "data/tables/text_folder.h"
#include "data/tables/windows.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;
using data::TablePart;
using data::TableParts;

using data::TableFormat;

constexpr const char* kReadable =
    "a name that ends with .csv, .tsv, .tab, .txt, .data, .dat, .npy, .npz, .ts, .libsvm, .svm "
    "or .xlsx, or "
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
  if (data::format_of_folder(path)) return data::read_text_folder(path, options, known);
  const data::TextFile file(path, options.most_bytes);
  TableOptions chosen = options;
  if (data::kind_of(path) == ".tsv" && options.csv.delimiter == 0) chosen.csv.delimiter = '\t';
  TableParts parts = data::parse_csv(file.text(), path.string(), chosen, known);
  parts.train.digest = base::digest_of(file.text());
  return parts;
}

// Arrays and LIBSVM files have numbers all through.
void refuse_missing(const TableOptions& options, const fs::path& path) {
  if (!options.missing) return;
  throw Error(ErrorKind::usage, "only the cells of a text table can be missing", path.string(),
              "leave out --missing, and put numbers in the place of nan (numpy.nan_to_num)");
}

TablePart read_libsvm(const fs::path& path, const TableOptions& options, const TableSchema* known) {
  refuse_missing(options, path);
  const data::TextFile file(path, options.most_bytes);
  TablePart part = data::parse_libsvm(file.text(), path.string(), options, known);
  part.digest = base::digest_of(file.text());
  return part;
}

// All rows of a file by a schema.
TablePart read_by_schema(const fs::path& path, const TableOptions& options,
                         const TableSchema& schema) {
  if (known_format(path) == TableFormat::libsvm) return read_libsvm(path, options, &schema);
  TableParts parts = read_csv(path, options, &schema);
  parts.test.dropped_rows = parts.train.dropped_rows;
  parts.test.left_out = std::move(parts.train.left_out);
  parts.test.notes = std::move(parts.train.notes);
  parts.test.digest = parts.train.digest;
  parts.test.series_names = std::move(parts.train.series_names);
  return std::move(parts.test);
}

TablePart read_npy(const fs::path& path, const TableOptions& options, const ArrayForm* form) {
  const base::MappedFile file(path);
  const data::NpyArray array = data::parse_npy(file.bytes(), path.string());
  const bool answered = !options.answers_file.empty() && options.target_use != TargetUse::ignore;
  std::optional<base::MappedFile> answers_file;
  std::optional<data::NpyArray> parsed;
  if (answered) {  // compared before anything is read
    answers_file.emplace(options.answers_file);
    parsed.emplace(data::parse_npy(answers_file->bytes(), options.answers_file.string()));
    data::check_answer_rows(*parsed, array.rows(), array.columns() == 1);
  }
  TablePart part = data::make_npy_part(array, options, form);
  part.digest = base::digest_of(file.bytes());
  if (!answered) return part;
  const data::NpyArray& answers = *parsed;
  TablePart none;
  data::add_npy_answers(&answers, part, nullptr, none, options, form);
  return part;
}

TableParts read_arrays(const fs::path& path, const TableOptions& options, const ArrayForm* form) {
  refuse_missing(options, path);
  if (known_format(path) == TableFormat::npy) return {read_npy(path, options, form), {}};
  if (known_format(path) == TableFormat::ts) return data::read_sequences(path, options, form);
  const base::MappedFile file(path);
  auto [train, test] = data::parse_npz(file.bytes(), path.string(), options, form);
  train.digest = base::digest_of(file.bytes());
  return {std::move(train), std::move(test)};
}

// What only the columns of a CSV file can be asked for.
void refuse_columns(const TableOptions& options, const fs::path& path) {
  if (options.csv.text)
    throw Error(ErrorKind::usage, "the file has no column of texts", path.string(),
                "leave out --text and --text-column, or use a .csv");
  if (options.csv.group.empty() && options.csv.time.empty()) return;
  throw Error(ErrorKind::usage, "the file has no columns by which rows could be divided",
              path.string(), "leave out --group and --time, or use a .csv");
}

// What is read of rows that are windows.
TableOptions with_windows(const fs::path& path, TableOptions options) {
  if (options.windows.length == 0) return options;
  const TableFormat format = known_format(path);
  if (is_array_path(path) || format == TableFormat::libsvm)
    throw Error(ErrorKind::usage, "windows are taken of the rows of a text table", path.string(),
                "a .csv, or arrays of windows, [examples, rows, channels]");
  if (options.csv.text)
    throw Error(ErrorKind::usage, "a text is an example by itself, and no row of a window",
                "--window", "either texts or windows");
  data::check_window_options(options);
  options.csv.task = TableTask::regression;
  options.target_use = TargetUse::required;  // its past is a feature
  return options;
}

void refuse_test_file(const fs::path& path, const TableOptions& options) {
  if (options.test_file.empty() || is_sequence_path(path)) return;
  throw Error(ErrorKind::usage, "arrays take no test file", options.test_file.string(),
              "a .npz with x_train, y_train, x_test and y_test");
}

void refuse_folds(const TableOptions& options, const fs::path& path) {
  if (options.folds == 0) return;
  throw Error(ErrorKind::usage, "the test rows are fixed, so all folds would be the same",
              path.string(), "--seeds 5 in place of --cv, or data without test rows of their own");
}

}  // namespace

bool is_table_path(const fs::path& path) { return data::format_of(path).has_value(); }

bool is_array_path(const fs::path& path) {
  const auto format = data::format_of(path);
  return format == TableFormat::npy || format == TableFormat::npz || format == TableFormat::ts;
}

bool is_sequence_path(const fs::path& path) { return data::format_of(path) == TableFormat::ts; }

ArrayForm array_form(const Dataset& data) {
  const Features& features = data.train.features;
  const data::Range range = data::range_of(features);
  return {data.shape, features.divisor, range.low,
          range.high, data.class_names, features.lengths != nullptr};
}

namespace {

TableData load_rows(const fs::path& path, const TableOptions& options) {
  const TableFormat format = known_format(path);
  TableParts parts;
  if (!options.test_file.empty()) refuse_folds(options, path);
  if (is_array_path(path) || format == TableFormat::libsvm) refuse_columns(options, path);
  if (is_array_path(path)) {
    refuse_test_file(path, options);
    parts = read_arrays(path, options, nullptr);
    if (parts.test.examples.features.rows == 0)
      return data::divide(path, std::move(parts.train), options);
    refuse_folds(options, path);
    TableData table = data::combine(path, std::move(parts.train), parts.test);
    if (!options.test_file.empty()) table.split.rows = table.data.train.features.rows;
    return table;
  }
  if (format != TableFormat::libsvm) {
    parts = read_csv(path, options, nullptr);
  } else {
    if (options.csv.task == TableTask::multi_label)
      throw Error(ErrorKind::data, "the file has one target, and several labels are several",
                  path.string(), "a .csv with a column for each label, or --task classification");
    parts.train = read_libsvm(path, options, nullptr);
    if (options.test_file.empty()) return data::divide(path, std::move(parts.train), options);
  }
  if (options.test_file.empty())
    return data::with_share(data::combine(path, std::move(parts.train), parts.test), options);
  TableOptions as_known = options;
  as_known.target_use = TargetUse::required;
  const TablePart test = read_by_schema(options.test_file, as_known, parts.train.schema);
  TableData table = data::combine(path, std::move(parts.train), test);
  table.split.rows = table.data.train.features.rows;
  return table;
}

}  // namespace

TableData load_table(const fs::path& path, const TableOptions& options) {
  TableData table = load_rows(path, with_windows(path, options));
  if (options.windows.length > 0) data::take_windows(table, options, false);
  return table;
}

TableData apply_table(const fs::path& path, const TableSchema& schema,
                      const TableOptions& options) {
  const TableOptions chosen = with_windows(path, options);
  if (is_array_path(path))
    throw Error(ErrorKind::usage, "arrays have no columns that a schema could name", path.string());
  TablePart whole = read_by_schema(path, chosen, schema);
  whole.schema = schema;
  TableData table = data::divide_again(path, std::move(whole), chosen);
  if (options.windows.length > 0) data::take_windows(table, options, true);
  return table;
}

TableData apply_arrays(const fs::path& path, const ArrayForm& form, const TableOptions& options) {
  TableParts parts = read_arrays(path, options, &form);
  if (parts.test.examples.features.rows == 0)
    return data::divide_again(path, std::move(parts.train), options);
  TableData table = data::combine(path, std::move(parts.train), parts.test);
  table.divided_again = options.split && options.split->digest == table.split.digest;
  return table;
}

}  // namespace lithe
