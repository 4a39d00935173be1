#include <gtest/gtest.h>

#include <string>

#include "lithe/program_report.h"

namespace lithe {
namespace {

constexpr const char* kHostile =
    "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++times;
  return times;
}

// A report in which every text is `name`.
ProgramReport report_of(const std::string& name) {
  ProgramReport report;
  report.command = {name, name};
  report.seconds = 2;
  report.shares = {{Activity::other, 1, name}};
  ProgramLine line;
  line.file = line.function = line.text = name;
  line.line = 2;
  line.share = line.waiting = 1;
  report.lines = {line};
  report.sources = {{name, 1, {name, name}}};
  report.timeline.bin_seconds = 1;
  report.timeline.bins.resize(2);
  for (TimelineBin& bin : report.timeline.bins) {
    bin.wait[static_cast<std::size_t>(Wait::disk)] = 1;
    bin.resident_bytes = 1 << 20;
  }
  FlameNode child{FlameNode::Kind::own, name, name, 2, 2, 1, {}};
  report.flame = {FlameNode::Kind::program, "main thread", "", 0, 2, 1, {child}};
  ProgramFinding finding;
  finding.problem = finding.remedy = finding.evidence = finding.check = finding.only_if = name;
  finding.name = finding.instead = name;
  finding.commands = {name};
  finding.factor = 2;
  finding.place = line;
  report.findings = {finding};
  finding.factor = 1.01;
  report.findings.push_back(finding);
  BlasLibrary blas;
  blas.path = blas.kind = blas.core = blas.problem = name;
  report.blas = {blas};
  report.openmp = {name};
  report.missing = {name};
  report.epochs.resize(2);
  for (ProgramEpoch& epoch : report.epochs) epoch.seconds = 1;
  return report;
}

TEST(ProgramPage, NamesCannotBecomeMarkupOrScript) {
  const std::string page = program_page(report_of(kHostile));
  EXPECT_EQ(count(page, "<script"), 2) << "the page's own, and its data";
  EXPECT_EQ(count(page, "</script"), 2);
  EXPECT_EQ(count(page, "<img"), 0);
  EXPECT_EQ(count(page, "\"'&<"), 0);
}

TEST(ProgramPage, BytesThatAreNoTextAreReplaced) {
  const std::string page = program_page(report_of("a\xff\xc3(\xed\xa0\x80\xf5z"));
  for (const char* bad : {"\xff", "\xc3(", "\xed\xa0", "\xf5"}) EXPECT_EQ(count(page, bad), 0);
  EXPECT_GT(count(page, "\xef\xbf\xbd"), 0);
}

TEST(ProgramPage, ItHasAllSections) {
  const std::string page = program_page(report_of("train.py"));
  for (const char* part : {"Findings", "Over time", "Where the time goes", "Lines of the program",
                           "Facts", "2 times as fast without it", "Below 1.05 times each"})
    EXPECT_GT(count(page, part), 0) << part;
}

TEST(ProgramPage, OfManyFindingsTheFirstAreOpen) {
  ProgramReport report = report_of("train.py");
  report.findings.assign(40, report.findings.front());
  const std::string page = program_page(report);
  EXPECT_EQ(count(page, "<details"), 41) << "one is the source";
  EXPECT_EQ(count(page, "<details open"), 6);
}

TEST(ProgramPage, NothingSeenIsSaid) {
  const std::string page = program_page({});
  EXPECT_GT(count(page, "Nothing makes it slow that could be seen."), 0);
  EXPECT_GT(count(page, "No line of the program"), 0);
  EXPECT_EQ(count(page, "flame-data\">"), 0);
}

TEST(ProgramPage, ManyEpochsMakeNoLongerPage) {
  ProgramReport report = report_of("train.py");
  ProgramEpoch epoch;
  epoch.seconds = 0.00002;
  report.epochs.assign(100'000, epoch);
  EXPECT_LT(program_page(report).size(), 200'000);
}

}  // namespace
}  // namespace lithe
