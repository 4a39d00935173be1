#include "program/causes.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "blas/blas.h"
#include "blas/search.h"
#include "doctor/thread_settings.h"
#include "lithe/machine.h"
#include "lithe/machine_report.h"
#include "program/program_findings.h"

namespace lithe::program {

namespace {

// During its lifetime this process has the variables for BLAS and OpenMP that the program had.
class ProgramVariables {
 public:
  explicit ProgramVariables(const std::map<std::string, std::string>& variables) {
    if (variables.empty()) return;  // it loaded none of them
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const std::string name(text.substr(0, text.find('=')));
      if (concerns_them(name)) before_[name] = text.substr(std::min(text.size(), name.size() + 1));
    }
    for (const auto& [name, value] : before_)
      if (!variables.contains(name)) ::unsetenv(name.c_str());
    for (const auto& [name, value] : variables) {
      if (!concerns_them(name)) continue;
      ::setenv(name.c_str(), value.c_str(), 1);
      set_.push_back(name);
    }
  }
  ProgramVariables(const ProgramVariables&) = delete;
  ProgramVariables& operator=(const ProgramVariables&) = delete;
  ~ProgramVariables() {
    for (const std::string& name : set_) ::unsetenv(name.c_str());
    for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  static bool concerns_them(std::string_view name) {
    constexpr std::string_view kBegins[] = {"OPENBLAS_", "GOTO_", "MKL_",  "BLIS_",
                                            "OMP_",      "KMP_",  "GOMP_", "VECLIB_"};
    return std::any_of(std::begin(kBegins), std::end(kBegins),
                       [name](std::string_view begin) { return name.starts_with(begin); });
  }

  std::map<std::string, std::string> before_;
  std::vector<std::string> set_;
};

void try_blas_libraries(ProgramReport& report) {
  for (BlasLibrary& blas : report.blas) {
    const std::string path = blas.path, kind = blas.kind;
    constexpr std::chrono::seconds kLimit(5);
    blas = blas::try_with_remedy(path, true, kLimit);
    if (blas.kind.empty()) blas.kind = kind;
  }
}

double products_need(const ProgramReport& report, const Limits& limits) {
  const ProductUse use = report.epochs.empty() ? report.products : usual_epoch(report).products;
  double seconds = 0;
  if (limits.flops_float32 > 0) seconds += static_cast<double>(use.flops32) / limits.flops_float32;
  if (limits.flops_float64 > 0) seconds += static_cast<double>(use.flops64) / limits.flops_float64;
  return seconds;
}

MachineReport surroundings(const ProgramReport& report) {
  MachineReport around;
  around.identity = identify_machine();
  around.limits = machine_limits(around.identity);
  around.settings =
      doctor::thread_settings(blas::this_machine().variable, around.identity.usable_cpus);
  for (const BlasLibrary& blas : report.blas) {
    if (!blas.problem.empty()) continue;  // it worked in the program
    around.blas.push_back(blas);
    around.blas.back().names = {blas.path};
    around.blas.back().by_loader = true;
  }
  return around;
}

}  // namespace

void find_causes(ProgramFacts facts, const std::map<std::string, std::string>& variables,
                 ProgramReport& report) {
  const ProgramVariables as_it_had(variables);
  try_blas_libraries(report);
  const MachineReport around = surroundings(report);
  report.processors = around.identity.usable_cpus;
  report.products_need_seconds = products_need(report, around.limits);
  report.findings = program_findings(report, std::move(facts), around);
}

}  // namespace lithe::program
