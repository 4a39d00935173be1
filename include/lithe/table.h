// Tables: data sets from CSV, LIBSVM, NPY and NPZ files.
//
//   auto table = lithe::load_table("wine.csv");         // the target is the last column
//   train(table.data);                                  // 20% of the rows are its test part
//   auto text = table.schema.to_json();                 // preprocessing_of(table.data) has it too
//   auto more = lithe::apply_table("new.csv", lithe::TableSchema::from_json(text));
//
// The schema holds what was learned from one file: its columns, their categories, and replacements
// for missing values. Another file is read by that schema. Nothing is dropped or guessed silently:
// a value that does not fit is an Error(data) that names the file, line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

enum class TableTask {
  automatic,  // texts, and whole numbers of at most 20 different values, are classes
  classification,
  regression,
  none,  // there is no target, and every column is a feature
};

enum class MissingPolicy {
  error,     // throw Error(data) with line and column
  mean,      // of the column's values in the file from which the schema was learned
  median,    // of the same values
  zero,      // 0
  drop_row,  // leave the row out; TableData::dropped_rows counts such rows
};

enum class ColumnKind { number, category, target, weight, ignored };

// A column of a file. A number becomes one feature, a category one 0/1 feature for each of its
// values; a missing category is all zeros.
struct TableColumn {
  std::string name;  // "1", "2" and so on where the file has no header
  ColumnKind kind = ColumnKind::number;
  std::vector<std::string> categories;  // sorted
  double replacement = 0;               // for a missing number
  bool indicator = false;               // one more feature: 1 if the value was missing, else 0

  std::size_t features() const;
  bool operator==(const TableColumn&) const = default;
};

struct TableSchema {
  bool header = true;  // columns are found by name; without a header, by position
  std::vector<TableColumn> columns;
  TableTask task = TableTask::none;
  std::vector<std::string> class_names;  // sorted; by value if all are numbers
  MissingPolicy missing = MissingPolicy::error;
  std::vector<std::string> missing_texts;

  // The column of the target, or null.
  const TableColumn* target() const;
  std::size_t feature_count() const;
  std::vector<std::string> feature_names() const;  // "age", "colour=red", "age is missing"

  std::string to_json() const;
  // Throws Error(model) for anything that to_json() cannot have written.
  static TableSchema from_json(const std::string& text);

  bool operator==(const TableSchema&) const = default;
};

enum class CsvHeader {
  automatic,  // there is one if the first line has a text and no number
  yes,
  no,
};

// Columns are given by name or by number from 1; if both fit, the name is meant.
struct CsvOptions {
  CsvHeader header = CsvHeader::automatic;
  char delimiter = 0;  // 0: the one of , ; tab | that divides the first lines evenly
  TableTask task = TableTask::automatic;
  std::string target;                    // empty: the last column
  std::string weight;                    // weight of each row; empty: all rows count the same
  std::vector<std::string> ignore;       // columns to leave out
  std::vector<std::string> categorical;  // columns of categories, besides those whose first value
                                         // is a text; a text in a column of numbers is an error
  std::size_t most_categories = 1'000;   // in one column
  std::vector<std::string> missing_texts = {"", "NA", "NaN", "nan", "null", "?"};
  MissingPolicy missing = MissingPolicy::error;
  bool indicator = false;  // with mean, median or zero: add a feature that marks missing values
};

enum class UnknownCategory { error, zeros };
enum class TargetUse { required, if_present, ignore };

// Called with the number of bytes that have been read; false stops with Error(data).
using TableProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

struct TableOptions {
  CsvOptions csv;  // `task` is used for LIBSVM too

  // The test part is a file that is read by the same schema, or a share of the rows (from 1 on: the
  // number of rows), drawn from each class if there are classes. 0: no test part.
  std::filesystem::path test_file;
  double test_share = 0.2;
  std::uint64_t seed = 1;

  // For .npy: the file with the targets, integers for classes or floats. Empty: no targets.
  std::filesystem::path answers_file;
  // For .npz: the names of the arrays, if there are no arrays "x_train", "y_train", "x_test" and
  // "y_test".
  std::string features_name = "x", answers_name = "y";
  // The divisor of bytes. 0: 255 if an example has two dimensions or more, and 1 otherwise.
  double divisor = 0;

  std::uint64_t most_bytes = std::uint64_t{16} << 30;  // limit of the features' memory
  TableProgress progress;

  // For a file read by a schema.
  UnknownCategory unknown_category = UnknownCategory::error;
  TargetUse target_use = TargetUse::required;
};

struct TableData {
  Dataset data;
  TableSchema schema;            // has no columns for .npy and .npz
  std::size_t dropped_rows = 0;  // by MissingPolicy::drop_row, in both parts
};

// Whether the name ends with .csv, .tsv, .npy, .npz, .libsvm or .svm.
bool is_table_path(const std::filesystem::path& path);

// Learns a schema from the file and reads it. Throws Error(data), or Error(io) for a file that
// cannot be read. The file must not be truncated meanwhile.
TableData load_table(const std::filesystem::path& path, const TableOptions& options = {});

// Reads another CSV or LIBSVM file by a schema; all rows are the test part, in the file's order.
TableData apply_table(const std::filesystem::path& path, const TableSchema& schema,
                      const TableOptions& options = {});

// One row as the features of the schema, as apply_table() makes them: schema.feature_count()
// values.
//
//   const auto schema = lithe::TableSchema::from_json(model.preprocessing().schema);
//   const auto row = lithe::encode_row(schema, {{"age", "31"}, {"colour", "red"}});
//   const auto outputs = model.predict(lithe::Features::of(row, 1, row.size()));
//
// `cells` maps the name of a column to its text as it would stand in the file. Every column that is
// a feature must be there; the columns of the answer and of the weight, and ignored ones, need not.
// Throws Error(data) that names the column for one that lacks or is not known, for a text where a
// number belongs, and for a missing value or an unknown category unless the schema or
// `unknown_category` allows it.
std::vector<float> encode_row(const TableSchema& schema,
                              const std::map<std::string, std::string>& cells,
                              UnknownCategory unknown_category = UnknownCategory::error);
// The same with one cell for each feature column, in the schema's order.
std::vector<float> encode_row(const TableSchema& schema, std::span<const std::string> cells,
                              UnknownCategory unknown_category = UnknownCategory::error);

}  // namespace lithe
