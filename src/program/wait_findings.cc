#include "program/wait_findings.h"

#include <fmt/format.h>

#include <set>
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
  const char* name;
  const char* problem;  // "it ... in 40% of the time"
  const char* remedy;
};

constexpr WaitRule kWaitRules[] = {
    {Wait::sync, "sync in libc", "fsync", "waits until the disk has what was written (fsync)",
     "do that once an epoch, or every few minutes: the system writes by itself, and a program that "
     "ends loses nothing"},
    {Wait::sleep, "nanosleep in", "sleep", "sleeps",
     "wait for what it waits for, not for a time: a queue's get(), an Event's wait(), "
     "subprocess.wait()"},
    {Wait::disk, "pread64 in", "reading", "waits for the disk",
     "read the files once, before the first epoch, and keep the arrays"},
    {Wait::network, "recv in", "network", "waits for the network",
     "fetch the data once, before the first epoch; send and log many records at a time, from "
     "another thread"},
    {Wait::terminal, "", "output", "waits for the terminal", "print less often"},
};

// What a line waits, with the calls that it waits in: a line that mostly waits does little else. A
// line that never waits has samples of these calls from the line before it.
double waited(const LineFacts& line, const WaitRule& rule) {
  constexpr double kMostly = 0.3, kNever = 0.03, kAlways = 0.8;
  const double in_calls = sum(line.native_code, [&rule](std::string_view name) {
    return !rule.call.empty() && name.find(rule.call) != name.npos;
  });
  if (line[rule.wait] < kNever * line.all && in_calls < kAlways * line.all) return line[rule.wait];
  const double share = line[rule.wait] + in_calls;
  return share > kMostly * line.all ? line.all : share;
}

void find_wait(ProgramFacts& facts, const WaitRule& rule, Findings& findings) {
  // A function that mostly waits for the disk to have a file does little but write that.
  constexpr double kMostly = 0.5;
  std::set<FunctionName> whole;
  if (rule.wait == Wait::sync)
    whole = functions_with(facts, kMostly,
                           [&rule](const LineFacts& line) { return waited(line, rule); });
  std::erase_if(whole, [](const FunctionName& name) { return name.second == "<module>"; });
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line, whole.contains(function_of(line)) ? line.all : waited(line, rule));
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make(rule.name, fmt::format("it {} in {} of the time", rule.problem, percent(found.all())),
           rule.remedy, estimate_of_memory(found.all(), 0, 0.05));
  findings.push_back(found.finish(std::move(finding)));
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
