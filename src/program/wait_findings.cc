#include "program/wait_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "program/line_report.h"
#include "program/loop_findings.h"

namespace lithe::program {

namespace {

struct WaitRule {
  Wait wait;
  std::string_view call;  // of the C library, that does the same without waiting
  std::string_view word;  // in a line that does nothing else
  const char* name;
  const char* problem;  // "it ... in 40% of the time"
  const char* remedy;
  Estimate (*cost)(double share, double likely, double most) = estimate;
};

constexpr WaitRule kWaitRules[] = {
    {Wait::sync, "sync in libc", "sync(", "fsync",
     "waits until the disk has what was written (fsync)",
     "do that once an epoch, or every few minutes: the system writes by itself, and a program that "
     "ends loses nothing"},
    {Wait::sleep, "nanosleep in", "sleep(", "sleep", "sleeps",
     "wait for what it waits for, not for a time: a queue's get(), an Event's wait(), "
     "subprocess.wait()",
     estimate_with_caches},
    {Wait::disk, "pread64 in", ".read", "reading", "waits for the disk",
     "read the files once, before the first epoch, and keep the arrays"},
    {Wait::network, "recv in", ".recv", "network", "waits for the network",
     "fetch the data once, before the first epoch; send and log many records at a time, from "
     "another thread"},
    {Wait::terminal, "", "", "output", "waits for the terminal", "print less often"},
};

// Whether the text of a line that waits says that it only waits.
bool says_so(const LineFacts& line, const WaitRule& rule) {
  constexpr double kSome = 0.1;
  if (line[rule.wait] <= kSome * line.all || rule.word.empty()) return false;
  const std::string text = source_line(line.file, line.line);
  return text.find(rule.word) != text.npos && text.find(';') == text.npos;
}

// What a line waits, with what the processor does in such calls.
double waited(const LineFacts& line, const WaitRule& rule) {
  constexpr double kMostly = 0.5;
  const double waits = line[rule.wait];
  if (waits > kMostly * line.all) return waits + line.system;
  return waits + sum(line.native_code, [&rule](std::string_view name) {
           return !rule.call.empty() && name.find(rule.call) != name.npos;
         });
}

// State, stack and sample are of moments a little apart. Where a line says what it does, all of its
// time counts, and what other lines seem to wait is left over from it.
void find_wait(ProgramFacts& facts, const WaitRule& rule, Findings& findings) {
  const bool said = std::any_of(facts.lines.begin(), facts.lines.end(),
                                [&rule](const LineFacts& line) { return says_so(line, rule); });
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    if (!said) found.add(line, waited(line, rule));
    if (says_so(line, rule)) found.add(line, line.all);
  }
  if (found.all() < kWorth) return;
  findings.push_back(found.finish(
      make(rule.name, fmt::format("it {} in {} of the time", rule.problem, percent(found.all())),
           rule.remedy, rule.cost(found.all(), 0, 0.05))));
}

// A program that is started in a loop. What starts a training and waits for it has no loop.
void find_children(ProgramFacts& facts, Findings& findings) {
  if (!facts.later || !loop_line(facts)) return;
  constexpr std::string_view kStarts[] = {"os.system(", "os.popen("};
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double started =
        largest(line.inside, [](std::string_view name) { return name.starts_with("subprocess."); });
    found.add(line, holds_one(source_line(line.file, line.line), kStarts) ? line.all : started);
  }
  if (found.all() < kWorth) return;
  findings.push_back(found.finish(make(
      "child_processes",
      fmt::format("it starts another program over and over, and waits for it in {} of the time",
                  percent(found.all())),
      "start it once, before the loop, and keep its answer; what common programs do (cp, ls, "
      "date, nproc) Python's library does too: shutil, pathlib, datetime, os",
      estimate(found.all(), 0, 0.05))));
}

}  // namespace

void wait_findings(ProgramFacts& facts, Findings& findings) {
  find_children(facts, findings);
  for (const WaitRule& rule : kWaitRules) find_wait(facts, rule, findings);
}

void find_interpreter_lock(ProgramFacts& facts, double processors, Findings& findings) {
  constexpr double kSome = 0.3;
  Found found(facts);
  double waited = 0;
  for (LineFacts& line : facts.lines) waited += line[Wait::interpreter];
  LineFacts* most = nullptr;
  for (std::vector<LineFacts>* lines : {&facts.lines, &facts.others})
    for (LineFacts& line : *lines) {
      if (lines == &facts.others) waited += line[Wait::interpreter];
      if (most == nullptr || line[Wait::interpreter] > (*most)[Wait::interpreter]) most = &line;
    }
  const double useful = std::min(facts.wanted, processors);
  if (most == nullptr || waited < kSome || useful < 1 + kWorth) return;
  ProgramFinding finding = make(
      "gil",
      fmt::format("{:.1f} threads of Python want to compute, and one at a time can: the others "
                  "wait for the interpreter's lock",
                  facts.wanted),
      "use processes in the place of threads (concurrent.futures.ProcessPoolExecutor), or one "
      "thread and work on whole arrays",
      Estimate{std::max(1.05, 0.9 * useful), 1, useful});
  finding.place = report_line(*most);
  findings.push_back(std::move(finding));
}

}  // namespace lithe::program
