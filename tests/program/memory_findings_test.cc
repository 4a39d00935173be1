#include "program/memory_findings.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace lithe::program {
namespace {

Limits machine() {
  Limits limits;
  limits.read = {{"L1", 0, 2e11}, {"L2", 0, 1e11}, {"memory", 0, 3e10}};
  return limits;
}

// A program with one line.
ProgramFacts program(LineFacts line, std::vector<double> rates) {
  ProgramFacts facts;
  facts.add(line);
  facts.lines.push_back(std::move(line));
  facts.memory_rates = std::move(rates);
  return facts;
}

LineFacts line_of_loops(bool python, double share) {
  LineFacts line;
  line.file = python ? "/home/me/train.py" : "/home/me/train.c";
  line.function = "train";
  line.line = 7;
  line.python = python;
  line.all = line.native = share;
  line.activity[static_cast<std::size_t>(Activity::loops)] = share;
  return line;
}

Findings findings(ProgramFacts facts, const Limits& limits = machine()) {
  Findings found;
  memory_findings(facts, limits, found);
  return found;
}

const std::vector<double> kFast(8, 2.5e10), kSlow(8, 1e9);

TEST(MemoryFindings, LoopsAtTheSpeedOfMemory) {
  const Findings found = findings(program(line_of_loops(true, 0.9), kFast));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "memory_bandwidth");
  EXPECT_EQ(found[0].place->line, 7);
  EXPECT_NEAR(found[0].factor, 1 / (1 - 0.9 * 0.35), 1e-9);
  EXPECT_EQ(found[0].low, 1);
  EXPECT_NEAR(found[0].high, 1 / (1 - 0.9 * 0.7), 1e-9);
  EXPECT_NE(found[0].evidence.find("25 GB/s"), std::string::npos);
}

TEST(MemoryFindings, NothingOfWhatStaysInTheCaches) {
  EXPECT_TRUE(findings(program(line_of_loops(true, 0.9), kSlow)).empty());
}

TEST(MemoryFindings, NothingWithoutLooksOrLimits) {
  EXPECT_TRUE(findings(program(line_of_loops(true, 0.9), {2.5e10})).empty());
  EXPECT_TRUE(findings(program(line_of_loops(true, 0.9), kFast), {}).empty());
}

TEST(MemoryFindings, OnlyTheMomentsInWhichItIsFast) {
  std::vector<double> half = kFast;
  half.insert(half.end(), kSlow.begin(), kSlow.end());
  const Findings found = findings(program(line_of_loops(true, 1), half));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].factor, 1 / (1 - 0.6 * 0.35), 1e-9);
}

TEST(MemoryFindings, LargeStepsComeFirst) {
  LineFacts line = line_of_loops(false, 0.9);
  line.in_steps = 0.9;
  const Findings found = findings(program(line, std::vector<double>(8, 1e10)));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "memory_order");
  EXPECT_NEAR(found[0].factor, 1 / (1 - 0.9 * 0.9), 1e-9);
}

TEST(MemoryFindings, LargeStepsThatTheInstructionsTell) {
  LineFacts line = line_of_loops(false, 0.9);
  line.in_steps = line.in_large_steps = 0.9;
  const Findings found = findings(program(line, {}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "memory_order");
  EXPECT_NEAR(found[0].factor, 1 / (1 - 0.9 * 0.8), 1e-9);
}

TEST(MemoryFindings, NothingOfStepsThroughWhatTheCachesHold) {
  LineFacts line = line_of_loops(false, 0.9);
  line.in_steps = 0.9;
  EXPECT_TRUE(findings(program(line, kSlow)).empty());
}

}  // namespace
}  // namespace lithe::program
