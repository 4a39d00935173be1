#include "program/python_layout.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace lithe::program {
namespace {

PythonDescription described(std::uint64_t version) {
  PythonDescription words{};
  std::memcpy(words.data(), "xdebugpy", 8);
  words[1] = version;
  return words;
}

TEST(PythonLayout, OfTheVersionsThatAreKnown) {
  for (const int minor : {9, 10, 11, 12}) EXPECT_TRUE(python_layout(minor)) << minor;
  for (const int minor : {-1, 0, 8, 13, 14, 99}) EXPECT_FALSE(python_layout(minor)) << minor;
}

TEST(PythonLayout, OfAnInterpreterThatDescribesItself) {
  int minor = 0;
  PythonDescription words = described(0x030d00f0);
  words[5] = 632;    // interpreters
  words[10] = 7400;  // the collector in an interpreter,
  words[72] = 200;   // and whether it runs
  const auto layout = python_layout(words, minor);
  ASSERT_TRUE(layout);
  EXPECT_EQ(minor, 13);
  EXPECT_EQ(layout->runtime_interpreters, 632);
  EXPECT_EQ(layout->interpreter_collecting, 7600);
}

TEST(PythonLayout, WhatCannotBeIsRefused) {
  int minor = 0;
  EXPECT_FALSE(python_layout(PythonDescription{}, minor)) << "no such table";
  EXPECT_FALSE(python_layout(described(0x03630000), minor)) << "a version that is not known";
  EXPECT_FALSE(python_layout(described(0x020d0000), minor)) << "Python 2";
  PythonDescription words = described(0x030e00f0);
  words[24] = std::uint64_t{1} << 40;
  EXPECT_FALSE(python_layout(words, minor)) << "an offset beyond any structure";
}

}  // namespace
}  // namespace lithe::program
