// What was understood of a table, for people and for programs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/figure.h"
#include "lithe/table.h"

namespace lithe {

namespace {

constexpr std::size_t kMostClasses = 10;  // that are listed

// "1 row", "2 rows", "1 class", "3 classes".
std::string counted(std::size_t count, const std::string& what) {
  if (count == 1) return "1 " + what;
  return fmt::format("{} {}{}", count, what, what.ends_with('s') ? "es" : "s");
}

const char* task_name(const TableData& table) {
  switch (table.schema.task) {
    case TableTask::classification:
      return "classification";
    case TableTask::multi_label:
      return "several labels";
    case TableTask::regression:
      return "regression";
    case TableTask::automatic:
    case TableTask::none:
      break;
  }
  if (table.data.train.labels != nullptr) return "classification";
  return table.data.train.targets != nullptr ? "regression" : "no target";
}

// How many rows of both parts each class has; of labels, those where it holds.
std::vector<std::size_t> class_counts(const Dataset& data) {
  std::vector<std::size_t> counts(data.class_names.size());
  for (const Examples* part : {&data.train, &data.test})
    for (std::size_t row = 0; row < part->features.rows; ++row)
      for (std::size_t c = 0; c < counts.size(); ++c) {
        const bool holds = part->labels != nullptr
                               ? static_cast<std::size_t>(part->labels[row]) == c
                               : part->targets != nullptr && c < part->target_columns &&
                                     part->targets[row * part->target_columns + c] == 1;
        counts[c] += holds ? 1 : 0;
      }
  return counts;
}

std::string classes_text(const Dataset& data) {
  const std::vector<std::size_t> counts = class_counts(data);
  std::string text;
  for (std::size_t c = 0; c < std::min(counts.size(), kMostClasses); ++c)
    text += fmt::format("{}{} {}", c == 0 ? "" : ", ", data.class_names[c], counts[c]);
  if (counts.size() > kMostClasses) text += ", ...";
  return text;
}

std::string target_text(const TableData& table) {
  const std::vector<std::string> names = table.schema.target_names();
  std::string text = task_name(table);
  if (!names.empty()) text += fmt::format(" of {:.200}", fmt::to_string(fmt::join(names, ", ")));
  const std::size_t classes = table.data.class_names.size();
  if (classes > 0)
    text += fmt::format(
        ", {}: {}",
        counted(classes, table.schema.task == TableTask::multi_label ? "label" : "class"),
        classes_text(table.data));
  return text;
}

std::string rows_text(const TableData& table) {
  const std::size_t train = table.data.train.features.rows, test = table.data.test.features.rows;
  const char* const what = table.windows ? "window" : "row";
  if (test == 0) return fmt::format("{} to train on, none to test on", counted(train, what));
  return fmt::format("{} to train on, {} to test on{}", counted(train, what), test,
                     table.test_rows.empty() ? "" : ", " + table.test_rows);
}

// "windows of 48 rows of 3 columns: a, b, y"
std::string window_text(const WindowReport& windows) {
  return fmt::format("windows of {} of {}: {:.200}", counted(windows.options.length, "row"),
                     counted(windows.channels.size(), "column"),
                     fmt::to_string(fmt::join(windows.channels, ", ")));
}

// "7 to 26 positions"
std::string lengths_text(const TableData& table, const std::string& what) {
  std::size_t least = SIZE_MAX, most = 0;
  for (const Examples* part : {&table.data.train, &table.data.test})
    for (std::size_t row = 0; row < part->features.rows; ++row) {
      const auto length = static_cast<std::size_t>(part->features.lengths[row]);
      least = std::min(least, length), most = std::max(most, length);
    }
  return (least < most ? fmt::format("{} to ", least) : std::string{}) + counted(most, what);
}

// "sequences of 7 to 26 positions of 12 channels"
std::string sequences_text(const TableData& table) {
  const std::vector<std::size_t>& shape = table.data.shape;
  return fmt::format("sequences of {}{}", lengths_text(table, "position"),
                     shape.size() > 1 ? " of " + counted(shape[1], "channel") : std::string{});
}

std::string features_text(const TableData& table) {
  if (table.windows) return window_text(*table.windows);
  const Features& features = table.data.train.features;
  if (const TableColumn* text = table.schema.text())
    return "texts of " + lengths_text(table, std::string(singular(text->text_unit)));
  return features.lengths != nullptr ? sequences_text(table) : counted(features.columns, "feature");
}

void describe_windows(const WindowReport& windows, std::vector<std::string>& lines) {
  if (!windows.series.empty())
    lines.push_back(
        fmt::format("{}, each a series of its own", counted(windows.series.size(), "group")));
  lines.push_back(
      fmt::format("Answers: {:.200}", fmt::to_string(fmt::join(windows.answers, "; "))));
  if (windows.between > 0)
    lines.push_back(fmt::format("{} between the two parts {} in neither, for {} at rows of both",
                                counted(windows.between, "window"),
                                windows.between == 1 ? "is" : "are",
                                windows.between == 1 ? "it looks" : "they look"));
  for (const NaiveForecast& naive : windows.naive)
    lines.push_back(naive.format("", windows.naive.front().windows));
}

}  // namespace

std::string NaiveForecast::format(const std::string& over, std::size_t all) const {
  const std::string begin = fmt::format("Naive forecast, {}: ", name);
  if (windows == 0) return begin + "none of the windows has a value that far back";
  return fmt::format("{}rmse {}{}{}", begin, base::figure(rmse), over,
                     windows == all ? "" : fmt::format(", on {} of the {} windows", windows, all));
}

std::vector<std::string> describe(const TableData& table, std::size_t most_columns) {
  std::vector<std::string> lines = {fmt::format("{}: {}", table.data.name, features_text(table)),
                                    target_text(table), rows_text(table)};
  if (table.windows) describe_windows(*table.windows, lines);
  std::size_t width = 0, shown = 0;
  for (const ColumnSummary& column : table.columns)
    width = std::min<std::size_t>(30, std::max(width, column.name.size()));
  for (const ColumnSummary& column : table.columns) {
    if (shown++ == most_columns) {
      lines.push_back(
          fmt::format("  and {}", counted(table.columns.size() - most_columns, "more column")));
      break;
    }
    lines.push_back(fmt::format("  {:{}}  {}", column.name, width, column.format()));
  }
  for (const TableNote& note : table.notes)
    lines.push_back(
        fmt::format("{}: {}{}", note.warning ? "Warning" : "Note", note.text,
                    note.remedy.empty()
                        ? ""
                        : fmt::format(" ({}{})", note.warning ? "otherwise: " : "", note.remedy)));
  return lines;
}

std::string describe_json(const TableData& table) {
  using nlohmann::json;
  json columns = json::array(), notes = json::array(), classes = json::object();
  for (const ColumnSummary& column : table.columns) {
    columns.push_back({{"name", column.name}, {"kind", column.kind}, {"missing", column.missing}});
    if (!column.unit.empty()) columns.back()["unit"] = column.unit;
    if (column.low <= column.high && (column.kind == "number" || column.kind == "date" ||
                                      column.kind == "duration" || column.kind == "time of day"))
      columns.back()["low"] = column.low, columns.back()["high"] = column.high;
  }
  for (const TableNote& note : table.notes)
    notes.push_back({{"warning", note.warning}, {"text", note.text}, {"remedy", note.remedy}});
  const std::vector<std::size_t> counts = class_counts(table.data);
  for (std::size_t c = 0; c < counts.size(); ++c) classes[table.data.class_names[c]] = counts[c];
  json windows;
  if (table.windows) {
    const WindowReport& w = *table.windows;
    json naive = json::array();
    for (const NaiveForecast& one : w.naive)
      naive.push_back({{"name", one.name},
                       {"rmse", one.windows > 0 ? json(one.rmse) : json()},
                       {"mae", one.windows > 0 ? json(one.mae) : json()},
                       {"windows", one.windows}});
    windows = {{"length", w.options.length},
               {"horizons", w.options.horizons},
               {"stride", w.options.stride},
               {"channels", w.channels},
               {"answers", w.answers},
               {"between", w.between},
               {"naive", naive}};
  }
  return json{{"file", table.data.name},
              {"windows", windows},
              {"task", task_name(table)},
              {"targets", table.schema.target_names()},
              {"classes", classes},
              {"features", table.data.train.features.columns},
              {"train_rows", table.data.train.features.rows},
              {"test_rows", table.data.test.features.rows},
              {"which_test_rows", table.test_rows},
              {"dropped_rows", table.dropped_rows},
              {"columns", columns},
              {"notes", notes}}
      .dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace lithe
