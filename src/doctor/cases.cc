#include "doctor/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace lithe::doctor {

namespace {

// The library that programs get, the fastest if there are several names.
const BlasLibrary* given(const MachineReport& report) {
  const BlasLibrary* best = nullptr;
  for (const BlasLibrary& blas : report.blas)
    if (blas.by_loader && (best == nullptr || blas.flops_float32 > best->flops_float32))
      best = &blas;
  return best;
}

}  // namespace

bool quiet(const MachineTrials& trials) {
  constexpr double kBusy = 0.25;  // of the processors
  return trials.granted.others + trials.granted.stolen <= kBusy * trials.granted.threads;
}

std::vector<Finding> named(const MachineReport& report, const char* name) {
  std::vector<Finding> found;
  std::copy_if(report.findings.begin(), report.findings.end(), std::back_inserter(found),
               [name](const Finding& finding) { return finding.name == name; });
  return found;
}

Case blas_case(const MachineReport& report) {
  Case result{"blas", "no BLAS is installed", {}};
  if (const BlasLibrary* blas = given(report)) {
    result.observed =
        fmt::format("programs get {}{}, {:.3g} GFLOP/s of one core's {:.0f} in float32", blas->kind,
                    blas->core.empty() ? "" : ", kernels for " + blas->core,
                    blas->flops_float32 / kGiga, report.limits.flops_float32 / kGiga);
  } else if (!report.blas.empty()) {
    result.observed =
        fmt::format("{} found, none of which programs get by its name alone", report.blas.size());
  }
  for (const char* name : {"old_kernels", "slow_blas", "broken_blas"})
    for (Finding& finding : named(report, name)) result.findings.push_back(std::move(finding));
  return result;
}

Case instructions_case(const MachineReport& report) {
  std::string seen;
  for (const std::string& set : report.identity.instruction_sets)
    seen += (seen.empty() ? "" : " ") + set;
  return {"instructions", seen.empty() ? "none are known" : seen,
          named(report, "hidden_instructions")};
}

Case build_case(const MachineReport& report, const MachineTrials& trials) {
  const BuildFacts& build = trials.build;
  Case result{"build", "Lithe is built with optimisation and without assertions", {}};
  if (build.optimized && !build.assertions && build.sanitizer.empty()) return result;
  Finding finding;
  finding.name = "debug_build";
  finding.problem = fmt::format(
      "this Lithe is a build for finding errors:{}{}{}", build.optimized ? "" : " not optimised",
      build.assertions ? " with assertions" : "",
      build.sanitizer.empty() ? "" : fmt::format(" with the {} sanitizer", build.sanitizer));
  // One multiply-add of 8 floats in each cycle, half of the peak of the oldest processors with
  // AVX2.
  constexpr double kLeast = 16;
  const double possible = kLeast * report.all_cores.clock_one_core;
  const bool wide = report.limits.isa == "avx2" || report.limits.isa == "avx512";
  if (wide && report.limits.flops_float32 > 0 && possible > report.limits.flops_float32) {
    finding.factor = possible / report.limits.flops_float32;
    finding.estimated = true;
    finding.evidence = fmt::format(
        "{:.3g} GFLOP/s of one core, where its clock allows {:.0f} and "
        "more",
        report.limits.flops_float32 / kGiga, possible / kGiga);
  }
  finding.remedy = "build it as users run it";
  finding.commands = {"cmake --preset release && cmake --build --preset release"};
  finding.check = "build/release/bin/lithe doctor --all";
  finding.only_if = "it is this Lithe that you run";
  result.findings.push_back(std::move(finding));
  return result;
}

std::vector<Case> all_cases(const MachineReport& report, const MachineTrials& trials) {
  return {blas_case(report),
          thread_case(report, trials),
          settings_case(report, trials),
          quota_case(report, trials),
          others_case(report, trials),
          host_case(report, trials),
          clock_case(report, trials),
          instructions_case(report),
          build_case(report, trials),
          bandwidth_case(report, trials),
          denormals_case(trials),
          pages_case(trials),
          memory_case(trials)};
}

std::vector<Finding> findings_of(const std::vector<Case>& cases) {
  constexpr double kNothing = 1.05;
  std::vector<Finding> all;
  for (const Case& one : cases)
    std::copy_if(one.findings.begin(), one.findings.end(), std::back_inserter(all),
                 [](const Finding& f) { return f.factor == 0 || f.factor >= kNothing; });
  const auto passes = [](const Finding& f) {
    return f.name == "other_programs" || f.name == "host";
  };
  const auto rank = [passes](const Finding& f) {
    return std::tuple(!f.only_if.empty(), passes(f), -f.factor);
  };
  std::stable_sort(all.begin(), all.end(),
                   [rank](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
  return all;
}

}  // namespace lithe::doctor
