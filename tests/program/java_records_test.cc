#include "program/java_records.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

constexpr std::string_view kText =
    "C 12 1000 100\n"
    "M Train.java\tTrain.update\n"
    "M java/lang/Double.java\tjava.lang.Double.valueOf\n"
    "L 1010 0:25\n"
    "L 1040 1:700 0:31\n"
    "E\n"
    "D 12 3000 10 Interpreter\n"
    "C 13 1000 20\n"
    "M Other.java\tOther.run\n"
    "E\n";

std::string at(std::map<pid_t, CodeMap>& maps, pid_t process, std::uint64_t address) {
  std::string text;
  for (const CodeMap::Frame& frame : maps[process].find(address))
    text += frame.code->file + " " + frame.code->name + ":" + std::to_string(frame.line) + "; ";
  return text;
}

void expect_all(std::map<pid_t, CodeMap>& maps) {
  EXPECT_EQ(at(maps, 12, 0x1000), "Train.java Train.update:25; ");
  EXPECT_EQ(at(maps, 12, 0x1010),
            "java/lang/Double.java java.lang.Double.valueOf:700; Train.java Train.update:31; ");
  EXPECT_EQ(at(maps, 12, 0x10ff), at(maps, 12, 0x1010));
  EXPECT_EQ(at(maps, 12, 0x3004), " Interpreter:0; ");
  EXPECT_EQ(at(maps, 13, 0x1004), "Other.java Other.run:0; ");
  EXPECT_EQ(at(maps, 13, 0x1020), "");
}

TEST(JavaRecords, MethodsWithThoseInlined) {
  std::map<pid_t, CodeMap> maps;
  JavaRecords records(maps);
  records.take(kText);
  expect_all(maps);
}

TEST(JavaRecords, InPartsOfAnyLength) {
  for (std::size_t length = 1; length < kText.size(); ++length) {
    std::map<pid_t, CodeMap> maps;
    JavaRecords records(maps);
    for (std::size_t i = 0; i < kText.size(); i += length) records.take(kText.substr(i, length));
    expect_all(maps);
  }
}

TEST(JavaRecords, WhatIsDamagedIsLeftOut) {
  std::map<pid_t, CodeMap> maps;
  JavaRecords records(maps);
  records.take(
      "L 10 0:1\nE\nC x 1000 10\nC 12 1000\nC -1 1000 10\n"
      "C 12 2000 100\nM A.java\tA.a\nL 2010 5:1\nL zz 0:1\nL 2020 0:-3\nL 2030 0:7\nE\n");
  EXPECT_EQ(at(maps, 12, 0x2000), "A.java A.a:7; ");
  EXPECT_EQ(at(maps, 12, 0x1000), "");
}

}  // namespace
}  // namespace lithe::program
