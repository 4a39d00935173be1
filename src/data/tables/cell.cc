#include "data/tables/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "data/tables/number.h"
#include "data/tables/utf8.h"

namespace lithe::data {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLongestNumber = 64;
// Blanks that divide thousands: also the no-break ones, U+00A0, U+2009 and U+202F.
constexpr std::string_view kBlanks[] = {" "sv, "\xC2\xA0"sv, "\xE2\x80\x89"sv, "\xE2\x80\xAF"sv};
constexpr std::string_view kCurrencies[] = {"$"sv,        "\xE2\x82\xAC"sv, "\xC2\xA3"sv,
                                            "\xC2\xA5"sv, "\xE2\x82\xB9"sv, "USD"sv,
                                            "EUR"sv,      "GBP"sv,          "CHF"sv};
constexpr std::string_view kMinus = "\xE2\x88\x92"sv;  // U+2212

// By the first byte, because it is called for many prefixes that are not there.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.empty() || text[0] != prefix[0] || !text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool drop(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

void trim(std::string_view& text) {
  for (const std::string_view blank : kBlanks)
    while (take(text, blank) || drop(text, blank)) {
    }
}

// The sign in front; -1, +1, or 0 where there is none.
int take_sign(std::string_view& text) {
  if (take(text, "-") || take(text, kMinus)) return -1;
  return take(text, "+") ? 1 : 0;
}

// The separator of thousands that `text` has at its start; empty: none.
std::string_view separator_of(std::string_view text, char decimal) {
  if (text.starts_with(decimal == '.' ? ',' : '.') || text.starts_with('\''))
    return text.substr(0, 1);
  for (const std::string_view blank : kBlanks)
    if (text.starts_with(blank)) return blank;
  return {};
}

// Digits, in groups of three where a separator divides them, appended to `plain`.
bool take_whole_part(std::string_view& text, char decimal, std::string& plain) {
  const auto digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && number::is_digit(text[count])) ++count;
    plain += text.substr(0, count);
    text.remove_prefix(count);
    return count;
  };
  const bool zero = text.starts_with('0');
  const std::size_t first = digits();
  const std::string_view separator = separator_of(text, decimal);
  if (first == 0 || separator.empty()) return true;
  if (first > 3 || zero) return false;
  while (take(text, separator))
    if (digits() != 3) return false;
  return true;
}

std::optional<double> parse_unsigned(std::string_view text, char decimal) {
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  std::string plain;
  if (!take_whole_part(text, decimal, plain)) return std::nullopt;
  if (!text.empty() && text.front() == decimal) {
    plain += '.';
    text.remove_prefix(1);
  }
  plain += text;
  return plain.find_first_of("+-") == 0 ? std::nullopt : to_number(plain);
}

bool take_currency(std::string_view& text) {
  for (const std::string_view sign : kCurrencies) {
    if (!take(text, sign) && !drop(text, sign)) continue;
    trim(text);
    return true;
  }
  return false;
}

// A reader of the parts of a date.
struct Parts {
  std::string_view text;

  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < text.size() && count < most && number::is_digit(text[count]))
      value = value * 10 + (text[count++] - '0');
    if (count < least || (count < text.size() && number::is_digit(text[count])))
      return std::nullopt;
    text.remove_prefix(count);
    return value;
  }
  // One of these characters.
  char one_of(std::string_view signs) {
    if (text.empty() || signs.find(text.front()) == signs.npos) return 0;
    const char found = text.front();
    text.remove_prefix(1);
    return found;
  }
  void blanks() {
    while (take(text, " ")) {
    }
  }
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// A month by name or by the first three letters of it.
std::optional<int> take_month(Parts& parts) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  std::size_t length = 0;
  while (length < parts.text.size() && lower(parts.text[length]) >= 'a' &&
         lower(parts.text[length]) <= 'z')
    ++length;
  if (length < 3) return std::nullopt;
  const std::string_view word = parts.text.substr(0, length);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (!same(word, kMonths[i]) && !same(word, kMonths[i].substr(0, 3))) continue;
    parts.text.remove_prefix(length);
    parts.one_of(".");
    return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

struct Day {
  int year, month, day;
};

