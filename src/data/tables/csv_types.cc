#include "data/tables/csv_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/tables/cell.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// A column whose values are this many times farther from 0 than from each other, and that floats do
// not hold exactly, is moved to 0 before it becomes floats.
constexpr double kFarFromZero = 16;

std::size_t sum(const ColumnSurvey& column, CellKind a, CellKind b) {
  return column.of(a).cells + column.of(b).cells;
}

// 0, 1 and words for yes and no.
bool is_boolean(const ColumnSurvey& column) {
  const std::size_t booleans = column.of(CellKind::boolean).cells;
  const bool bits = column.low > column.high || (column.low >= 0 && column.high <= 1);
  return booleans > 0 && bits && booleans + column.of(CellKind::plain).cells == column.present();
}

bool is_dates(const ColumnSurvey& column) {
  const bool one_order = column.day_first == 0 || column.month_first == 0;
  return one_order && column.of(CellKind::date).cells > 0 &&
         column.of(CellKind::date).cells == column.present();
}

bool is_durations(const ColumnSurvey& column) {
  const std::size_t durations = column.of(CellKind::duration).cells;
  return durations > 0 && durations + column.times == column.present();
}

// Numbers, each with the same unit behind it: one with a unit among plain numbers is a mistake.
bool has_unit(const ColumnSurvey& column, char decimal) {
  const bool fits = decimal == ',' ? !column.unit_point : !column.unit_comma;
  return column.with_unit > 0 && fits && column.other_unit.empty() &&
         column.with_unit == column.present();
}

// The first cell that is not of the kinds that most cells are of.
const ColumnSurvey::Kind& odd_one(const ColumnSurvey& column, bool dates, char decimal) {
  const CellKind other_sign = decimal == ',' ? CellKind::point : CellKind::comma;
  for (const CellKind kind : {CellKind::text, CellKind::boolean, other_sign, CellKind::plain})
    if (column.of(kind).cells > 0 && (kind != CellKind::plain || dates)) return column.of(kind);
  return column.of(dates ? CellKind::either : CellKind::date);
}

// Whether it is one text in the first row: part of a second line of the header, perhaps.
bool stands_first(const ColumnSurvey& column, const ColumnSurvey::Kind& odd) {
  return odd.cells == 1 && std::ranges::all_of(column.kinds, [&](const ColumnSurvey::Kind& kind) {
           return kind.cells == 0 || kind.place.line >= odd.place.line;
         });
}

[[noreturn]] void fail_mixed(const ColumnSurvey& column, bool dates, char decimal,
                             const std::string& name, const std::string& file,
                             const std::string& as_texts) {
  const ColumnSurvey::Kind& odd = odd_one(column, dates, decimal);
  const char* const why = dates ? nullptr : why_not_a_number(odd.first);
  const std::string shown = shortened(odd.first);
  throw Error(
      ErrorKind::data,
      fmt::format("{} of the {} values of the column are {}s, but not '{}'{}",
                  dates ? column.of(CellKind::date).cells : column.numbers(decimal),
                  column.present(), dates ? "date" : "number", shown,
                  why == nullptr ? "" : fmt::format(" ({})", why)),
      fmt::format("{}, line {}, column {} (\"{}\")", file, odd.place.line, odd.place.column, name),
      fmt::format(
          "{}--missing-text \"{}\" if it stands for a missing value{}{}",
          stands_first(column, odd)
              ? fmt::format("delete the lines above line {0} if that is the header, or line "
                            "{0} if it has units; ",
                            odd.place.line)
              : "",
          shown, why == nullptr && !as_texts.empty() ? ", or " : "",
          why == nullptr ? as_texts : ""));
}

DateOrder choose_order(const ColumnSurvey& column, const std::string& name,
                       const CsvOptions& options, std::vector<TableNote>& notes) {
  if (options.date_order != DateOrder::automatic) return options.date_order;
  if (column.day_first > 0) return DateOrder::day_first;
  if (column.month_first == 0 && column.either_order > 0)
    notes.push_back({true,
                     fmt::format("the dates of \"{}\", such as {}, are read with the month first",
                                 name, column.of(CellKind::date).first),
                     "--dates day-first"});
  return DateOrder::month_first;
}

double choose_offset(const ColumnSurvey& column) {
  const double farthest = std::max(std::abs(column.low), std::abs(column.high));
  const double range = column.high - column.low;
  if (!(range > 0) || column.floats_hold || farthest < kFarFromZero * range) return 0;
  return std::floor(column.low);
}

// Numbers with several units are texts, which is seldom what was meant.
void note_units(const ColumnSurvey& column, const std::string& name,
                std::vector<TableNote>& notes) {
  if (column.other_unit.empty() || !column.many_values || column.with_unit * 2 < column.present())
    return;
  notes.push_back(
      {true,
       fmt::format("\"{}\" has numbers with different units, {} and {}: they are texts", name,
                   shortened(column.first_with_unit), shortened(column.other_unit)),
       "the same unit in all rows"});
}

// "id", "order_id", "Order ID", "PassengerId", but not "paid".
bool is_name_of_index(const std::string& name) {
  std::string lower = name;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::string_view kNames[] = {"index",   "id",        "row",   "rownames",
                                         "rowname", "row_names", "row_id"};
  if (std::ranges::find(kNames, lower) != std::end(kNames)) return true;
  for (const std::string_view end : {"_id", " id", "-id", ".id"})
    if (lower.ends_with(end)) return true;
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return name.size() > 2 && is_small(name[name.size() - 3]) &&
         (name.ends_with("Id") || name.ends_with("ID"));
}

