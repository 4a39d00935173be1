#include "program/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "doctor/circumstances.h"
#include "program/finding_tools.h"
#include "program/line_report.h"
#include "program/shared_counters.h"

namespace lithe::program {

namespace {

double share_of(const ProgramReport& report, std::initializer_list<Activity> activities) {
  double sum = 0;
  for (const ActivityShare& share : report.shares)
    if (std::find(activities.begin(), activities.end(), share.activity) != activities.end())
      sum += share.share;
  return sum;
}

ProgramFinding candidate(const char* name, std::string problem, std::string remedy) {
  ProgramFinding finding = make(name, std::move(problem), std::move(remedy));
  finding.only_if_tried = true;
  return finding;
}

std::optional<ProgramLine> line_that_computes_most(const ProgramFacts& facts) {
  const auto most =
      std::max_element(facts.lines.begin(), facts.lines.end(),
                       [](const LineFacts& a, const LineFacts& b) { return a.native < b.native; });
  return most == facts.lines.end() || most->native <= 0 ? std::nullopt
                                                        : std::optional(report_line(*most));
}

ProgramFinding denormals(const ProgramFacts& facts, const std::filesystem::path& preload) {
  ProgramFinding finding = candidate(
      "denormals",
      "it computes with numbers below 1e-38 (denormals), for which the processor needs many times "
      "as long",
      "let the processor take them for zero: torch.set_flush_denormal(True); in C and C++ "
      "_mm_setcsr(_mm_getcsr() | 0x8040) in main, or link with -ffast-math; or keep them away: set "
      "to zero what decays below 1e-30");
  finding.place = line_that_computes_most(facts);
  finding.variables = {{kFlushVariable, "1"}};
  finding.commands = {fmt::format("export LD_PRELOAD={} {}=1", preload.string(), kFlushVariable)};
  return finding;
}

ProgramFinding idle_processors(const ProgramReport& report) {
  const std::string threads = std::to_string(static_cast<int>(report.processors));
  ProgramFinding finding = candidate(
      "idle_processors",
      fmt::format(
          "it uses {:.1f} of {:.0f} processors",
          report.seconds > 0 ? (report.user_seconds + report.system_seconds) / report.seconds : 1,
          report.processors),
      "let its libraries use them all");
  finding.variables = {{"OMP_NUM_THREADS", threads},
                       {"OPENBLAS_NUM_THREADS", threads},
                       {"MKL_NUM_THREADS", threads}};
  finding.commands = {
      fmt::format("export OMP_NUM_THREADS={0} OPENBLAS_NUM_THREADS={0} "
                  "MKL_NUM_THREADS={0}",
                  threads)};
  return finding;
}

// The processor's buffers hold the addresses of a few thousand pages. Where the system gives huge
// pages to those who ask, glibc (from 2.35 on) asks for them if it is told to.
ProgramFinding small_pages(const ProgramFacts& facts) {
  ProgramFinding finding = candidate(
      "small_pages",
      "its memory is in pages of 4 KiB, whose addresses are looked up again and again",
      "let the heap ask for huge pages, or ask for them in the program: madvise(memory, size, "
      "MADV_HUGEPAGE) for large arrays that begin at a multiple of 2 MiB");
  finding.place = line_that_computes_most(facts);
  finding.variables = {{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"}};
  finding.commands = {"export GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};
  return finding;
}

// Whether it meets many pages that the processor no longer has the addresses of.
bool looks_up_pages(const ProgramFacts& facts) {
  constexpr double kMany = 4e9;  // bytes a second in pages: a million pages
  constexpr std::ptrdiff_t kEnough = 4;
  const auto looks = std::ssize(facts.memory_rates);
  return looks >= kEnough && 2 * std::count_if(facts.memory_rates.begin(), facts.memory_rates.end(),
                                               [](double rate) { return rate > kMany; }) >
                                 looks;
}

}  // namespace

std::vector<ProgramFinding> candidates(const ProgramReport& report, const ProgramFacts& facts,
                                       const std::filesystem::path& preload) {
  std::vector<ProgramFinding> all;
  constexpr double kMuch = 0.5, kOne = 1.3;
  const double busy =
      report.seconds > 0 ? (report.user_seconds + report.system_seconds) / report.seconds : 0;
  const double arithmetic = share_of(report, {Activity::products, Activity::loops});
  const double others = share_of(report, {Activity::other});
  const bool threaded = !report.blas.empty() || !report.openmp.empty();
  if (threaded && report.processors >= 2 && busy < kOne && arithmetic > kMuch)
    all.push_back(idle_processors(report));
  if (arithmetic + others > kMuch && !preload.empty()) all.push_back(denormals(facts, preload));
  if (looks_up_pages(facts) && doctor::huge_page_mode() == "madvise")
    all.push_back(small_pages(facts));
  return all;
}

}  // namespace lithe::program