bool is_real(const Day& d) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (d.month < 1 || d.month > 12 || d.day < 1) return false;
  const bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
  const int last = kDays[static_cast<std::size_t>(d.month - 1)] + (d.month == 2 && leap ? 1 : 0);
  return d.day <= last;
}

// Days since 1970-01-01 in the Gregorian calendar: a year begins with March here, so that the leap
// day is its last.
double days_since_1970(const Day& d) {
  const int year = d.month <= 2 ? d.year - 1 : d.year;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int of_era = year - era * 400;
  const int of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
  const int leap_days = of_era / 4 - of_era / 100;
  return era * 146097.0 + of_era * 365.0 + leap_days + of_year - 719468.0;
}

// Two digits are a year from 1970 to 2069.
int full_year(int year, std::size_t digits) {
  if (digits > 2) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

std::optional<int> take_year(Parts& parts) {
  const std::size_t before = parts.text.size();
  const auto year = parts.digits(2, 4);
  const std::size_t digits = before - parts.text.size();
  if (!year || digits == 3) return std::nullopt;
  return full_year(*year, digits);
}

// 31.3.2024, 31/3/2024, 3/31/2024, 31-Mar-2024, 31 March 2024.
std::optional<Day> take_day_first(Parts& parts, DateOrder order, int first) {
  const char sign = parts.one_of("./- ");
  if (sign == 0) return std::nullopt;
  if (const auto month = take_month(parts)) {
    parts.one_of("./- ,");
    parts.blanks();
    const auto year = take_year(parts);
    return year ? std::optional(Day{*year, *month, first}) : std::nullopt;
  }
  const auto second = parts.digits(1, 2);
  if (sign == ' ' || !second || parts.one_of({&sign, 1}) == 0) return std::nullopt;
  const auto year = take_year(parts);
  if (!year) return std::nullopt;
  const bool month_first = order == DateOrder::month_first && sign != '.';
  return month_first ? Day{*year, first, *second} : Day{*year, *second, first};
}

// The first day of a quarter: Q1.
std::optional<int> take_quarter(Parts& parts) {
  if (parts.one_of("Qq") == 0) return std::nullopt;
  const auto quarter = parts.digits(1, 1);
  if (!quarter || *quarter < 1 || *quarter > 4) return std::nullopt;
  return 3 * *quarter - 2;
}

// A code such as 4711-03 is no month.
bool is_year_of_month(int year) { return year >= 1500 && year <= 2199; }

// March 31, 2024; March 2024 and Q1 2024 are the first day of these.
std::optional<Day> take_month_first(Parts& parts, int month, bool quarter) {
  const char sign = parts.one_of(" -/");
  if (const auto year = parts.digits(4, 4)) return Day{*year, month, 1};
  const auto day = quarter || sign == 0 || sign == '/' ? std::nullopt : parts.digits(1, 2);
  if (!day || parts.one_of(",- ") == 0) return std::nullopt;
  parts.blanks();
  const auto year = take_year(parts);
  return year ? std::optional(Day{*year, month, *day}) : std::nullopt;
}

// 2024-03-31, 2024/3/31; 2024-03, 2024 Mar, 2024M03 and 2024Q1 are the first day of these.
std::optional<Day> take_year_first(Parts& parts, int year) {
  const char sign = parts.one_of("-/. ");
  const std::string_view behind = parts.text;
  if (const auto month = take_month(parts)) return Day{year, *month, 1};
  if (const auto month = take_quarter(parts)) return Day{year, *month, 1};
  parts.text = behind;
  if (sign == 0 && parts.one_of("Mm") == 0) return std::nullopt;
  const auto month = sign == ' ' ? std::nullopt : parts.digits(1, 2);
  if (!month) return std::nullopt;
  if (sign == 0 || (sign != '.' && parts.text.empty())) {
    const bool month_alone = is_year_of_month(year) && behind.size() - parts.text.size() >= 2;
    return month_alone ? std::optional(Day{year, *month, 1}) : std::nullopt;
  }
  if (parts.one_of({&sign, 1}) == 0) return std::nullopt;
  const auto day = parts.digits(1, 2);
  return day ? std::optional(Day{year, *month, *day}) : std::nullopt;
}

std::optional<Day> take_day(Parts& parts, DateOrder order) {
  const std::string_view before = parts.text;
  if (const auto month = take_month(parts)) return take_month_first(parts, *month, false);
  if (const auto month = take_quarter(parts)) return take_month_first(parts, *month, true);
  parts.text = before;
  if (const auto year = parts.digits(4, 4)) return take_year_first(parts, *year);
  parts.text = before;
  const auto first = parts.digits(1, 2);
  return first ? take_day_first(parts, order, *first) : std::nullopt;
}

// Z, +02:00, -0530; the time's distance from UTC as a share of a day.
std::optional<double> take_zone(Parts& parts) {
  if (parts.one_of("Zz") != 0) return 0;
  const char sign = parts.one_of("+-");
  if (sign == 0) return 0;
  const std::size_t colon = parts.text.find(':');
  std::optional<int> hours, minutes = 0;
  if (colon != parts.text.npos || parts.text.size() <= 2) {
    hours = parts.digits(1, 2);
    if (parts.one_of(":") != 0) minutes = parts.digits(2, 2);
  } else if (const auto both = parts.digits(4, 4)) {
    hours = *both / 100, minutes = *both % 100;
  }
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return (sign == '-' ? -1 : 1) * (*hours / 24.0 + *minutes / 1440.0);
}

// A share of a day.
std::optional<double> take_time(Parts& parts) {
  const auto hour = parts.digits(1, 2);
  if (!hour || parts.one_of(":") == 0) return std::nullopt;
  const auto minute = parts.digits(2, 2);
  if (!minute) return std::nullopt;
  double second = 0;
  if (parts.one_of(":") != 0) {
    const char* const end = parts.text.data() + parts.text.size();
    const char* const after = !parts.text.empty() && number::is_digit(parts.text.front())
                                  ? parse_number(parts.text.data(), end, second)
                                  : nullptr;
    if (after == nullptr || second >= 61) return std::nullopt;
    parts.text.remove_prefix(static_cast<std::size_t>(after - parts.text.data()));
  }
  int hours = *hour;
  parts.blanks();
  if (const char half = parts.one_of("APap"); half != 0) {
    if (parts.one_of("Mm") == 0 || hours < 1 || hours > 12) return std::nullopt;
    hours = hours % 12 + (lower(half) == 'p' ? 12 : 0);
  }
  if (hours > 24 || *minute > 59) return std::nullopt;
  const auto zone = take_zone(parts);
  if (!zone) return std::nullopt;
  return hours / 24.0 + *minute / 1440.0 + second / 86400 - *zone;
}

// Whether it has a digit and what divides the parts of a date. One loop, because most cells are no
// dates.
bool may_be_date(std::string_view text) {
  bool digit = false, divided = false;
  for (const char c : text) {
    digit = digit || number::is_digit(c);
    divided = divided || (c >= ' ' && c <= '/') || c == ':' || lower(c) == 'q' || lower(c) == 'm';
  }
  return digit && divided;
}

}  // namespace

