#include "data/tables/number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "data/tables/utf8.h"

namespace lithe::data {
namespace {

void expect_like_strtod(const std::string& text) {
  const auto value = to_number(text);
  ASSERT_TRUE(value.has_value()) << text;
  const double expected = std::strtod(text.c_str(), nullptr);
  ASSERT_EQ(std::bit_cast<std::uint64_t>(*value), std::bit_cast<std::uint64_t>(expected)) << text;
}

TEST(Number, AgreesWithStrtodOnHardCases) {
  for (const char* text : {"0",
                           "-0",
                           "00012",
                           "1.",
                           ".5",
                           "-.5e-3",
                           "+7",
                           "1e22",
                           "1e23",
                           "9007199254740993",
                           "9007199254740992",
                           "9007199254740993e1",
                           "4503599627370496.5",
                           "0.1",
                           "1e-22",
                           "1e-23",
                           "123456789012345678",
                           "1234567890123456789",
                           "12345678901234567890",
                           "18446744073709551616",
                           "2.2250738585072011e-308",
                           "4.9406564584124654e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "1.7976931348623157e308",
                           "1.7976931348623159e308",
                           "1e999",
                           "-1e999",
                           "1e-999",
                           "0e999",
                           "0.000e99999999999999999999",
                           "1e99999999999999999999",
                           "1e-99999999999999999999",
                           "3.4028235e38",
                           "100000000000000016777215",
                           "100000000000000016777216",
                           "0.500000000000000166533453693773481063544750213623046875",
                           "6.631236846766476e-316",
                           "8.5e-1",
                           "0.00000000000000000000000000000000000001"})
    expect_like_strtod(text);
  expect_like_strtod("0." + std::string(400, '0') + "1e400");
  expect_like_strtod("1" + std::string(400, '0') + "e-400");
  expect_like_strtod("1" + std::string(400, '0'));
  expect_like_strtod("0." + std::string(400, '0') + "1");
}

TEST(Number, AgreesWithStrtodOnMillionsOfRandomStrings) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  for (int i = 0; i < 2'000'000 && !testing::Test::HasFatalFailure(); ++i) {
    std::string text = below(3) == 0 ? "-" : "";
    const std::uint64_t before = below(12), after = below(12);
    for (std::uint64_t d = 0; d <= before; ++d) text += static_cast<char>('0' + below(10));
    if (after > 0) text += '.';
    for (std::uint64_t d = 1; d < after; ++d) text += static_cast<char>('0' + below(10));
    if (below(2) == 0)
      text += fmt::format("e{}",
                          static_cast<int>(below(i % 4 == 0 ? 700 : 60)) - (i % 4 == 0 ? 350 : 30));
    expect_like_strtod(text);
    if (i % 4 == 0) expect_like_strtod(fmt::format("{}", std::bit_cast<double>(random() >> 2)));
  }
}

TEST(Number, RefusesWhatIsNone) {
  for (const char* text : {"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "--1", "0x10", "inf",
                           "nan", " 1", "1 ", "1,5", "1f", "1e5.5", "+-1", "-.e1"})
    EXPECT_FALSE(to_number(text).has_value()) << text;
  EXPECT_EQ(why_not_a_number("red"), nullptr);
  EXPECT_EQ(why_not_a_number("a,b"), nullptr);
  for (const char* text : {"inf", "-INF", "+Infinity", "NaN", "0x1f", "-0X2", "1,5", "-10,25"})
    EXPECT_NE(why_not_a_number(text), nullptr) << text;
}

TEST(Utf8, FindsTheFirstBadByte) {
  for (const char* good :
       {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF"})
    EXPECT_EQ(first_bad_utf8(good), std::string_view(good).size());
  for (const char* bad :
       {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80", "\xE2\x82", "\xF0\x9F\x98", "\xFF"})
    EXPECT_EQ(first_bad_utf8(std::string("ok") + bad), 2u) << bad;
  EXPECT_EQ(first_bad_utf8(std::string_view("a\0b", 3)), 1u);
}

TEST(Utf16, BecomesUtf8) {
  // "aß€", a smiling face beyond 16 bits, and half a pair.
  const std::u16string text = u"\uFEFFa\u00DF\u20AC\U0001F600\xD83D";
  std::string little, big;
  for (const char16_t unit : text) {
    little += {static_cast<char>(unit & 0xFF), static_cast<char>(unit >> 8)};
    big += {static_cast<char>(unit >> 8), static_cast<char>(unit & 0xFF)};
  }
  const std::string right = "a\xC3\x9F\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD";
  for (const std::string& bytes : {little, big, little + "x"}) {
    EXPECT_TRUE(is_utf16(bytes));
    EXPECT_EQ(from_utf16(bytes), right);
  }
  EXPECT_FALSE(is_utf16("\xEF\xBB\xBF-"));
  EXPECT_FALSE(is_utf16(std::string_view("\xFF\xFE\0\0a\0\0\0", 8)));  // UTF-32
}

}  // namespace
}  // namespace lithe::data
