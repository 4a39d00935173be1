#include "program/output_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "program/line_report.h"

namespace lithe::program {

namespace {

// Whether it opens a file to write: open(path, "a"), path.open(mode="w").
bool opens_to_write(std::string_view text) {
  const std::size_t call = text.find("open(");
  if (call == text.npos) return false;
  for (std::size_t at = call; (at = text.find_first_of("\"'", at)) != text.npos; ++at) {
    std::string_view mode = text.substr(at + 1);
    mode = mode.substr(0, mode.find(text[at]));
    if (!mode.empty() && mode.find_first_not_of("wax+bt") == mode.npos &&
        mode.find_first_of("wax") != mode.npos)
      return true;
  }
  return false;
}

bool writes(std::string_view text) {
  constexpr std::string_view kWrites[] = {".write(",   ".writelines(", "print(",      ".flush(",
                                          "writerow(", ".writerows(",  "logging.",    "logger.",
                                          "log.info",  "log.debug",    ".write_text("};
  return holds_one(text, kWrites);
}

// A call of the system for each piece: at least this part of the line's time.
bool calls_the_system(const LineFacts& line) {
  constexpr double kPart = 0.15;
  constexpr std::string_view kCalls[] = {"write in libc", "open in libc",      "open64 in libc",
                                         "lseek in libc", "close in libc",     "fstat in libc",
                                         "ioctl in libc", "tcgetattr in libc", "openat in libc"};
  const double calls =
      sum(line.native_code, [&kCalls](std::string_view name) { return holds_one(name, kCalls); });
  return std::max(line[Activity::kernel], calls) + line[Wait::terminal] > kPart * line.all;
}

}  // namespace

void output_findings(ProgramFacts& facts, Findings& findings) {
  std::set<std::pair<std::string, std::string>> functions;
  bool opens = false;
  double most = 0;
  for (const LineFacts& line : facts.lines) {
    const std::string text = source_line(line.file, line.line);
    const bool opened = opens_to_write(text);
    if ((!opened && !writes(text)) || !calls_the_system(line)) continue;
    functions.insert({line.file, line.function});
    if (line.all > most) opens = opened;
    most = std::max(most, line.all);
  }
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const std::string text = source_line(line.file, line.line);
    if (functions.contains({line.file, line.function}) && (opens_to_write(text) || writes(text)))
      found.add(line, line.all);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("output",
           fmt::format("writing small pieces of output takes {} of the time{}",
                       percent(found.all()), opens ? ": a file is opened for each" : ""),
           opens ? "open the file once, before the loop, and write to it; print a line every "
                   "hundred steps"
                 : "let a buffer collect it (no flush for each line), and write a line every "
                   "hundred steps",
           estimate_with_caches(found.all(), 0.03, 0.15));
  if (opens) finding.instead = "log = open(path, \"a\")    # once, before the loop";
  findings.push_back(found.finish(std::move(finding)));
}

}  // namespace lithe::program
