// Tables: data sets from CSV, LIBSVM, NPY and NPZ files.
//
//   auto table = lithe::load_table("wine.csv");         // the last column is what to learn
//   train(table.data);                                  // 20% of the rows are its test part
//   auto text = table.schema.to_json();                 // what a model must remember of it
//   auto more = lithe::apply_table("new.csv", lithe::TableSchema::from_json(text));
//
// What was learnt from one file (which columns there are, their categories, what replaces a missing
// value) is its schema; another file is read by that schema. Nothing is dropped or guessed in
// silence: whatever does not fit is an Error(data) that names file, line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

enum class TableTask {
  automatic,  // texts, and whole numbers of at most 20 different values, are classes
  classification,
  regression,
  none,  // no target: every column is a feature
};

enum class MissingPolicy {
  error,     // refuse the file, with line and column
  mean,      // of the column's values in the file that the schema was learnt from
  median,    // likewise
  zero,      // 0
  drop_row,  // leave the row out; TableData::dropped_rows counts them
};

enum class ColumnKind { number, category, target, weight, ignored };

// A column of a file. A number becomes one feature, a category one 0/1 feature for each of its
// values; a missing category is all zeros.
struct TableColumn {
  std::string name;  // "1", "2" and so on where the file has no header
  ColumnKind kind = ColumnKind::number;
  std::vector<std::string> categories;  // sorted
  double replacement = 0;               // for a missing number
  bool indicator = false;               // one more 0/1 feature: 1 where the value was missing

  std::size_t features() const;
  bool operator==(const TableColumn&) const = default;
};

struct TableSchema {
  bool header = true;  // the columns are found by name, else by position
  std::vector<TableColumn> columns;
  TableTask task = TableTask::none;
  std::vector<std::string> class_names;  // sorted, by value where all are numbers
  MissingPolicy missing = MissingPolicy::error;
  std::vector<std::string> missing_texts;

  // The column that holds the answers, or null.
  const TableColumn* target() const;
  std::size_t feature_count() const;
  std::vector<std::string> feature_names() const;  // "age", "colour=red", "age is missing"

  std::string to_json() const;
  // Throws Error(model) for anything that to_json() cannot have written.
  static TableSchema from_json(const std::string& text);

  bool operator==(const TableSchema&) const = default;
};

enum class CsvHeader {
  automatic,  // there is one where the first line has a text and no number
  yes,
  no,
};

// Columns are named by name or by number from 1; a name goes first.
struct CsvOptions {
  CsvHeader header = CsvHeader::automatic;
  char delimiter = 0;  // 0: whichever of , ; tab | divides the first lines evenly
  TableTask task = TableTask::automatic;
  std::string target;                    // empty: the last column
  std::string weight;                    // how much each row counts; empty: all alike
  std::vector<std::string> ignore;       // columns to leave out
  std::vector<std::string> categorical;  // columns of categories, besides those that begin with a
                                         // text; once numbers stood in a column a text is an error
  std::size_t most_categories = 1'000;   // in one column
  std::vector<std::string> missing_texts = {"", "NA", "NaN", "nan", "null", "?"};
  MissingPolicy missing = MissingPolicy::error;
  bool indicator = false;  // with mean, median or zero: mark what was missing in a feature
};

enum class UnknownCategory { error, zeros };
enum class TargetUse { required, if_present, ignore };

// How far the file has been read, in bytes; false stops, which is an Error(data).
using TableProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

struct TableOptions {
  CsvOptions csv;  // its `task` serves LIBSVM as well

  // Where the test part comes from: a file read by the same schema, else a share of the rows (from
  // 1 on: their number), drawn by class where there are classes. 0: no test part.
  std::filesystem::path test_file;
  double test_share = 0.2;
  std::uint64_t seed = 1;

  // Of .npy: the file with the answers, integers for classes, floats for values. None: no answers.
  std::filesystem::path answers_file;
  // Of .npz: what the arrays are called; "x_train", "y_train", "x_test" and "y_test" are tried
  // first.
  std::string features_name = "x", answers_name = "y";
  // What bytes are divided by. 0: 255 where an example has two dimensions or more, else 1.
  double divisor = 0;

  std::uint64_t most_bytes = std::uint64_t{16} << 30;  // that the features may take in memory
  TableProgress progress;

  // For a file read by a schema.
  UnknownCategory unknown_category = UnknownCategory::error;
  TargetUse target_use = TargetUse::required;
};

struct TableData {
  Dataset data;
  TableSchema schema;            // without columns for .npy and .npz
  std::size_t dropped_rows = 0;  // by MissingPolicy::drop_row, of both parts
};

// Whether the name ends as a table's does: .csv .tsv .npy .npz .libsvm .svm
bool is_table_path(const std::filesystem::path& path);

// Learns a schema from the file and reads it. Throws Error(data), or Error(io) for a file that
// cannot be read. The file must not be made shorter meanwhile.
TableData load_table(const std::filesystem::path& path, const TableOptions& options = {});

// Reads another CSV or LIBSVM file by a schema; all rows are the test part, in the file's order.
TableData apply_table(const std::filesystem::path& path, const TableSchema& schema,
                      const TableOptions& options = {});

}  // namespace lithe
