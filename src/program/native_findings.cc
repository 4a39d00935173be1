#include "program/native_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "program/line_report.h"

namespace lithe::program {

namespace {

// How a language is built well.
struct Toolchain {
  std::string_view endings;  // of files of source, each with a blank behind it
  const char* build;
  const char* also;
  const char* sums;  // how sums are allowed to become vectors
};

constexpr const char* kFastMath =
    "a sum becomes vectors only if the compiler may add in another order: -ffast-math, which "
    "changes results in their last digits and takes no heed of NaN and infinity, or #pragma omp "
    "simd reduction(+:sum) before the loop and -fopenmp-simd";

constexpr Toolchain kToolchains[] = {
    {".rs ", "rustc -C opt-level=3 -C target-cpu=native",
     "with Cargo: RUSTFLAGS=\"-C target-cpu=native\" cargo build --release",
     "a sum becomes vectors only if it is written as several: add to eight sums in turns, over "
     "chunks_exact(8)"},
    {".f .for .f77 .f90 .f95 .f03 .f08 .F .F90 ", "gfortran -O3 -march=native",
     "with CMake: -DCMAKE_BUILD_TYPE=Release -DCMAKE_Fortran_FLAGS=-march=native",
     "a sum becomes vectors only if the compiler may add in another order: -ffast-math, which "
     "changes results in their last digits and takes no heed of NaN and infinity"},
    {".c ", "gcc -O3 -march=native",
     "with CMake: -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-march=native", kFastMath},
    {"", "g++ -O3 -march=native",
     "with CMake: -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-march=native", kFastMath},
};

const Toolchain& toolchain_of(const LineFacts& line) {
  const std::size_t point = line.file.rfind('.');
  if (point != line.file.npos && line.file.find('/', point) == line.file.npos)
    for (const Toolchain& toolchain : kToolchains)
      if (toolchain.endings.find(line.file.substr(point) + " ") != std::string_view::npos)
        return toolchain;
  return *std::prev(std::end(kToolchains));
}

// What all lines have of something that a compiler could translate better.
Translated total(const ProgramFacts& facts, Translated LineFacts::*part) {
  Translated all;
  for (const LineFacts& line : facts.lines) all.add(line.*part);
  return all;
}

Estimate cost(const Translated& all) {
  return {gain(all.share, all.likely / all.share), gain(all.share, all.most / all.share),
          gain(all.share, all.least / all.share)};
}

void find_unoptimised(ProgramFacts& facts, Findings& findings) {
  const Translated all = total(facts, &LineFacts::unoptimised);
  if (all.share < kWorth) return;
  Found found(facts);
  for (LineFacts& line : facts.lines) found.add(line, line.unoptimised.share);
  if (found.most() == nullptr) return;
  const Toolchain& toolchain = toolchain_of(*found.most());
  ProgramFinding finding =
      make("unoptimised_build",
           fmt::format("it was built without optimisation: such code takes {} of the time",
                       percent(all.share)),
           fmt::format("build it with {} ({})", toolchain.build, toolchain.also), cost(all));
  finding.evidence = "such loops gain 2 to 60 times; sums least, elementwise loops most";
  for (LineFacts& line : facts.lines) line.unoptimised = {};
  findings.push_back(found.finish(std::move(finding)));
}

void find_narrow(ProgramFacts& facts, Findings& findings) {
  const Translated all = total(facts, &LineFacts::narrow);
  constexpr double kMuch = 0.1;
  if (all.share < kMuch) return;
  Found found(facts);
  for (LineFacts& line : facts.lines) found.add(line, line.narrow.share);
  if (found.most() == nullptr) return;
  const Toolchain& toolchain = toolchain_of(*found.most());
  const bool scalar = all.scalar > all.share / 2, sums = all.sums > all.share / 2;
  std::string remedy = fmt::format("build it with {} ({})", toolchain.build, toolchain.also);
  if (sums) remedy += fmt::format("; {}", toolchain.sums);
  ProgramFinding finding = make(
      "narrow_vectors",
      fmt::format("loops that take {} of the time compute {}, where this processor "
                  "computes 8 floats or 4 doubles at once",
                  percent(all.share), scalar ? "a number at a time" : "with vectors of 128 bits"),
      std::move(remedy), cost(all));
  finding.evidence = all.old > all.share / 2
                         ? "their instructions are those of the oldest x86-64 processors"
                         : "its code is for this processor, and the compiler found no vectors";
  for (LineFacts& line : facts.lines) line.narrow = {};
  findings.push_back(found.finish(std::move(finding)));
}

// ---- What a line calls ----

bool is_lock(std::string_view name) {
  for (const std::string_view prefix : {"___", "__"})
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  constexpr std::string_view kLocks[] = {"pthread_mutex_",     "pthread_rwlock_",
                                         "pthread_spin_",      "lll_lock_",
                                         "std::mutex::",       "omp_set_lock",
                                         "omp_unset_lock",     "GOMP_critical",
                                         "kmpc_critical",      "std::sys::sync::mutex::",
                                         "std::sync::mutex::", "std::sync::poison::mutex::"};
  return begins_with_one(name, kLocks);
}

// The line that locks most. A lock that ends with its block is let go of at the closing brace,
// which says nothing to a reader: then the largest of the lines between the two, or the function's
// first that is known.
std::optional<ProgramLine> line_of_lock(const ProgramFacts& facts, const LineFacts& most) {
  const auto says_something = [](const LineFacts& line) {
    const std::string text = source_line(line.file, line.line);
    return text.empty() || text.find_first_not_of("{}(); \t") != text.npos;
  };
  if (says_something(most)) return {};
  const LineFacts* best = nullptr;
  for (const LineFacts& line : facts.lines) {
    if (line.file != most.file || line.function != most.function || !says_something(line)) continue;
    const bool locks = largest(line.inside, is_lock) > 0;
    const bool best_locks = best != nullptr && largest(best->inside, is_lock) > 0;
    if (best == nullptr || locks > best_locks || (locks == best_locks && line.all > best->all))
      best = &line;
  }
  return best == nullptr ? std::nullopt : std::optional(report_line(*best));
}

// A thread that waits for a lock keeps what the lock protects from its processor's cache, so that
// the lines between locking and unlocking are slow too.
void find_lock(ProgramFacts& facts, Findings& findings) {
  constexpr double kMuch = 0.1;
  if (facts.others.empty()) return;
  std::set<std::pair<std::string, std::string>> functions;
  double locks = 0;
  for (const LineFacts& line : facts.lines) {
    const double share = largest(line.inside, is_lock);
    locks += share;
    constexpr double kSome = 0.02;
    if (share > kSome) functions.insert({line.file, line.function});
  }
  if (locks < kMuch) return;
  Found section(facts);
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double share = largest(line.inside, is_lock);
    found.add(line, share);
    if (functions.contains({line.file, line.function})) section.add(line, line.all - share);
  }
  if (found.most() == nullptr) return;
  const double all = found.all() + section.all();
  ProgramFinding finding =
      make("lock",
           fmt::format("threads wait for each other at a lock: locking and unlocking take {} of "
                       "the time, and what the lock protects {}",
                       percent(found.all()), percent(section.all())),
           "give each thread data of its own and put them together at the end, or lock once for "
           "many items",
           estimate(all, 0.02, 0.15));
  finding.low = gain(found.all(), 0.3);
  finding.place = line_of_lock(facts, *found.most());
  finding = found.finish(std::move(finding));
  findings.push_back(section.finish(std::move(finding)));
}

bool copies_memory(std::string_view name) {
  constexpr std::string_view kCopyNames[] = {"memcpy",    "__memcpy", "memmove", "__memmove",
                                             "__mempcpy", "__memset", "memset",  "mempcpy"};
  return begins_with_one(name, kCopyNames);
}

// The part of a line that copies, with the memory that the copies are made in. The system's part
// that could not be sampled belongs to what the rest does.
double copied(const LineFacts& line) {
  constexpr double kPart = 0.2, kMostly = 0.5;
  const double copies = std::max(line[Activity::copies], sum(line.native_code, copies_memory));
  const double memory = line[Activity::page_faults] + line[Activity::allocation];
  if (copies > kMostly * computed(line) ||
      (copies > kPart * computed(line) && copies + memory > kMostly * computed(line)))
    return std::max(copies, line[Activity::copies] + memory);
  return copies > kMostly * line.native ? copies + line.system : 0;
}

void find_native_copies(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  for (LineFacts& line : facts.lines) found.add(line, copied(line));
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("copies", fmt::format("copies of memory take {} of the time", percent(found.all())),
           "pass large objects by reference (const Table& table, std::span<const float>), return "
           "or store them with std::move, and loop with for (const auto& item : items)",
           estimate_with_caches(found.all(), 0, 0.05));
  findings.push_back(found.finish(std::move(finding)));
}

// Each line that is written at once is a call of the system.
void find_output(ProgramFacts& facts, Findings& findings) {
  constexpr std::string_view kWrites[] = {"write",
                                          "__write",
                                          "writev",
                                          "fflush",
                                          "_IO_fflush",
                                          "std::endl",
                                          "std::ostream::flush",
                                          "std::basic_ostream",
                                          "_gfortran_st_write",
                                          "_gfortran_flush"};
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line,
              std::min(line.system + line.waiting, largest(line.inside, [&](std::string_view name) {
                         return begins_with_one(name, kWrites);
                       })));
  if (found.all() < kWorth) return;
  ProgramFinding finding = make(
      "output",
      fmt::format("writing small pieces of output takes {} of the time", percent(found.all())),
      "let a buffer collect them: '\\n' in the place of std::endl, no flush for each line, and "
      "a line every hundred steps",
      estimate(found.all(), 0.04, 0.15));
  findings.push_back(found.finish(std::move(finding)));
}

