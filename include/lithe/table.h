// Tables: data sets from CSV, LIBSVM, NPY and NPZ files.
//
//   auto table = lithe::load_table("wine.csv");         // the target is the last column
//   train(table.data);                                  // 20% of the rows are its test part
//   auto text = table.schema.to_json();                 // preprocessing_of(table.data) has it too
//   auto more = lithe::apply_table("new.csv", lithe::TableSchema::from_json(text));
//
// What a column is, is decided over all of its rows: a number, a date, yes or no, or a category.
// What was decided is in TableData::notes, with a warning where it is doubtful; what cannot be
// right is an Error(data) that names the file, line and column.
//
// The schema holds what was learned from the rows to train on: the columns, their categories, and
// replacements for missing values. The test rows, and other files, are read by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/text_unit.h"

namespace lithe {

enum class TableTask {
  automatic,  // texts, and whole numbers of at most 20 different values, are classes; several
              // targets of 0 and 1, or yes and no, are labels, and others are numbers
  classification,
  regression,
  multi_label,  // several targets, each of which holds (1) or does not (0)
  none,         // there is no target, and every column is a feature
};

// A row whose target is missing is left out whatever the policy is.
enum class MissingPolicy {
  error,     // throw Error(data) with line and column
  mean,      // of the column's values in the rows from which the schema was learned
  median,    // of the same values
  zero,      // 0
  drop_row,  // leave the row out; TableData::dropped_rows counts such rows
};

enum class ColumnKind { number, category, text, target, weight, ignored };

// How the cells of a column of numbers are read.
enum class CellFormat {
  number,    // 12, -1.5e3, and what people write: 1,234.50, $ 12, (3.5), 45%
  date,      // days since 1970-01-01 UTC: 2024-03-31, 31.3.2024 13:45, 31 March 2024
  boolean,   // 1 for true, yes, y, t and on, 0 for their opposites
  duration,  // days: 2 days 03:10:00, as pandas and Python write it
};

// What 3/4/2024 is.
enum class DateOrder {
  automatic,  // what all dates of the column allow; the month first where both would do
  day_first,
  month_first,
};

// A column of a file. A number becomes one feature, a category one 0/1 feature for each of its
// values. A missing category is all zeros where rows to train on had some, and `usual` otherwise.
//
// A category that is embedded becomes one feature, the number of a row in a table of learned
// numbers, which the layer embed_columns has: row 0 for what has none of its own (categories that
// were not met in training, and those that a single row to train on has, from which it learns), 1
// and more for `categories` in their order, and one behind them for missing values, where rows to
// train on had some; else these have row 0 too.
struct TableColumn {
  std::string name;  // "1", "2" and so on where the file has no header
  ColumnKind kind = ColumnKind::number;
  CellFormat format = CellFormat::number;
  DateOrder date_order = DateOrder::month_first;
  // Subtracted from a number in double precision, before it becomes a float: close values far from
  // 0, such as times in seconds since 1970, would otherwise become equal.
  double offset = 0;
  std::string unit;                     // behind each number: "kg"; empty: none
  std::vector<std::string> categories;  // sorted
  std::string usual;                    // the most frequent category
  double replacement = 0;               // for a missing number, less the offset
  bool had_missing = false;             // values were missing in the rows to train on
  bool indicator = false;               // one more feature: 1 if the value was missing, else 0
  std::size_t embedding = 0;            // learned numbers for each category; 0: 0/1 features
  // Of a text: what its tokens are, and how many of each text are taken, from its beginning. The
  // features are the numbers of the tokens: 1 and more for `categories`, the most frequent first
  // (of bytes there are none, and a byte b is 1 + b), and 0 for all others. A text without a token
  // is taken for one such other.
  TextUnit text_unit = TextUnit::words;
  std::size_t text_length = 0;

  std::size_t features() const;
  std::size_t embedding_rows() const;           // of its table; 0: it is not embedded
  std::size_t token_count() const;              // of a text: how many numbers tokens have
  std::string token(std::size_t number) const;  // of a text; "<unknown>" for 0
  bool operator==(const TableColumn&) const = default;
};

struct TableSchema {
  bool header = true;  // columns are found by name; without a header, by position
  std::vector<TableColumn> columns;
  TableTask task = TableTask::none;
  std::vector<std::string> class_names;  // sorted; by value if all are numbers
  MissingPolicy missing = MissingPolicy::error;
  std::vector<std::string> missing_texts;
  char decimal = '.';  // or a comma