std::optional<double> parse_written_number(std::string_view text, char decimal) {
  trim(text);
  if (text.size() > 2 * kLongestNumber) return std::nullopt;
  double factor = 1;
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    text = text.substr(1, text.size() - 2);
    factor = -1;
    trim(text);
  }
  int sign = take_sign(text);
  trim(text);
  const bool currency = take_currency(text);
  if (currency && sign == 0) sign = take_sign(text);
  if (!currency && drop(text, "%")) {
    factor /= 100;
    trim(text);
  }
  if (sign != 0 && factor < 0) return std::nullopt;
  const auto value = parse_unsigned(text, decimal);
  if (!value) return std::nullopt;
  return *value * factor * (sign < 0 ? -1 : 1);
}

bool is_only_with_comma(std::string_view text) {
  return parse_written_number(text, ',') && !parse_written_number(text, '.');
}

bool is_only_with_point(std::string_view text) {
  return parse_written_number(text, '.') && !parse_written_number(text, ',');
}

std::optional<double> parse_date(std::string_view text, DateOrder order) {
  Parts parts{text};
  if (text.size() > kLongestNumber || !may_be_date(text)) return std::nullopt;
  Parts alone = parts;
  if (const auto time = take_time(alone); time && alone.text.empty()) return time;
  const auto day = take_day(parts, order);
  if (!day || !is_real(*day)) return std::nullopt;
  const double days = days_since_1970(*day);
  if (parts.text.empty()) return days;
  if (parts.one_of("Tt ,") == 0) return std::nullopt;
  parts.blanks();
  const auto time = take_time(parts);
  return time && parts.text.empty() ? std::optional(days + *time) : std::nullopt;
}

