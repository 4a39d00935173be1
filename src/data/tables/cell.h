// What people write into a cell of a table for a number: 1,234.50, $ 12, (3.5), 45%, 1.234,5; dates
// and times; yes and no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lithe/table.h"

namespace lithe::data {

// How the whole text is read as a number with `decimal`, a point or a comma.
//   signs       -5, +5, (5) for -5, and the minus sign of Unicode
//   currency    $ € £ ¥ ₹ before or behind, with or without a blank
//   percent     45% is 0.45
//   thousands   groups of three digits that are divided by commas (by points where the decimal sign
//               is a comma), by blanks, or by apostrophes
// Nothing where it is no such number.
std::optional<double> parse_written_number(std::string_view text, char decimal);

// Whether a text is a number with one of the decimal signs and not with the other: "1,5".
bool is_only_with_comma(std::string_view text);
bool is_only_with_point(std::string_view text);

// Days since 1970-01-01, with the time of day as a fraction. Dates are 2024-03-31, 2024/3/31,
// 31.3.2024, 31/3/2024 or 3/31/2024 (which of them `order` says), 31-Mar-2024, 31 March 2024 and
// March 31, 2024; a month or quarter, 2024-03, 2024M03, March 2024, 2024 Mar, 2024Q1 or Q1 2024, is
// its first day; times behind them, after a blank or a T, 13:45, 13:45:10, 13:45:10.25, 1:45 PM,
// with Z or +02:00 for another zone than UTC. A time alone is a fraction of a day.
std::optional<double> parse_date(std::string_view text, DateOrder order);

// Such a number as 2024-03-31, or 2024-03-31 13:45.
std::string date_text(double days);
// A share of a day as 06:30, or 06:30:05.
std::string time_text(double share);

// Days, of what pandas and Python write: 2 days 03:10:00, -1 days +22:30:00, 1 day, 3:00:00; and
// where a column has these, of a time alone.
std::optional<double> parse_duration(std::string_view text);

// A number and what stands behind it, where that is a short word: 2.14 kg, 30°C, 80 km/h. The unit
// is empty where there is none.
struct WithUnit {
  std::string_view number, unit;
};
WithUnit split_unit(std::string_view text);

// true, yes, y, t, on and their opposites in any case, also in other languages (ja and nein, oui
// and non); 1 and 0 are not among them.
std::optional<bool> parse_boolean(std::string_view text);

// The first characters of a text for a message; never half a character.
std::string shortened(std::string_view text);

}  // namespace lithe::data
