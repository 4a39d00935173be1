// Lines and causes of compiled programs that run.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "lithe/program_report.h"

namespace lithe {
namespace {

ProgramReport examine(const char* program, const std::string& what) {
  ExamineProgram options;
  options.command = {program, what, "1.2"};
  options.preload = LITHE_PRELOAD;
  options.budget = 0;
  return examine_program(options);
}

// The number of the line whose comment has this name.
int line_named(const std::string& name) {
  std::ifstream source(LITHE_SOURCE_DIR "/tests/program/native_subject.cc");
  std::string text;
  for (int line = 1; std::getline(source, text); ++line)
    if (text.find("// the line \"" + name + "\"") != text.npos) return line;
  return -1;
}

bool sampled(const ProgramReport& report) {
  return report.sampling == Sampling::events || report.sampling == Sampling::events_of_user;
}

const ProgramFinding* finding(const ProgramReport& report, const std::string& name) {
  const auto at = std::find_if(report.findings.begin(), report.findings.end(),
                               [&](const ProgramFinding& found) { return found.name == name; });
  return at == report.findings.end() ? nullptr : &*at;
}

TEST(NativeLines, WithoutOptimisationTheCauseIsNamedAtItsLine) {
  const ProgramReport report = examine(LITHE_UNOPTIMISED, "scale");
  if (!sampled(report)) GTEST_SKIP() << "the system refuses performance events";
  ASSERT_FALSE(report.lines.empty());
  EXPECT_EQ(report.lines[0].line, line_named("scale"));
  EXPECT_EQ(report.lines[0].function, "scale");
  EXPECT_TRUE(report.lines[0].file.ends_with("/native_subject.cc"));
  EXPECT_GT(report.lines[0].share, 0.8);
  const ProgramFinding* found = finding(report, "unoptimised_build");
  ASSERT_NE(found, nullptr);
  ASSERT_TRUE(found->place.has_value());
  EXPECT_EQ(found->place->line, line_named("scale"));
  EXPECT_GT(found->factor, 3);
  EXPECT_LE(found->low, found->factor);
  EXPECT_GE(found->high, found->factor);
  EXPECT_EQ(finding(report, "narrow_vectors"), nullptr);
}

TEST(NativeLines, ACopyBelongsToTheLineThatCallsMemcpy) {
  const ProgramReport report = examine(LITHE_OPTIMISED, "copy");
  if (!sampled(report)) GTEST_SKIP() << "the system refuses performance events";
  const ProgramFinding* found = finding(report, "copies");
  ASSERT_NE(found, nullptr);
  ASSERT_TRUE(found->place.has_value());
  EXPECT_EQ(found->place->line, line_named("copy"));
  EXPECT_EQ(finding(report, "unoptimised_build"), nullptr);
}

TEST(NativeLines, ASleepIsAWaitAtItsLine) {
  const ProgramReport report = examine(LITHE_OPTIMISED, "sleep");
  if (!sampled(report)) GTEST_SKIP() << "the system refuses performance events";
  ASSERT_FALSE(report.lines.empty());
  EXPECT_EQ(report.lines[0].line, line_named("sleep"));
  EXPECT_GT(report.lines[0].waiting, 0.8);
}

TEST(NativeLines, WithoutDebuggingInformationTheFunctionIsNamed) {
  const ProgramReport report = examine(LITHE_WITHOUT_LINES, "scale");
  if (!sampled(report)) GTEST_SKIP() << "the system refuses performance events";
  ASSERT_FALSE(report.lines.empty());
  EXPECT_EQ(report.lines[0].file, LITHE_WITHOUT_LINES);
  EXPECT_EQ(report.lines[0].function, "scale");
  EXPECT_EQ(report.lines[0].line, 0);
  EXPECT_TRUE(std::any_of(report.missing.begin(), report.missing.end(), [](const std::string& m) {
    return m.find("no debugging information") != m.npos;
  }));
  EXPECT_NE(finding(report, "unoptimised_build"), nullptr);  // by its instructions
}

TEST(NativeLines, AStrippedProgramIsReadToo) {
  const ProgramReport report = examine(LITHE_STRIPPED, "scale");
  if (!sampled(report)) GTEST_SKIP() << "the system refuses performance events";
  ASSERT_FALSE(report.lines.empty());
  EXPECT_EQ(report.lines[0].file, LITHE_STRIPPED);
  EXPECT_GT(report.lines[0].share, 0.8);
}

}  // namespace
}  // namespace lithe
