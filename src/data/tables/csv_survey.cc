#include "data/tables/csv_survey.h"

#include <algorithm>
#include <cmath>

#include "data/tables/cell.h"
#include "data/tables/number.h"

namespace lithe::data {

std::size_t ColumnSurvey::present() const {
  std::size_t cells = 0;
  for (const Kind& kind : kinds) cells += kind.cells;
  return cells;
}

std::size_t ColumnSurvey::numbers(char decimal) const {
  return of(CellKind::plain).cells + of(CellKind::either).cells +
         of(decimal == ',' ? CellKind::comma : CellKind::point).cells;
}

void ColumnSurvey::add_number(double value) {
  const bool first = low > high;
  consecutive = consecutive && (first || value == last + 1);
  floats_hold = floats_hold && static_cast<double>(static_cast<float>(value)) == value;
  last = value;
  if (all_different && numbers_.size() < kMostNumbers)
    all_different = numbers_.insert(value).second;
  low = std::min(low, value);
  high = std::max(high, value);
}

void ColumnSurvey::add_value(std::string_view cell) {
  if (many_values || values.contains(std::string(cell))) return;
  many_values = values.size() == kMostValues;
  if (!many_values) values.emplace(cell);
}

namespace {

// Whether a plain number with a point, such as 1.234, could have a point between thousands.
bool may_be_grouped(std::string_view cell) {
  if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
  const std::size_t point = cell.find('.');
  return point >= 1 && point <= 3 && cell.size() == point + 4 && cell[0] != '0' &&
         cell.find_first_of("eE") == cell.npos;
}

// 01948, but not 05: days and months are written so.
bool has_leading_zero(std::string_view cell) {
  return cell.size() >= 3 && cell[0] == '0' && std::ranges::all_of(cell, number::is_digit);
}

}  // namespace

// What a cell is that is not missing; takes note of what numbers and dates there are.
CellKind ColumnSurvey::kind_of(std::string_view cell, std::optional<double> number) {
  if (number) {  // most cells of most files
    add_number(*number);
    if (has_leading_zero(cell) && leading_zeros++ == 0) leading_zero = cell;
    if (cell.find('.') == cell.npos) return CellKind::plain;
    return may_be_grouped(cell) ? CellKind::either : CellKind::point;
  }
  const auto point = parse_written_number(cell, '.'), comma = parse_written_number(cell, ',');
  if (point && comma) {
    add_number(*point);
    if (*point == *comma) return CellKind::plain;
    if (grouped.empty() && cell.find(',') != cell.npos) grouped = cell;
    return CellKind::either;
  }
  if (point || comma) {
    add_number(point ? *point : *comma);
    return point ? CellKind::point : CellKind::comma;
  }
  consecutive = false;
  const auto day = parse_date(cell, DateOrder::day_first);
  const auto month = parse_date(cell, DateOrder::month_first);
  if (day || month) {
    day_first += day && !month ? 1 : 0;
    month_first += month && !day ? 1 : 0;
    either_order += day && month && *day != *month ? 1 : 0;
    const double value = month ? *month : *day;
    add_number(value);
    times += value >= 0 && value < 1 ? 1 : 0;
    return CellKind::date;
  }
  if (const auto days = parse_duration(cell)) {
    add_number(*days);
    return CellKind::duration;
  }
  if (parse_boolean(cell)) return CellKind::boolean;
  add_with_unit(cell);
  return CellKind::text;
}

void ColumnSurvey::add_with_unit(std::string_view cell) {
  const auto [number, cell_unit] = split_unit(cell);
  if (cell_unit.empty()) return;
  const auto point = parse_written_number(number, '.'), comma = parse_written_number(number, ',');
  if (!point && !comma) return;
  unit_point = unit_point || !comma;
  unit_comma = unit_comma || !point;
  add_number(point ? *point : *comma);
  if (with_unit++ == 0) unit = cell_unit, first_with_unit = cell;
  if (cell_unit != unit && other_unit.empty()) other_unit = cell;
}

void ColumnSurvey::count_percent(std::string_view cell, bool plain, CsvCursor::Place place) {
  const bool percent = !plain && cell.find('%') != cell.npos;
  if (!percent && last == 0) return;
  Kind& kind = percent ? percents : without_percent;
  if (kind.cells++ > 0) return;
  kind.first = cell;
  kind.place = place;
}

void ColumnSurvey::add(std::string_view cell, const MissingTexts& missing_texts,
                       CsvCursor::Place place) {
  const auto number = to_number(cell);
  if (missing_texts.contains(cell) || (number && missing_texts.contains(*number))) {
    ++missing;
    return;
  }
  add_value(cell);
  const CellKind what = kind_of(cell, number);
  if (what <= CellKind::either) count_percent(cell, number.has_value(), place);
  Kind& kind = kinds[static_cast<std::size_t>(what)];
  if (kind.cells++ > 0) return;
  kind.first = cell;
  kind.place = place;
}

CsvSurvey survey(CsvCursor cursor, std::size_t columns, const MissingTexts& missing_texts,
                 std::size_t most_rows) {
  CsvSurvey result;
  result.columns.resize(columns);
  result.has_semicolons = cursor.delimiter() == ';';
  while (!cursor.at_end() && result.rows < most_rows) {
    cursor.begin_record();
    std::size_t fields = 0;
    do {
      const std::string_view cell = cursor.take_text();
      if (fields < columns) result.columns[fields].add(cell, missing_texts, cursor.place());
      ++fields;
    } while (!cursor.record_ended());
    result.most_fields = std::max(result.most_fields, fields);
    ++result.rows;
  }
  result.whole = cursor.at_end();
  return result;
}

}  // namespace lithe::data
