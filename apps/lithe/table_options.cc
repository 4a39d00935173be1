#include "table_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "lithe/error.h"
#include "training_data.h"

namespace lithe::app {

namespace {

constexpr const char* kWindowGroup = "Time series (.csv, .tsv)";
constexpr const char* kTableGroup = "Tables (.csv, .tsv, .npy, .npz, .ts, .libsvm)";

template <class Value>
Value choose(const std::map<std::string, Value>& values, const std::string& text) {
  return values.at(text);  // CLI11 has checked that it is there
}

const std::map<std::string, MissingPolicy> kPolicies = {{"error", MissingPolicy::error},
                                                        {"mean", MissingPolicy::mean},
                                                        {"median", MissingPolicy::median},
                                                        {"zero", MissingPolicy::zero},
                                                        {"drop", MissingPolicy::drop_row}};

// The character that is meant; 0: none is said.
char delimiter_of(const std::string& text) {
  static const std::map<std::string, char> kWords = {
      {"tab", '\t'},  {"\\t", '\t'},      {"space", ' '}, {"spaces", ' '}, {"blank", ' '},
      {"comma", ','}, {"semicolon", ';'}, {"pipe", '|'},  {"colon", ':'}};
  if (text.empty()) return 0;
  if (const auto word = kWords.find(text); word != kWords.end()) return word->second;
  if (text.size() > 1)
    throw Error(ErrorKind::usage,
                fmt::format("'{}' is no delimiter, which is one character or a word for it", text),
                "--delimiter", "\";\", or tab, space, comma, semicolon or pipe");
  return text[0];
}

// "auto", "shop" or "shop=8".
void read_embed(const std::vector<std::string>& words, CsvOptions& csv) {
  constexpr std::size_t kMost = 4096;
  for (const std::string& word : words) {
    if (word == "auto") {
      csv.embed_many = true;
      continue;
    }
    const std::size_t sign = word.rfind('=');
    EmbeddedColumn& column = csv.embed.emplace_back(EmbeddedColumn{word.substr(0, sign), 0});
    if (sign == word.npos) continue;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + sign + 1, end, column.size);
    if (error != std::errc{} || stop != end || column.size == 0 || column.size > kMost)
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' does not say how many learned numbers \"{}\" becomes",
                              word.substr(sign + 1, 60), column.name),
                  "--embed", fmt::format("{}=8, a number from 1 to {}", column.name, kMost));
  }
}

void add_window_options(Options& app, TableReading& r, WindowOptions& windows) {
  constexpr std::uint64_t kMostRows = std::uint64_t{1} << 31;
  app.add_option("--window", windows.length,
                 "forecast from this number of rows, the target's own values among them; the "
                 "network's input is rows x columns")
      ->check(Range(std::uint64_t{1}, kMostRows))
      ->group(kWindowGroup);
  app.add_option("--horizon", r.horizon,
                 "how many rows behind the window the answer stands (default: 1); several at once: "
                 "1..24 or 1,6,12")
      ->group(kWindowGroup);
  app.add_option("--stride", windows.stride,
                 "rows from the beginning of a window to the next one's (default: 1)")
      ->check(Range(std::uint64_t{1}, kMostRows))
      ->group(kWindowGroup);
  app.add_option("--season", windows.season,
                 "rows after which things come again, such as 24 hours: one more naive forecast")
      ->check(Range(std::uint64_t{1}, kMostRows))
      ->group(kWindowGroup);
}

void check_windows(const TableReading& r, const WindowOptions& windows) {
  if (windows.length > 0) return;
  const char* const given = !r.horizon.empty()    ? "--horizon"
                            : windows.stride != 1 ? "--stride"
                            : windows.season != 0 ? "--season"
                                                  : nullptr;
  if (given != nullptr)
    throw Error(ErrorKind::usage, fmt::format("{} is for windows of rows", given), given,
                "--window 48 beside it");
}

void add_learning_options(Options& app, TableReading& r, TableOptions& options) {
  app.add_option("--target", r.targets,
                 "column to predict, by name or number (default: the last); repeated, several "
                 "columns")
      ->group(kTableGroup);
  app.add_option("--task", r.task, "what to predict: classes, numbers, or several labels")
      ->check(OneOf({"auto", "classification", "regression", "multi-label"}))
      ->group(kTableGroup);
  app.add_option("--missing", r.missing,
                 "what missing values become (default: the mean); drop leaves the row out")
      ->check(OneOf({"error", "mean", "median", "zero", "drop"}))
      ->group(kTableGroup);
  app.add_flag("--indicator", options.csv.indicator, "add a column that marks what was missing")
      ->group(kTableGroup);
  app.add_option("--header", r.header, "whether the first line has the names of the columns")
      ->check(OneOf({"auto", "yes", "no"}))
      ->group(kTableGroup);
  app.add_option("--ignore", r.ignore, "columns to leave out: 2,colour")
      ->split_at_commas()
      ->group(kTableGroup);
  app.add_option("--categorical", r.categorical,
                 "columns that are categories, whatever their cells are: 2,year")
      ->split_at_commas()
      ->group(kTableGroup);
  app.add_option("--numeric", r.numeric,
                 "columns that are numbers, although they look like an index or like codes: id,zip")
      ->split_at_commas()
      ->group(kTableGroup);
  app.add_option("--embed", r.embed,
                 "columns of categories that become learned numbers, and how many: shop=8,street; "
                 "auto: all columns of more than 20 categories (lithe train)")
      ->split_at_commas()
      ->group(kTableGroup);
  app.add_option("--missing-text", r.missing_texts,
                 "a text that stands for a missing value, besides NA, N/A, None, ? and the like; "
                 "may be repeated")
      ->group(kTableGroup);
  app.add_option("--decimal", r.decimal, "the decimal sign")
      ->check(OneOf({"auto", "point", "comma"}))
      ->group(kTableGroup);
  app.add_option("--dates", r.dates, "whether 3/4/2024 is in April or in March")
      ->check(OneOf({"auto", "day-first", "month-first"}))
      ->group(kTableGroup);
  app.add_option("--group", options.csv.group,
                 "column of groups that stay together when rows are held out; with --window, each "
                 "group is a series of its own")
      ->group(kTableGroup);
  app.add_option("--time", options.csv.time,
                 "column of times: the last rows are held out, and training looks at none of them")
      ->group(kTableGroup);
  add_window_options(app, r, options.windows);
  app.add_option("--weight", options.csv.weight, "column with the weight of each row")
      ->group(kTableGroup);
  app.add_option("--test-data", options.test_file,
                 "file of test rows; of a .ts, a .ts; of a folder, a folder")
      ->group(kTableGroup);
}

}  // namespace