  // The column of the first target, or null.
  const TableColumn* target() const;
  // The column of texts, which is the only one with features then, or null.
  const TableColumn* text() const;
  std::vector<std::string> target_names() const;
  std::size_t feature_count() const;
  std::vector<std::string> feature_names() const;  // "age", "colour=red", "age is missing"
  // Of a row of features, what the layer embed_columns takes: {2973, 50} for a column that is
  // embedded, the rows of its table and the numbers of each; {13} for 13 features in a row that are
  // not. `behind`: values of a row behind its features, which those of the targets are in windows.
  // Empty where no column is embedded.
  std::vector<std::vector<std::size_t>> row_columns(std::size_t behind = 0) const;

  std::string to_json() const;
  // Throws Error(model) for anything that to_json() cannot have written.
  static TableSchema from_json(const std::string& text);

  bool operator==(const TableSchema&) const = default;
};

enum class CsvHeader {
  automatic,  // decided by comparing the first line with those below
  yes,
  no,
};

// The number of learned numbers for each of that many categories, where nobody says it:
// 1.6 * categories^0.56, at most 600, as in fastai (`emb_sz_rule`).
std::size_t embedding_size(std::size_t categories);

// A column of categories that becomes learned numbers.
struct EmbeddedColumn {
  std::string name;
  std::size_t size = 0;  // 0: as embedding_size() says
};

// A column of texts, which becomes the only input: an example is the numbers of a text's tokens, a
// sequence of unequal length (Features::lengths, integers of 32 bits). TableColumn says which
// number a token has. What those to train on do not have is not known.
struct TextColumnOptions {
  std::string column = {};  // empty: the only column of texts beside those that are named
  TextUnit unit = TextUnit::words;
  std::size_t most_tokens = 500;    // of a text; what stands behind them is left out
  std::size_t most_words = 10'000;  // that have a number of their own, the most frequent ones
};

// Texts that stand for a missing value, in any case and with blanks around them.
std::vector<std::string> usual_missing_texts();

// Columns are given by name or by number from 1; if both fit, the name is meant.
struct CsvOptions {
  CsvHeader header = CsvHeader::automatic;
  char delimiter = 0;  // 0: the one of , ; tab | that divides the first lines evenly
  char decimal = 0;    // the decimal sign, a point or a comma; 0: what all numbers allow
  DateOrder date_order = DateOrder::automatic;
  TableTask task = TableTask::automatic;
  // The network has one output, so whole numbers of more than two values are no classes.
  bool one_output = false;
  std::vector<std::string> targets;  // empty: the last column
  // A column by which rows are divided into those to train on and those to test on, and which is no
  // feature: rows of one group stay together; the last rows by time are tested. At most one of
  // both, unless rows are taken as windows (WindowOptions): then groups are several series.
  std::string group, time;
  std::string weight;                    // weight of each row; empty: all rows count the same
  std::vector<std::string> ignore;       // columns to leave out
  std::vector<std::string> categorical;  // columns of categories, whatever their cells are
  // Columns of numbers that would else be left out as an index, or be categories for a 0 in front.
  std::vector<std::string> numeric;
  std::size_t most_categories = 1'000;  // in one column, unless it is embedded
  // Columns that are categories, whatever their cells are, and are embedded; and whether all
  // columns of more than 20 categories are.
  std::vector<EmbeddedColumn> embed;
  bool embed_many = false;
  std::optional<TextColumnOptions> text = {};
  std::vector<std::string> missing_texts = usual_missing_texts();
  MissingPolicy missing = MissingPolicy::mean;
  bool indicator = false;  // with mean, median or zero: add a feature that marks missing values
};

// What becomes of a category that the schema does not have.
enum class UnknownCategory {
  error,
  usual,  // it counts as the most frequent one
  zeros,
};
enum class TargetUse { required, if_present, ignore };

// Where the channels of the images in an array of four dimensions are.
enum class ImageLayout {
  automatic,       // first where the second dimension is 1 or 3, and the last is neither
  channels_last,   // [examples, height, width, channels]
  channels_first,  // [examples, channels, height, width]; they become the last
};

// How the rows of a file were divided, by which the rows held out are found again.
struct TableSplit {
  std::uint64_t digest = 0;  // of the text of a table, or of the bytes of arrays
  std::size_t rows = 0;      // of the file, without those left out for a missing value
  double test_share = 0;     // 0: all rows are to train on
  std::uint64_t seed = 1;
  std::size_t folds = 0, fold = 0;  // of a cross-validation
  // Where a column divides the rows (CsvOptions::group or time): runs of rows to train on (r), to
  // test on (t), and of no use (n), such as "240r60t".
  std::string uses = {};

