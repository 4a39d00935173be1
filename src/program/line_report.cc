#include "program/line_report.h"

#include <algorithm>
#include <map>

#include "program/source_text.h"

namespace lithe::program {

namespace {

ProgramLine::Shares largest_shares(const std::map<std::string, double>& shares) {
  constexpr std::size_t kMost = 8;
  ProgramLine::Shares sorted(shares.begin(), shares.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  sorted.resize(std::min(kMost, sorted.size()));
  return sorted;
}

}  // namespace

std::string source_line(const std::string& file, int line) { return SourceText().line(file, line); }

ProgramLine report_line(const LineFacts& facts) {
  ProgramLine line;
  line.file = facts.file;
  line.function = facts.function;
  line.line = facts.line;
  line.text = source_line(facts.file, facts.line);
  line.share = facts.all;
  line.interpreter = facts.interpreter;
  line.native = facts.native;
  line.system = facts.system;
  line.waiting = facts.waiting;
  line.calls = largest_shares(facts.calls);
  line.code = largest_shares(facts.native_code);
  line.around = largest_shares(facts.around);
  return line;
}

ProgramLine line_that_says(const LineFacts& function, std::string_view text) {
  ProgramLine line = report_line(function);
  if (const int found = SourceText().find_in_function(line.file, line.line, text); found > 0) {
    line.line = found;
    line.text = source_line(line.file, found);
  }
  return line;
}

void report_lines(const ProgramFacts& facts, ProgramReport& report) {
  constexpr double kWorthALine = 0.005;
  for (const LineFacts& line : facts.lines)
    if (line.all >= kWorthALine) report.lines.push_back(report_line(line));
  report.sources = SourceText().excerpts(report.lines);
  report.lines_of_later_epochs = facts.later;
  for (int i = 1; i < kWaits; ++i)
    if (const double share = facts[static_cast<Wait>(i)]; share >= kWorthALine)
      report.waits.push_back({static_cast<Wait>(i), share});
  std::sort(report.waits.begin(), report.waits.end(),
            [](const WaitShare& a, const WaitShare& b) { return a.share > b.share; });
}

}  // namespace lithe::program