std::string date_text(double days) {
  if (!(std::abs(days) < 1e8)) return fmt::format("{:.6g}", days);
  // The civil date of a day number, again with years that begin in March.
  const double whole = std::floor(days);
  const auto shifted = static_cast<long>(whole) + 719468;
  const long era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const long of_era = shifted - era * 146097;
  const long year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const long of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const long month = (5 * of_year + 2) / 153;
  const long day = of_year - (153 * month + 2) / 5 + 1;
  const long civil_month = month < 10 ? month + 3 : month - 9;
  const long year = year_of_era + era * 400 + (civil_month <= 2 ? 1 : 0);
  const long minutes = std::lround((days - whole) * 1440);
  if (minutes == 0) return fmt::format("{:04}-{:02}-{:02}", year, civil_month, day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", year, civil_month, day, minutes / 60,
                     minutes % 60);
}

std::string time_text(double share) {
  const long seconds = std::lround(share * 86400);
  const long rest = seconds % 60;
  return fmt::format("{:02}:{:02}", seconds / 3600, seconds / 60 % 60) +
         (rest == 0 ? "" : fmt::format(":{:02}", rest));
}

std::optional<double> parse_duration(std::string_view text) {
  if (text.size() > kLongestNumber) return std::nullopt;
  Parts parts{text};
  const double sign = parts.one_of("+-") == '-' ? -1 : 1;
  const auto days = parts.digits(1, 6);
  parts.blanks();
  if (!days || !take(parts.text, "day")) return std::nullopt;
  parts.one_of("s");
  parts.one_of(",");
  parts.blanks();
  if (parts.text.empty()) return sign * *days;
  parts.one_of("+");
  const auto time = take_time(parts);
  return time && parts.text.empty() ? std::optional(sign * *days + *time) : std::nullopt;
}

WithUnit split_unit(std::string_view text) {
  constexpr std::size_t kLongestUnit = 8;
  if (text.size() > kLongestNumber) return {text, {}};
  std::size_t begin = text.size();
  while (begin > 0 && !number::is_digit(text[begin - 1]) && text[begin - 1] != '.' &&
         text[begin - 1] != ' ')
    --begin;
  // The digit of m2 and m3.
  std::string_view unit = text.substr(begin), before = text.substr(0, begin);
  if (unit.empty() && text.size() > 2 && (text.ends_with("m2") || text.ends_with("m3"))) {
    const WithUnit without = split_unit(text.substr(0, text.size() - 1));
    unit = text.substr(without.number.data() - text.data() + without.number.size());
    before = without.number;
    while (unit.starts_with(' ')) unit.remove_prefix(1);
  }
  const bool is_word =
      !unit.empty() && unit.size() <= kLongestUnit && std::ranges::none_of(unit, [](char c) {
        return std::string_view(",;:-+_()[]{}\"'\\#@?!=<>|").find(c) != std::string_view::npos;
      });
  if (!is_word || first_bad_utf8(unit) != unit.size()) return {text, {}};
  trim(before);
  return {before, unit};
}

std::optional<bool> parse_boolean(std::string_view text) {
  constexpr std::string_view kYes[] = {"true",      "yes",  "y",    "t",   "on", "ja",
                                       "wahr",      "oui",  "vrai", "sí",  "si", "sì",
                                       "verdadero", "vero", "sim",  "tak", "да"};
  constexpr std::string_view kNo[] = {"false", "no",     "n",   "f",    "off",
                                      "nein",  "falsch", "non", "faux", "falso",
                                      "não",   "nao",    "nie", "nee",  "нет"};
  for (const std::string_view word : kYes)
    if (same(text, word)) return true;
  for (const std::string_view word : kNo)
    if (same(text, word)) return false;
  return std::nullopt;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kShown = 40;
  if (text.size() <= kShown) return std::string(text);
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace lithe::data