  std::string to_string() const;
  // Throws Error(model) for anything that to_string() cannot have written.
  static TableSplit parse(const std::string& text);
};

// What a model takes, for arrays that it is shown. array_form() says it of the data to train on.
struct ArrayForm {
  std::vector<std::size_t> shape;  // of one example
  double divisor = 1;
  double low = 0,
         high = 0;  // where the divisor is 1: of the values to train on, 0 and 0 if unknown
  std::vector<std::string> class_names;  // empty: the model answers with numbers
  bool lengths = false;  // it takes sequences of unequal length, padded to the first size
  // Names of the channels of sequences, which those of a folder must be where both have some.
  std::vector<std::string> channels = {};
};

// Rows that follow one another in time, taken as windows: an example is `length` rows in a row,
// with the targets' own values beside the features, and its answer what the targets are `horizons`
// rows behind the last of them. Windows are views of the rows: they take no memory of their own.
//
// The rows to test on are the last ones, and no window reaches from one part into the other. So
// length + horizon - 1 windows between the two are in neither.
//
// With CsvOptions::group, rows of different groups are different series: no window reaches from one
// into another, each is in the order of its own times, and the last rows of each are tested on.
// Rows of a series need not stand together in the file.
struct WindowOptions {
  std::size_t length = 0;                   // 0: each row is an example of its own
  std::vector<std::size_t> horizons = {1};  // an answer for each target and each of them
  std::size_t stride = 1;                   // rows from the beginning of a window to the next one's
  // Rows after which things come again, such as 24 hours: a second naive forecast. 0: none.
  std::size_t season = 0;
  // The windows that end with the last row count as well, although their answers are not there.
  bool without_answers = false;

  std::size_t farthest() const;  // of the horizons
  // Of the answers of a window: "sales, 2 rows ahead".
  std::vector<std::string> answer_names(const std::vector<std::string>& targets) const;
  std::string to_string() const;
  // Throws Error(model) for anything that to_string() cannot have written.
  static WindowOptions parse(const std::string& text);
};

// Called with the number of bytes that have been read; false stops with Error(data).
using TableProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

struct TableOptions {
  CsvOptions csv;  // `task` is used for LIBSVM too

  // The test part is a file that is read by the same schema, or a share of the rows (from 1 on: the
  // number of rows), drawn from each class if there are classes. 0: no test part.
  std::filesystem::path test_file;
  double test_share = 0.2;
  std::uint64_t seed = 1;
  // Instead of a share: part `fold`, from 0, of a cross-validation of `folds` parts. By time, a
  // fold trains on what lies before its test rows, and leaves out what lies behind. CSV files only.
  std::size_t folds = 0, fold = 0;

  // For .npy: the file with the answers. Empty: no answers.
  std::filesystem::path answers_file;
  // For .npz: the names of the arrays. Empty: the usual ones in any case, such as x and y, data and
  // target, images and labels, features and labels, or x_train, y_train, x_test and y_test.
  std::string features_name = {}, answers_name = {};
  ImageLayout layout = ImageLayout::automatic;
  // The divisor of bytes. 0: 255 if an example has two dimensions or more, and 1 otherwise.
  double divisor = 0;

  // CSV files only. Without CsvOptions::time, the rows are in the order of the file.
  WindowOptions windows = {};

  std::uint64_t most_bytes = std::uint64_t{16} << 30;  // limit of the features' memory
  TableProgress progress;

