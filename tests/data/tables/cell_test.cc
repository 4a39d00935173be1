#include "data/tables/cell.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lithe::data {
namespace {

using Number = std::optional<double>;

TEST(Cell, ReadsNumbersAsPeopleWriteThem) {
  const std::vector<std::pair<std::string, Number>> cells = {{"12", 12},
                                                             {"-1.5e3", -1500},
                                                             {"7,123,456", 7123456},
                                                             {"19,498", 19498},
                                                             {"1,234.50", 1234.5},
                                                             {"1 234 567", 1234567},
                                                             {"1'234.5", 1234.5},
                                                             {"$ 12", 12},
                                                             {"$1,250", 1250},
                                                             {"-$5", -5},
                                                             {"$-5", -5},
                                                             {"12 \xE2\x82\xAC", 12},
                                                             {"(3.5)", -3.5},
                                                             {"($1,000)", -1000},
                                                             {"45%", .45},
                                                             {"12.5 %", .125},
                                                             {"\xE2\x88\x92"
                                                              "5",
                                                              -5},
                                                             {"1\xC2\xA0"
                                                              "234",
                                                              1234},
                                                             {" 7 ", 7},
                                                             {"USD 3", 3},
                                                             {".5", .5},
                                                             {"", {}},
                                                             {"abc", {}},
                                                             {"1,5", {}},
                                                             {"1,23,456", {}},
                                                             {"1234,567", {}},
                                                             {"0,123", {}},
                                                             {"1.5.2", {}},
                                                             {"--5", {}},
                                                             {"5%%", {}},
                                                             {"()", {}},
                                                             {"$", {}},
                                                             {"%", {}},
                                                             {"1 2", {}},
                                                             {"(-5)", {}},
                                                             {"12kg", {}},
                                                             {"2024-01-01", {}},
                                                             {"1,234,", {}},
                                                             {"inf", {}}};
  for (const auto& [text, value] : cells) EXPECT_EQ(parse_written_number(text, '.'), value) << text;
}

TEST(Cell, ReadsDecimalCommas) {
  const std::vector<std::pair<std::string, Number>> cells = {
      {"1,5", 1.5},    {"1.234,5", 1234.5}, {"1.234", 1234}, {"1,234", 1.234},
      {"-0,75", -.75}, {"12,5 %", .125},    {"3,14e2", 314}, {"1 234,5", 1234.5},
      {"1.5", {}},     {"1,2,3", {}},       {"1.23,4", {}},  {"0.123", {}}};
  for (const auto& [text, value] : cells) EXPECT_EQ(parse_written_number(text, ','), value) << text;
}

TEST(Cell, ReadsDates) {
  const auto day = [](const char* text) { return parse_date(text, DateOrder::day_first); };
  const auto month = [](const char* text) { return parse_date(text, DateOrder::month_first); };
  EXPECT_EQ(day("1970-01-01"), 0);
  EXPECT_EQ(day("1969-12-31"), -1);
  EXPECT_EQ(day("2000-03-01"), 11017);
  EXPECT_EQ(day("2024-02-29"), 19782);
  for (const char* text :
       {"2024-3-31", "2024/03/31", "31.3.2024", "31/3/2024", "31-3-2024", "31-Mar-2024",
        "31 March 2024", "March 31, 2024", "Mar 31 2024", "31.3.24", "31 mar. 2024"})
    EXPECT_EQ(day(text), 19813) << text;
  EXPECT_EQ(month("3/31/2024"), 19813);
  EXPECT_EQ(day("3/31/2024"), std::nullopt);
  EXPECT_EQ(month("31/3/2024"), std::nullopt);
  EXPECT_EQ(*day("3/4/2024") - *month("3/4/2024"), 30 - 29 + 1 - 2 + 31 - 1 + 1 - 1);
  EXPECT_EQ(month("31.3.2024"), 19813) << "with points the day is always first";
  for (const char* text :
       {"2024-04", "2024/04", "2024M04", "2024-04-01", "2024Q2", "2024-Q2", "2024 Q2", "Q2 2024",
        "q2-2024", "Q2/2024", "Apr 2024", "April 2024", "Apr-2024", "2024 Apr", "2024-Apr"})
    EXPECT_EQ(day(text), 19814) << text;
  EXPECT_EQ(day("1749-01"), -80718) << "months alone, in years from 1500 to 2199";
  for (const char* text :
       {"2024-02-30",       "4711-03",     "2024Q5",  "Q0 2024",    "2024Q",       "2024M13",
        "2024M1x",          "Q2 24",       "2024.04", "24-04",      "M04",         "2023-02-29",
        "2024-13-01",       "2024-00-10",  "2024-1",  "31.3",       "1.2.3.4",     "12",
        "2024-01-01 25:00", "2024-01-01x", "a-b-c",   "31/12-2024", "2024-01-01T", ""})
    EXPECT_EQ(day(text), std::nullopt) << text;
}

TEST(Cell, ReadsTimes) {
  const auto date = [](const char* text) { return parse_date(text, DateOrder::month_first); };
  EXPECT_EQ(date("12:00"), .5);
  EXPECT_EQ(date("6:00 PM"), .75);
  EXPECT_EQ(date("12:00 AM"), 0);
  EXPECT_EQ(date("1970-01-02 12:00"), 1.5);
  EXPECT_EQ(date("1970-01-02T12:00:00Z"), 1.5);
  EXPECT_EQ(date("1970-01-02T14:00:00+02:00"), 1.5);
  EXPECT_EQ(date("1970-01-02 06:30:00-0530"), 1.5);
  EXPECT_NEAR(*date("1970-01-01 00:00:01.5"), 1.5 / 86400, 1e-12);
  EXPECT_EQ(date("12:60"), std::nullopt);
  EXPECT_EQ(date("13:00 PM"), std::nullopt);
}

TEST(Cell, PrintsDatesThatItReads) {
  for (double days = -200'000; days < 200'000; days += 97) {
    const std::string text = date_text(days);
    ASSERT_EQ(parse_date(text, DateOrder::month_first), days) << text;
  }
  EXPECT_EQ(date_text(1.5), "1970-01-02 12:00");
}

TEST(Cell, ReadsYesAndNo) {
  for (const char* text : {"true", "TRUE", "Yes", "y", "T", "on"})
    EXPECT_EQ(parse_boolean(text), true) << text;
  for (const char* text : {"false", "No", "n", "F", "off"})
    EXPECT_EQ(parse_boolean(text), false) << text;
  for (const char* text : {"1", "0", "maybe", ""}) EXPECT_EQ(parse_boolean(text), std::nullopt);
}

}  // namespace
}  // namespace lithe::data
