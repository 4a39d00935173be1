#include "program/epochs.h"

#include <gtest/gtest.h>

#include "program/amounts.h"
#include "support/expect_error.h"

namespace lithe::program {
namespace {

TEST(Mark, FindsLinesOfEitherCase) {
  const Mark mark("^epoch");
  EXPECT_TRUE(mark.found_in("Epoch 3: 9000/10000"));
  EXPECT_TRUE(mark.found_in("EPOCH"));
  EXPECT_FALSE(mark.found_in(" epoch"));
  EXPECT_FALSE(mark.found_in(""));
  EXPECT_TRUE(Mark("loss=[0-9.]+$").found_in("step 7 loss=0.25"));
}

TEST(Mark, WhatIsNoExpressionIsRefused) {
  test::expect_error(ErrorKind::usage, {"regular expression", "--mark"}, [] { Mark("("); });
}

TEST(Mark, ThePrefixLeavesNothingOutThatTheExpressionFinds) {
  EXPECT_EQ(Mark::prefix("^epoch"), "epoch");
  EXPECT_EQ(Mark::prefix("^epoch [0-9]+"), "epoch");  // of "epoch " the last may be optional
  EXPECT_EQ(Mark::prefix("^epochs?"), "epoch");
  EXPECT_EQ(Mark::prefix("^epoch|^step"), "");
  EXPECT_EQ(Mark::prefix("^(epoch)"), "");
  EXPECT_EQ(Mark::prefix("^e*"), "");
  EXPECT_EQ(Mark::prefix("epoch"), "");
  EXPECT_EQ(Mark::prefix(""), "");
}

LineSeen line(std::uint64_t seconds, std::uint64_t calls, std::uint64_t bytes,
              std::uint64_t faults) {
  LineSeen seen;
  seen.nanoseconds = seconds * 1'000'000'000;
  seen.heap.calls = calls;
  seen.heap.bytes = bytes;
  seen.faults = faults;
  return seen;
}

TEST(Epochs, AreDifferencesBetweenMarks) {
  EpochCutter cutter(10'000'000'000);
  cutter.cut(line(13, 100, 5000, 7));
  cutter.cut(line(14, 150, 9000, 8));
  cutter.cut(line(14, 140, 9500, 3));  // another process's faults; calls that a writer held back
  const auto epochs = cutter.epochs();
  ASSERT_EQ(epochs.size(), 3);
  EXPECT_DOUBLE_EQ(epochs[0].seconds, 3);
  EXPECT_EQ(epochs[0].heap.bytes, 5000);
  EXPECT_EQ(epochs[1].heap.calls, 50);
  EXPECT_EQ(epochs[1].heap.bytes, 4000);
  EXPECT_EQ(epochs[1].faults, 1);
  EXPECT_EQ(epochs[2].heap.calls, 0);
  EXPECT_EQ(epochs[2].faults, 0);
}

TEST(Epochs, TheFirstIsApart) {
  ProgramReport report;
  EXPECT_EQ(usual_epoch(report).heap.bytes, 0);
  ProgramEpoch epoch;
  for (const std::uint64_t bytes : {900, 30, 10, 20}) {
    epoch.heap.bytes = bytes;
    report.epochs.push_back(epoch);
  }
  EXPECT_EQ(usual_epoch(report).heap.bytes, 20);
  report.epochs.resize(1);
  EXPECT_EQ(usual_epoch(report).heap.bytes, 900);
}

TEST(Epochs, ARunIsDivided) {
  ProgramEpoch run;
  run.seconds = 8;
  run.heap.bytes = 4000;
  run.heap.largest = 100;
  const auto parts = divide(run, 4);
  ASSERT_EQ(parts.size(), 4);
  EXPECT_DOUBLE_EQ(parts[3].seconds, 2);
  EXPECT_EQ(parts[3].heap.bytes, 1000);
  EXPECT_EQ(parts[3].heap.largest, 100);
  EXPECT_LE(divide(run, 2'000'000'000).size(), 100'000);
}

TEST(Amounts, AsPeopleReadThem) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(999), "999 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{21} << 30), "21 GiB");
  EXPECT_EQ(bytes_text(~std::uint64_t{0}), "1.64e+04 PiB");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(1234567), "1,234,567");
}

}  // namespace
}  // namespace lithe::program