double works(const LineFacts& line) { return line.all - line.waiting; }

// Where the main thread waits for threads that compute, what they compute is what the time is spent
// on.
void credit_workers(ProgramFacts& facts) {
  constexpr double kMuch = 0.3;
  double waited = 0, worked = 0;
  for (const LineFacts& line : facts.lines) waited += line[Wait::lock];
  for (const LineFacts& line : facts.others) worked += works(line) + largest(line.inside, is_lock);
  if (waited < kMuch || worked <= 0) return;
  for (LineFacts& line : facts.lines) {
    const double lock = line[Wait::lock];
    if (lock <= 0) continue;
    facts.add(line, -1);
    line.shrink(1 - lock / line.all);
    facts.add(line);
  }
  const double factor = waited / worked;
  for (LineFacts line : facts.others) {
    line.shrink(factor);
    for (Translated* part : {&line.unoptimised, &line.narrow}) part->grow(factor);
    for (double* part : {&line.in_steps, &line.in_large_steps}) *part *= factor;
    for (auto* names : {&line.calls, &line.inside, &line.native_code})
      for (auto& [name, share] : *names) share *= factor;
    facts.add(line);
    facts.lines.push_back(std::move(line));
  }
}

}  // namespace

void native_findings(ProgramFacts& facts, Findings& findings) {
  credit_workers(facts);
  find_lock(facts, findings);
  find_native_copies(facts, findings);
  find_output(facts, findings);
  find_unoptimised(facts, findings);
  find_narrow(facts, findings);
}

}  // namespace lithe::program
