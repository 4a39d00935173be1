#include "data/tables/number.h"

#include <algorithm>
#include <limits>
#include <string>
#include <system_error>

namespace lithe::data {

namespace {

// The power of ten of the first digit that is not 0; meaningless for 0 itself.
std::int64_t leading_power(std::string_view text) {
  std::int64_t power = 0, exponent = 0;
  bool fraction = false, started = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == 'e' || c == 'E') {
      number::take_exponent(text.data() + i + 1, text.data() + text.size(), exponent);
      break;
    }
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (fraction ? !started : started) power += fraction ? -1 : 1;
    started = started || c != '0';
  }
  return power + exponent;
}

bool all(std::string_view text, bool (*is)(char)) { return std::ranges::all_of(text, is); }

bool is_hex_digit(char c) {
  return number::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

double number::parse_any(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc()) return value;
  return leading_power(text) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
}

const char* why_not_a_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  std::string lower(text.substr(0, 16));
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (lower == "inf" || lower == "infinity") return "it is infinite";
  if (lower == "nan") return "it is not a number";
  if (lower.starts_with("0x") && text.size() > 2 && all(text.substr(2), is_hex_digit))
    return "it is hexadecimal, only decimal numbers are read";
  const std::size_t comma = text.find(',');
  if (comma != text.npos && comma > 0 && comma + 1 < text.size() &&
      all(text.substr(0, comma), number::is_digit) && all(text.substr(comma + 1), number::is_digit))
    return "it has a decimal comma, only the decimal point is read";
  return nullptr;
}

}  // namespace lithe::data