  // For a file read by a schema.
  UnknownCategory unknown_category = UnknownCategory::usual;
  std::optional<MissingPolicy> missing;  // instead of the schema's
  TargetUse target_use = TargetUse::required;
  // How the rows to train on were divided. A file that is the same by its digest is divided again.
  std::optional<TableSplit> split = {};
};

// Something that was decided about a table.
struct TableNote {
  bool warning = false;  // it may be wrong, and `remedy` says what settles it
  std::string text;      // "the column "id" is left out: it counts the rows"
  std::string remedy;    // "--categorical id"
};

// What a column was taken for.
struct ColumnSummary {
  std::string name;
  // "number", "date", "time of day", "duration", "yes or no", "category of 3" (in the rows to train
  // on), "left out: ..."
  std::string kind;
  std::string unit = {};       // of a number
  std::size_t missing = 0;     // in all rows
  double low = 0, high = 0;    // in all rows, of a number; a date in days since 1970
  std::string format() const;  // one line: "number, 1.5 to 20, 3 missing"
};

// A forecast that takes no learning: what the target was in the last row of the window, or at the
// same time of the last season that is known.
struct NaiveForecast {
  std::string name;          // "last value"
  double rmse = 0, mae = 0;  // over the windows to test on, and all answers of each
  std::size_t windows = 0;   // that it could be made for; 0: rmse and mae are nothing
  // One line. `all`: the windows to test on, `over`: what stands behind the figure.
  std::string format(const std::string& over, std::size_t all) const;
};

// Where a window begins: its series, and the number of its first row among the rows of that series
// in this part, from 0.
struct WindowPlace {
  std::uint32_t series = 0, first = 0;
};

struct WindowReport {
  WindowOptions options;
  // Of windows of several series: the names of all, and where each window begins.
  std::vector<std::string> series;
  std::vector<WindowPlace> train_places, test_places;
  std::vector<std::string> channels;  // of a row in a window
  std::vector<std::string> answers;   // "sales, 2 rows ahead"
  std::size_t between = 0;            // windows that are in neither part
  std::vector<NaiveForecast> naive;   // empty: there are no windows to test on
};

// Of rows that belong to several series (CsvOptions::group, with windows): the names of all, and
// the series of each row.
struct RowSeries {
  std::vector<std::string> names;
  std::vector<std::uint32_t> train, test;
};

struct TableData {
  Dataset data;
  TableSchema schema;  // has no columns for .npy and .npz
  std::size_t dropped_rows =
      0;  // by MissingPolicy::drop_row or for a missing target, in both parts
  // Of a CSV file that apply_table() reads as one part: the numbers of those rows in it, from 0.
  std::vector<std::size_t> left_out = {};
  bool test_is_a_share = false;  // of the rows
  std::string test_rows;         // which these are: "drawn at random", "the last ones by \"day\""
  TableSplit split;              // by which apply_table() and apply_arrays() divide the file again
  bool divided_again = false;    // by TableOptions::split
  std::vector<TableNote> notes;
  std::vector<ColumnSummary> columns;  // of a file from which a schema was learned
  std::optional<WindowReport> windows = {};
  RowSeries series = {};
};

// What was understood, in lines for a person: the file, its rows, the target with its task and
// classes, which rows are held out, what each column was taken for (at most `most_columns` of
// them), and the notes. Also of data without columns, such as arrays.
std::vector<std::string> describe(const TableData& table, std::size_t most_columns = 20);
// The same as a JSON object.
std::string describe_json(const TableData& table);
// The first window to train on and its answers, with the numbers of their rows; of a long window,
// its first and last rows. Empty where rows are no windows.
std::vector<std::string> describe_first_window(const TableData& table);
// The beginning of the first text to train on, with its answer. Empty where no column is a text.
std::vector<std::string> describe_first_text(const TableData& table);

// Whether this names a table: its name ends with .csv, .tsv, .tab, .txt, .data or .dat, with one of
// these and .gz or .zst, with .npy, .npz, .ts, .libsvm, .svm or .xlsx, in any case; or it is "-",
// standard input. A workbook (.xlsx) is converted by the program xlsx2csv. Also whether it is a
// folder of texts (.txt, or names without an end) or of sequences (.csv and .npy): a folder for
// each class, and in these a file for each example; or such files alone, without classes (texts
// named .txt).
bool is_table_path(const std::filesystem::path& path);
// Whether it is .npy, .npz or .ts, or a folder of sequences, which have no schema.
bool is_array_path(const std::filesystem::path& path);
// Whether it is .ts, sktime's and aeon's format of time series, or .ts.gz or .ts.zst. An example is
// a sequence, positions x channels, with a length of its own (Features::lengths); sequences are
// padded to the longest of the file and of TableOptions::test_file. Also whether it is a folder
// with a sequence in each file: rows are positions, columns channels.
bool is_sequence_path(const std::filesystem::path& path);
// Of a folder of texts or sequences: its files, in the order of the rows. Empty for anything else.
std::vector<std::string> example_files(const std::filesystem::path& folder);

ArrayForm array_form(const Dataset& data);

// Of a folder with a file for each sequence: the line of names above their numbers. Empty without
// one, and for anything else.
std::vector<std::string> sequence_channels(const std::filesystem::path& path,
                                           const TableOptions& options = {});

// Learns a schema from the file and reads it. Throws Error(data), or Error(io) for a file that
// cannot be read. The file must not be truncated meanwhile.
TableData load_table(const std::filesystem::path& path, const TableOptions& options = {});

// Reads another CSV or LIBSVM file by a schema; all rows are the test part, in the file's order,
// unless TableOptions::split says that it is the file that was trained on.
TableData apply_table(const std::filesystem::path& path, const TableSchema& schema,
                      const TableOptions& options = {});

// The same of .npy and .npz. Values are brought to the scale of the model; Error(data) where they
// cannot be meant for it. Where the file has arrays to test on, these are the test part.
TableData apply_arrays(const std::filesystem::path& path, const ArrayForm& form,
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