void add_table_options(Options& app, TableReading& r, TableOptions& options, TableUse use) {
  if (use == TableUse::learn) {
    add_learning_options(app, r, options);
  } else {
    app.add_option("--missing", r.missing,
                   "what missing values become (default: as in training); drop leaves the row out")
        ->check(OneOf({"error", "mean", "median", "zero", "drop"}))
        ->group(kTableGroup);
    app.add_option("--unseen", r.unseen,
                   "what a category that training did not meet counts as: the most frequent one, "
                   "none, or an error")
        ->check(OneOf({"usual", "zeros", "error"}))
        ->group(kTableGroup);
    app.add_option("--missing-text", r.missing_texts,
                   "a text that stands for a missing value, besides the training's; may be "
                   "repeated")
        ->group(kTableGroup);
  }
  app.add_option(
         "--delimiter", r.delimiter,
         "what divides the fields: a character, or tab, space, comma, semicolon or pipe (default: "
         "what divides the first lines evenly)")
      ->group(kTableGroup);
  app.add_option("--inputs", r.inputs,
                 "array of a .npz with the examples (default: x, data, images, features, x_train "
                 "and the like)")
      ->group(kTableGroup);
  app.add_option("--answers", r.answers,
                 "array of a .npz with the answers (default: y, target, labels, y_train and the "
                 "like); for a .npy, the file with its answers")
      ->group(kTableGroup);
  app.add_option("--layout", r.layout,
                 "where images in an array have their channels (default: first where that is "
                 "clear)")
      ->check(OneOf({"auto", "channels-first", "channels-last"}))
      ->group(kTableGroup);
}

TableOptions table_options(const TableReading& r, TableOptions options) {
  CsvOptions& csv = options.csv;
  csv.task = choose<TableTask>({{"auto", TableTask::automatic},
                                {"classification", TableTask::classification},
                                {"regression", TableTask::regression},
                                {"multi-label", TableTask::multi_label}},
                               r.task);
  if (!r.missing.empty()) {
    csv.missing = choose(kPolicies, r.missing);
    options.missing = csv.missing;
  }
  csv.header = choose<CsvHeader>(
      {{"auto", CsvHeader::automatic}, {"yes", CsvHeader::yes}, {"no", CsvHeader::no}}, r.header);
  csv.decimal = choose<char>({{"auto", '\0'}, {"point", '.'}, {"comma", ','}}, r.decimal);
  csv.date_order = choose<DateOrder>({{"auto", DateOrder::automatic},
                                      {"day-first", DateOrder::day_first},
                                      {"month-first", DateOrder::month_first}},
                                     r.dates);
  options.unknown_category = choose<UnknownCategory>({{"usual", UnknownCategory::usual},
                                                      {"zeros", UnknownCategory::zeros},
                                                      {"error", UnknownCategory::error}},
                                                     r.unseen);
  options.features_name = r.inputs;
  options.answers_name = r.answers;
  options.answers_file = r.answers;
  options.layout = choose<ImageLayout>({{"auto", ImageLayout::automatic},
                                        {"channels-first", ImageLayout::channels_first},
                                        {"channels-last", ImageLayout::channels_last}},
                                       r.layout);
  check_windows(r, options.windows);
  if (!r.horizon.empty()) {
    options.windows.horizons = parse_numbers(r.horizon, "--horizon");
    if (std::ranges::find(options.windows.horizons, std::size_t{0}) !=
        options.windows.horizons.end())
      throw Error(ErrorKind::usage, "the answer stands behind the window", "--horizon",
                  "1 or more");
  }
  csv.delimiter = delimiter_of(r.delimiter);
  csv.targets = r.targets;
  csv.ignore = r.ignore;
  csv.categorical = r.categorical;
  csv.numeric = r.numeric;
  read_embed(r.embed, csv);
  csv.missing_texts.insert(csv.missing_texts.end(), r.missing_texts.begin(), r.missing_texts.end());
  return options;
}

}  // namespace lithe::app