// 45% is a hundredth of 45: one of both is a mistake.
void check_percents(const ColumnSurvey& column, const std::string& name, const std::string& file) {
  const auto &with = column.percents, &without = column.without_percent;
  if (with.cells == 0 || without.cells == 0) return;
  const bool most = with.cells >= without.cells;
  const ColumnSurvey::Kind& odd = most ? without : with;
  throw Error(
      ErrorKind::data,
      fmt::format("{} of the {} numbers of the column have a percent sign, and '{}' has {}",
                  with.cells, with.cells + without.cells, shortened(odd.first),
                  most ? "none" : "one"),
      fmt::format("{}, line {}, column {} (\"{}\")", file, odd.place.line, odd.place.column, name),
      fmt::format("a percent sign in all rows or in none, or --ignore \"{}\"", name));
}

// 1.009 and the like alone, where the decimal sign often is a comma.
bool may_have_thousands(const ColumnSurvey& column) {
  return column.of(CellKind::either).cells == column.present() && column.present() > 1 &&
         column.grouped.empty();
}

}  // namespace

char choose_decimal(const CsvSurvey& survey, const std::vector<std::string>& names,
                    const CsvOptions& options, std::vector<TableNote>& notes) {
  if (options.decimal != 0) return options.decimal;
  bool point = false, comma = false;
  const ColumnSurvey *open = nullptr, *thousands = nullptr;
  std::size_t place = 0, place_of_thousands = 0;
  for (std::size_t i = 0; i < survey.columns.size(); ++i) {
    const ColumnSurvey& column = survey.columns[i];
    const std::size_t texts = column.of(CellKind::text).cells;
    if (texts > 0 && texts == column.with_unit) {
      point = point || column.unit_point;
      comma = comma || column.unit_comma;
    }
    if (texts + column.of(CellKind::date).cells > 0) continue;
    point = point || column.of(CellKind::point).cells > 0;
    comma = comma || column.of(CellKind::comma).cells > 0;
    if (thousands == nullptr && survey.has_semicolons && may_have_thousands(column)) {
      thousands = &column;
      place_of_thousands = i;
    }
    if (column.grouped.empty() || column.of(CellKind::point).cells > 0) continue;
    open = &column;
    place = i;
  }
  if (comma && !point) return ',';
  if (open != nullptr && !point)
    notes.push_back(
        {true,
         fmt::format("{} in \"{}\" is read as {:.0f}: its comma divides thousands", open->grouped,
                     names[place], parse_written_number(open->grouped, '.').value_or(0)),
         "--decimal comma"});
  if (thousands != nullptr && open == nullptr && !point)
    notes.push_back({true,
                     fmt::format("{} in \"{}\" is read with a decimal point, but may have a point "
                                 "between thousands",
                                 thousands->of(CellKind::either).first, names[place_of_thousands]),
                     "--decimal comma"});
  return '.';
}

bool is_pure(const ColumnSurvey& column, char decimal) {
  const std::size_t present = column.present();
  if (column.percents.cells > 0 && column.without_percent.cells > 0) return false;
  return column.numbers(decimal) == present || is_dates(column) || is_boolean(column) ||
         is_durations(column) || has_unit(column, decimal) ||
         column.of(CellKind::text).cells == present;
}

CsvType choose_type(const ColumnSurvey& column, char decimal, const std::string& name,
                    const CsvOptions& options, const std::string& file,
                    std::vector<TableNote>& notes, const std::string& as_texts) {
  const std::size_t present = column.present(), numbers = column.numbers(decimal);
  CsvType type;
  if (numbers == present) {
    check_percents(column, name, file);
    if (column.percents.cells > 0) type.unit = kPercent;
    type.offset = choose_offset(column);
  } else if (is_dates(column)) {
    type.format = CellFormat::date;
    type.date_order = choose_order(column, name, options, notes);
    type.offset = choose_offset(column);
  } else if (is_durations(column)) {
    type.format = CellFormat::duration;
  } else if (has_unit(column, decimal)) {
    type.unit = column.unit;
    type.offset = choose_offset(column);
    notes.push_back({false,
                     fmt::format("\"{}\" is read as numbers: \"{}\" behind them is their unit",
                                 name, column.unit),
                     fmt::format("--categorical \"{}\" takes them for texts", name)});
  } else if (is_boolean(column)) {
    type.format = CellFormat::boolean;
  } else if (numbers * 2 >= present && sum(column, CellKind::text, CellKind::comma) +
                                               sum(column, CellKind::boolean, CellKind::point) >
                                           0) {
    fail_mixed(column, false, decimal, name, file, as_texts);
  } else if (column.of(CellKind::date).cells * 2 >= present) {
    fail_mixed(column, true, decimal, name, file, as_texts);
  } else {
    type.category = true;
    note_units(column, name, notes);
  }
  return type;
}

std::string why_index(const ColumnSurvey& column, const std::string& name, bool has_name,
                      std::size_t position) {
  const bool whole =
      column.missing == 0 && column.present() > 2 &&
      column.of(CellKind::plain).cells + column.of(CellKind::either).cells == column.present();
  if (!whole) return {};
  // pandas reads an index that was saved as "Unnamed: 0", and again as "Unnamed: 0.1".
  const bool unnamed = (position == 0 && !has_name) || name.starts_with("Unnamed: 0") ||
                       name.starts_with("unnamed: 0");
  const bool nameless = !has_name || unnamed;
  if (!nameless && !is_name_of_index(name)) return {};
  if (column.counts_rows()) return "it counts the rows";
  if (unnamed) return "it has whole numbers and no heading, as an index of rows";
  constexpr std::size_t kFewRows = 20;
  if (column.present() < kFewRows) return {};
  if (column.consecutive) return "its whole numbers follow one another, as those of an index";
  return column.all_different && !nameless
             ? "its whole numbers are all different, as those of an index"
             : "";
}

}  // namespace lithe::data
