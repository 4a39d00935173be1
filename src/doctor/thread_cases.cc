// Checks of threads: those of the default BLAS and of OpenMP, and the environment variables about
// them.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "doctor/cases.h"

namespace lithe::doctor {

namespace {

double least(const ProductTrial& p) { return std::min(p.one, p.all); }
double factor(const ProductTrial& p) { return least(p) > 0 ? p.by_default / least(p) : 0; }

std::string kind_of(const MachineReport& report, const std::string& path) {
  for (const BlasLibrary& blas : report.blas)
    if (blas.path == path) return blas.kind;
  return {};
}

const ThreadSetting* setting(const MachineReport& report, std::string_view variable) {
  for (const ThreadSetting& set : report.settings)
    if (set.variable == variable) return &set;
  return nullptr;
}

// The variables that set the number of threads of a library, in order of precedence.
std::vector<std::string> variables_of(const std::string& kind) {
  if (kind == "OpenBLAS") return {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"};
  if (kind == "BLIS") return {"BLIS_NUM_THREADS", "OMP_NUM_THREADS"};
  if (kind == "MKL") return {"MKL_NUM_THREADS", "OMP_NUM_THREADS"};
  return {"OMP_NUM_THREADS"};
}

std::string duration(double seconds) {
  return seconds < 1e-3 ? fmt::format("{:.3g} us", 1e6 * seconds)
                        : fmt::format("{:.3g} ms", 1e3 * seconds);
}

std::string threads_text(int count) {
  return count == 1 ? "one thread" : fmt::format("{} threads", count);
}

// The times by number of threads, as text.
std::string by_threads(int by_default, double default_seconds, int all, double all_seconds,
                       double one_seconds) {
  std::string text = fmt::format("{} with the {} that it takes", duration(default_seconds),
                                 threads_text(by_default));
  if (all != by_default && all != 1)
    text += fmt::format(", {} with {}", duration(all_seconds), all);
  if (by_default != 1) text += fmt::format(", {} with one", duration(one_seconds));
  return text;
}

std::string evidence(const BlasThreads& blas, const ProductTrial& p) {
  return fmt::format("a product of {}x{} with {}x{}: {}", p.rows, p.inner, p.inner, p.columns,
                     by_threads(blas.by_default, p.by_default, blas.all, p.all, p.one));
}

std::string evidence(const OpenMpThreads& openmp) {
  return "a parallel region that is a tenth of a millisecond for one thread: " +
         by_threads(openmp.by_default, openmp.default_seconds, openmp.all, openmp.all_seconds,
                    openmp.one_seconds);
}

// The best number of threads; 0 if it is unknown, because while other programs run two threads may
// lose to one without being the cause.
int right_number(int by_default, int all, bool one_is_best, bool is_quiet) {
  if (one_is_best && !is_quiet) return by_default > all ? all : 0;
  return one_is_best ? 1 : all;
}

// The command that sets the number of threads: it unsets the present variable if the default is
// right, otherwise it sets the variable.
std::vector<std::string> take(int threads, const MachineReport& report,
                              const std::vector<std::string>& variables) {
  const bool by_itself = threads == report.all_cores.threads && threads > 1;
  for (const std::string& variable : variables)
    if (setting(report, variable) != nullptr)
      return {by_itself ? "unset " + variable : fmt::format("export {}={}", variable, threads)};
  return {fmt::format("export {}={}", variables.front(), threads)};
}

void add_blas(const MachineReport& report, const BlasThreads& blas, bool is_quiet, Case& result) {
  const auto worst = std::max_element(
      blas.products.begin(), blas.products.end(),
      [](const ProductTrial& a, const ProductTrial& b) { return factor(a) < factor(b); });
  if (worst == blas.products.end() || factor(*worst) < kMuch) return;
  const int right = right_number(blas.by_default, blas.all, worst->one <= worst->all, is_quiet);
  if (right == 0) return;
  Finding finding;
  finding.name = "threads";
  finding.factor = factor(*worst);
  finding.problem =
      fmt::format("{} works with {} and is faster with {}", blas.path,
                  threads_text(blas.by_default), right == 1 ? "one" : std::to_string(right));
  // The best number may differ between sizes.
  const bool other_way =
      is_quiet &&
      std::any_of(blas.products.begin(), blas.products.end(), [right](const ProductTrial& p) {
        return right == 1 ? p.one > kMuch * p.all : p.all > kMuch * p.one;
      });
  if (other_way)
    finding.only_if =
        fmt::format("its products are about as {} as {}x{}x{}", right == 1 ? "small" : "large",
                    worst->rows, worst->inner, worst->columns);
  finding.evidence = evidence(blas, *worst);
  finding.remedy = fmt::format("let it take {}", threads_text(right));
  finding.commands = take(right, report, variables_of(kind_of(report, blas.path)));
  finding.check = kAgain;
  result.findings.push_back(std::move(finding));
}

void add_openmp(const MachineReport& report, const OpenMpThreads& openmp, bool is_quiet,
                Case& result) {
  const double best = std::min(openmp.all_seconds, openmp.one_seconds);
  if (best <= 0 || openmp.default_seconds < kMuch * best) return;
  const int right = right_number(openmp.by_default, openmp.all,
                                 openmp.one_seconds <= openmp.all_seconds, is_quiet);
  if (right == 0) return;
  Finding finding;
  finding.name = "threads";
  finding.factor = openmp.default_seconds / best;
  finding.problem =
      fmt::format("OpenMP works with {} on {:.3g} processors (PyTorch, scikit-learn, some BLAS)",
                  threads_text(openmp.by_default), report.identity.usable_cpus);
  finding.evidence = evidence(openmp);
  finding.remedy = fmt::format("start {}", threads_text(right));
  finding.commands = take(right, report, {"OMP_NUM_THREADS"});
  finding.check = kAgain;
  result.findings.push_back(std::move(finding));
}

// The library that a variable concerns.
std::string_view user_of(std::string_view variable) {
  const auto starts = [variable](std::string_view start) { return variable.starts_with(start); };
  if (starts("OMP_") || starts("GOMP_")) return "OpenMP";
  if (starts("OPENBLAS_") || starts("GOTO_")) return "OpenBLAS";
  if (starts("BLIS_")) return "BLIS";
  if (starts("MKL_")) return "MKL";
  if (starts("KMP_")) return "the OpenMP of Intel or LLVM";
  if (starts("NUMEXPR_")) return "NumExpr";
  if (starts("VECLIB_")) return "Accelerate";
  if (starts("PYTHON")) return "Python";
  return "the C library's heap";
}

}  // namespace

Case thread_case(const MachineReport& report, const MachineTrials& trials) {
  Case result{"threads", "not measured", {}};
  const BlasThreads& blas = trials.blas;
  const OpenMpThreads& openmp = trials.openmp;
  if (!blas.products.empty()) result.observed = evidence(blas, blas.products.back());
  if (openmp.by_default > 0)
    result.observed +=
        fmt::format("{}OpenMP takes {}", result.observed.empty() ? "" : "; ", openmp.by_default);
  add_openmp(report, openmp, quiet(trials), result);
  add_blas(report, blas, quiet(trials), result);
  if (blas.products.empty())
    for (Finding& finding : named(report, "threads")) result.findings.push_back(std::move(finding));
  return result;
}

Case settings_case(const MachineReport& report, const MachineTrials& trials) {
  Case result{"settings", "nothing about threads or kernels is set", {}};
  if (!report.settings.empty()) result.observed.clear();
  for (const ThreadSetting& set : report.settings)
    result.observed +=
        fmt::format("{}{}={}", result.observed.empty() ? "" : ", ", set.variable, set.value);
  const std::string kind = kind_of(report, trials.blas.path);
  for (Finding& finding : named(report, "settings")) {
    const std::string_view user = user_of(finding.problem);
    const bool measured = (user == "OpenMP" && trials.openmp.by_default > 0) ||
                          (user == kind && !trials.blas.products.empty());
    if (measured) continue;  // the threads' case says what it costs
    finding.only_if = fmt::format("the program uses {}", user);
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace lithe::doctor
