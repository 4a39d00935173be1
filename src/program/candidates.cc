#include "program/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

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
  return all;
}

}  // namespace lithe::program
