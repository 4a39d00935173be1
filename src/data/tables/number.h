// Decimal numbers as tables hold them: 12, -0.5, .5, 1e-3, +7. Nothing else is one: no inf, no nan,
// no hexadecimal, no spaces, no decimal comma, and the locale does not matter.
//
// The value is the nearest double, exactly. Nearly all numbers in real files have at most 15 digits
// or so and a small exponent: then digits and power of ten are both doubles without error, and one
// operation rounds correctly (Clinger, "How to read floating point numbers accurately", 1990). The
// rest goes to std::from_chars.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace lithe::data {

namespace number {

inline constexpr int kMostExactPower = 22;  // 5^22 < 2^53
inline constexpr std::array<double, kMostExactPower + 1> kPowers = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Appends the digits from `at` on to `digits`, which wraps when there are more than 19 of them.
inline const char* take_digits(const char* at, const char* end, std::uint64_t& digits) {
  while (at != end && is_digit(*at)) digits = digits * 10 + static_cast<unsigned>(*at++ - '0');
  return at;
}

// The exponent's value, limited to where it no longer makes a difference. Null: no digits.
inline const char* take_exponent(const char* at, const char* end, std::int64_t& exponent) {
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  if (at == end || !is_digit(*at)) return nullptr;
  std::int64_t value = 0;
  for (; at != end && is_digit(*at); ++at)
    if (value < 1'000'000'000'000) value = value * 10 + (*at - '0');
  exponent = negative ? -value : value;
  return at;
}

// Any number, from its first digit or point on, slowly. Infinity where it is too large.
double parse_any(std::string_view text);

}  // namespace number

// Reads the number that begins at `at` and returns where it ends, null where there is none. Too
// large a number is infinite.
inline const char* parse_number(const char* at, const char* end, double& value) {
  bool negative = false;
  if (at != end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  const char* const start = at;
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
  at = number::take_digits(at, end, digits);
  std::ptrdiff_t count = at - start;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    at = number::take_digits(at, end, digits);
    exponent = fraction - at;
    count += at - fraction;
  }
  if (count == 0) return nullptr;
  if (at != end && (*at == 'e' || *at == 'E')) {
    std::int64_t power = 0;
    at = number::take_exponent(at + 1, end, power);
    if (at == nullptr) return nullptr;
    exponent += power;
  }
  double magnitude;
  if (count <= 19 && digits <= std::uint64_t{1} << 53 && exponent >= -number::kMostExactPower &&
      exponent <= number::kMostExactPower) {
    magnitude = static_cast<double>(digits);
    if (exponent < 0)
      magnitude /= number::kPowers[static_cast<std::size_t>(-exponent)];
    else
      magnitude *= number::kPowers[static_cast<std::size_t>(exponent)];
  } else {
    magnitude = number::parse_any({start, static_cast<std::size_t>(at - start)});
  }
  value = negative ? -magnitude : magnitude;
  return at;
}

// The number that the whole text is.
inline std::optional<double> to_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || parse_number(text.data(), end, value) != end) return std::nullopt;
  return value;
}

// Whether a text was surely meant as a number that is not read here, and what is wrong with it: an
// infinity, a hexadecimal number, a decimal comma. Null if it is just a text.
const char* why_not_a_number(std::string_view text);

}  // namespace lithe::data
