#include "data/tables/division.h"

#include <fmt/format.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "data/examples/split.h"
#include "data/tables/row_uses.h"
#include "data/tables/take_rows.h"

namespace lithe::data {

namespace fs = std::filesystem;

namespace {

struct Memory {
  std::shared_ptr<const TableMemory> train, test;
};

// A part like `other` without rows.
TablePart empty_part(const TablePart& other) {
  TablePart part;
  part.examples = other.examples.slice(0, 0);
  part.shape = other.shape;
  part.memory = other.memory;
  return part;
}

std::vector<RowUse> draw_uses(const Examples& examples, const TableSplit& split) {
  if (!split.uses.empty()) return parse_uses(split.uses, examples.features.rows);
  if (split.folds > 0)
    return divide_rows(
        examples, {},
        {.share = split.test_share, .folds = split.folds, .fold = split.fold, .seed = split.seed});
  std::vector<RowUse> uses(examples.features.rows, RowUse::train);
  for (const std::uint32_t row : split_rows(examples, split.test_share, split.seed).validation)
    uses[row] = RowUse::test;
  return uses;
}

// The rows of the file by their uses.
TableData divide_by(const fs::path& path, TablePart whole, std::span<const RowUse> uses) {
  std::vector<std::uint32_t> rows[2];
  for (std::uint32_t row = 0; row < uses.size(); ++row)
    if (uses[row] != RowUse::none) rows[uses[row] == RowUse::test ? 1 : 0].push_back(row);
  if (rows[0].size() == uses.size()) {
    const TablePart none = empty_part(whole);
    return combine(path, std::move(whole), none);
  }
  TablePart test = take_rows(whole.examples, rows[1]);
  TablePart train = take_rows(whole.examples, rows[0]);
  for (const std::size_t part : {0, 1})
    for (std::size_t i = 0; i < rows[part].size() && !whole.series.empty(); ++i)
      (part == 0 ? train : test).series.push_back(whole.series[rows[part][i]]);
  train.series_names = std::move(whole.series_names);
  train.shape = whole.shape;
  train.class_names = whole.class_names;
  train.schema = std::move(whole.schema);
  train.dropped_rows = whole.dropped_rows;
  train.notes = std::move(whole.notes);
  train.columns = std::move(whole.columns);
  train.digest = whole.digest;
  return combine(path, std::move(train), test);
}

// Which rows are held out.
std::string which_rows(const TableData& table, const TableOptions& options) {
  const CsvOptions& csv = options.csv;
  std::string text =
      table.data.train.labels != nullptr ? "drawn at random from each class" : "drawn at random";
  if (options.windows.length > 0) text = "the last ones";
  if (!csv.time.empty()) text = fmt::format("the last ones by \"{}\"", csv.time);
  if (options.windows.length > 0 && !csv.group.empty())
    text = fmt::format("the last ones of each \"{}\"", csv.group);
  else if (!csv.group.empty())
    text = fmt::format("whole groups of \"{}\", drawn at random", csv.group);
  if (options.folds > 0 && !csv.time.empty())
    text = fmt::format("the ones that follow by \"{}\"", csv.time);
  if (options.folds > 0) text += fmt::format(", fold {} of {}", options.fold + 1, options.folds);
  return text;
}

// A file of test rows of its own has series of its own.
RowSeries series_of(const TablePart& train, const TablePart& test) {
  const auto before =
      static_cast<std::uint32_t>(test.series_names.empty() ? 0 : train.series_names.size());
  RowSeries series{train.series_names, train.series, {}};
  series.names.insert(series.names.end(), test.series_names.begin(), test.series_names.end());
  for (const std::uint32_t one : test.series) series.test.push_back(before + one);
  return series;
}

}  // namespace

TableData combine(const fs::path& path, TablePart train, const TablePart& test) {
  TableData table;
  table.dropped_rows = train.dropped_rows + test.dropped_rows;
  table.notes = std::move(train.notes);
  table.notes.insert(table.notes.end(), test.notes.begin(), test.notes.end());
  table.columns = std::move(train.columns);
  table.left_out = std::move(train.left_out);
  table.split.digest = train.digest;
  table.split.rows = train.examples.features.rows + test.examples.features.rows;
  if (!train.uses.empty()) {
    table.split.rows = train.uses.size();
    table.split.uses = print_uses(train.uses);
  }
  table.schema = std::move(train.schema);
  Dataset& data = table.data;
  data.name = path.string();
  data.shape = train.shape;
  if (!table.schema.columns.empty()) data.schema = table.schema.to_json();
  data.class_names = train.class_names;
  data.train = train.examples;
  data.test = test.examples;
  table.series = series_of(train, test);
  data.memory = std::make_shared<Memory>(Memory{train.memory, test.memory});
  return table;
}

TableData with_share(TableData table, const TableOptions& options) {
  table.test_is_a_share = table.data.test.features.rows > 0;
  if (!table.test_is_a_share) return table;
  table.test_rows = which_rows(table, options);
  table.split.test_share = options.test_share;
  table.split.seed = options.seed;
  table.split.folds = options.folds;
  table.split.fold = options.fold;
  return table;
}

TableData divide(const fs::path& path, TablePart whole, const TableOptions& options) {
  TableSplit split;
  split.test_share = options.test_share, split.seed = options.seed;
  split.folds = options.folds, split.fold = options.fold;
  const std::vector<RowUse> uses = draw_uses(whole.examples, split);
  return with_share(divide_by(path, std::move(whole), uses), options);
}

TableData divide_again(const fs::path& path, TablePart whole, const TableOptions& options) {
  const auto& split = options.split;
  const std::size_t rows = whole.examples.features.rows;
  if (split && split->digest == whole.digest && split->rows == rows) {
    const std::vector<RowUse> uses = draw_uses(whole.examples, *split);
    TableData table = divide_by(path, std::move(whole), uses);
    table.split = *split;
    table.test_is_a_share = table.data.test.features.rows > 0;
    table.divided_again = true;
    return table;
  }
  TablePart train = empty_part(whole);
  train.schema = whole.schema;
  train.class_names = whole.class_names;
  train.notes = std::move(whole.notes);
  train.digest = whole.digest;
  train.left_out = std::move(whole.left_out);
  return combine(path, std::move(train), whole);
}

}  // namespace lithe::data
