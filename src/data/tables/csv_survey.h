// What the cells of each column of a CSV file are: counted over the first rows, which usually
// settle it, or over all of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "data/tables/csv_cursor.h"
#include "data/tables/missing_texts.h"
#include "lithe/table.h"

namespace lithe::data {

// What a cell can be.
enum class CellKind : std::uint8_t {
  plain,   // 12, -1e3: a number, whatever the decimal sign is
  point,   // 1.5 and 1,234.5: a number where the decimal sign is a point
  comma,   // 1,5 and 1.234,5
  either,  // 1,234 and 1.234: with one sign a thousand times as much as with the other
  date,
  boolean,
  duration,  // 2 days 03:10:00
  text,
};
inline constexpr std::size_t kCellKinds = 8;

struct ColumnSurvey {
  // How many cells of a kind there are, and the first of them.
  struct Kind {
    std::size_t cells = 0;
    std::string first;
    CsvCursor::Place place;
  };
  static constexpr std::size_t kMostValues = 64, kMostNumbers = 1'000;

  std::array<Kind, kCellKinds> kinds;
  std::size_t missing = 0;
  std::string grouped;  // the first cell such as 1,234, which with a decimal comma were 1.234
  // Dates that are dates with the day first and not with the month first, the other way round, and
  // those that are different days: 31/3/2024, 3/31/2024, 3/4/2024.
  std::size_t day_first = 0, month_first = 0, either_order = 0;
  std::size_t times = 0;  // of the dates: a time of day alone
  // Whole numbers with a 0 in front, such as 01948, and the first of them.
  std::size_t leading_zeros = 0;
  std::string leading_zero;
  // Texts that are a number and a unit, such as 2.14 kg: how many, the unit, and the first one that
  // has another.
  std::size_t with_unit = 0;
  std::string unit, first_with_unit, other_unit;
  bool unit_point = false, unit_comma = false;  // such a number needs this decimal sign
  // Numbers with a percent sign, and those without one. 0 needs none.
  Kind percents, without_percent;
  bool consecutive = true;    // each number is one more than the one above
  bool all_different = true;  // no number recurs, among the first kMostNumbers
  bool floats_hold = true;    // all numbers are floats without an error
  double low = std::numeric_limits<double>::infinity(), high = -low, last = 0;
  std::unordered_set<std::string> values;  // up to kMostValues different ones
  bool many_values = false;                // more than those

  const Kind& of(CellKind kind) const { return kinds[static_cast<std::size_t>(kind)]; }
  std::size_t present() const;
  // Whether its numbers are those of the rows, from 0 or 1 on.
  bool counts_rows() const { return consecutive && (low == 0 || low == 1); }
  // Cells that are numbers with this decimal sign.
  std::size_t numbers(char decimal) const;
  void add(std::string_view cell, const MissingTexts& missing_texts, CsvCursor::Place place);

 private:
  CellKind kind_of(std::string_view cell, std::optional<double> number);
  void add_number(double value);
  void add_with_unit(std::string_view cell);
  void add_value(std::string_view cell);
  void count_percent(std::string_view cell, bool plain, CsvCursor::Place place);

  std::unordered_set<double> numbers_;
};

struct CsvSurvey {
  std::vector<ColumnSurvey> columns;
  std::size_t rows = 0;
  bool whole = false;           // all rows were looked at
  bool has_semicolons = false;  // they divide the fields, as where the decimal sign is a comma
  std::size_t most_fields = 0;  // of a line
};

// Looks at up to `most_rows` rows from where the cursor stands. Lines with too few or too many
// fields count for the fields that they have: who reads the file refuses them.
CsvSurvey survey(CsvCursor cursor, std::size_t columns, const MissingTexts& missing_texts,
                 std::size_t most_rows);

}  // namespace lithe::data
