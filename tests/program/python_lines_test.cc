#include "program/python_lines.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace lithe::program {
namespace {

// Of this function, whose first line is 3, as compiled by each version (its attribute co_lnotab,
// co_linetable):
//
//   def f(x):
//       y = x
//
//       return y
TEST(PythonLines, OfEachVersion) {
  using namespace std::literals;
  const std::string of_9 = "\x00\x01\x04\x02"s, of_10 = "\x04\x01\x04\x02"s;
  for (const auto& [minor, table] : {std::pair{9, of_9}, std::pair{10, of_10}}) {
    EXPECT_EQ(python_line(minor, table, 3, minor == 9 ? 0 : 0), 4) << minor;
    EXPECT_EQ(python_line(minor, table, 3, minor == 9 ? 2 : 1), 4) << minor;
    EXPECT_EQ(python_line(minor, table, 3, minor == 9 ? 4 : 2), 6) << minor;
    EXPECT_EQ(python_line(minor, table, 3, minor == 9 ? 6 : 3), 6) << minor;
  }
  // RESUME on line 3; LOAD_FAST and STORE_FAST on line 4; LOAD_FAST and RETURN_VALUE on line 6.
  const std::string of_11 = "\x80\x00\xd8\x08\x09\x80\x41\xe0\x0b\x0c\x80\x48"s;
  EXPECT_EQ(python_line(11, of_11, 3, 0), 3);
  EXPECT_EQ(python_line(11, of_11, 3, 1), 4);
}

// An entry of the table of 3.11 and later, of one instruction.
std::string entry(int kind, std::string rest) {
  return static_cast<char>(0x80 | kind << 3) + std::move(rest);
}

// Entries of all kinds, one instruction each: without columns, long, on the same line, on the next,
// and without a line.
TEST(PythonLines, EntriesOfAllKinds) {
  // Lines are +5, then -2 by a long entry, the same, +1, +2, none.
  const std::string table = entry(13, "\x0a") + entry(14, std::string("\x05\0\1\1", 4)) +
                            entry(0, "\x11") + entry(11, "\1\1") + entry(12, "\1\1") +
                            entry(15, "");
  const int lines[] = {15, 13, 13, 14, 16, 0};
  for (std::size_t i = 0; i < std::size(lines); ++i)
    EXPECT_EQ(python_line(12, table, 10, i), lines[i]) << i;
  EXPECT_EQ(python_line(12, table, 10, 100), 0) << "beyond its end";
}

// A damaged table adds up to more than a line can be.
TEST(PythonLines, LinesThatCannotBe) {
  const int most = std::numeric_limits<int>::max();
  EXPECT_EQ(python_line(11, "\xe0\1\1", most, 0), 0);
  EXPECT_EQ(python_line(11, "\xd8\1\1", -5, 0), 0);
  EXPECT_EQ(python_line(10, std::string("\4\x7f", 2), most, 0), 0);
  EXPECT_EQ(python_line(9, std::string("\0\x7f", 2), most, 1), 0);
}

TEST(PythonLines, AnyBytesAreRead) {
  std::minstd_rand random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string table(random() % 40, '\0');
    for (char& c : table) c = static_cast<char>(random());
    for (const int minor : {9, 10, 11, 14}) python_line(minor, table, 1, random() % 100);
  }
}

}  // namespace
}  // namespace lithe::program
