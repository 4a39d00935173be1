#include "program/program_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "machine/blas_findings.h"
#include "program/activity.h"
#include "program/amounts.h"

namespace lithe::program {

namespace {

using Findings = std::vector<ProgramFinding>;

double share_of(const ProgramReport& report, Activity activity) {
  for (const ActivityShare& share : report.shares)
    if (share.activity == activity) return share.share;
  return 0;
}

// Of the time that threads had work: those that spin beside the others hold nobody up by it.
double working_share(const ProgramReport& report, std::initializer_list<Activity> activities) {
  const double working = 1 - share_of(report, Activity::waiting);
  double sum = 0;
  for (const Activity activity : activities) sum += share_of(report, activity);
  return working > 0 ? sum / working : 0;
}

// What is gained if a share of the time goes, at most.
double gain(double share) { return share < 1 ? 1 / (1 - share) : 0; }

const char* mostly(const ProgramReport& report, Activity activity) {
  for (const ActivityShare& share : report.shares)
    if (share.activity == activity) return share.mostly.c_str();
  return "";
}

std::string percent(double share) { return fmt::format("{:.0f}%", 100 * share); }

// "OPENBLAS_CORETYPE=SkylakeX".
std::vector<std::pair<std::string, std::string>> variable_of(const std::string& setting) {
  const std::size_t sign = setting.find('=');
  if (sign == setting.npos) return {};
  return {{setting.substr(0, sign), setting.substr(sign + 1)}};
}

// What is wrong with the libraries themselves, in the words of `lithe info`; a library that is
// n times too slow makes the program slower by as much as its products take.
void add_blas(const ProgramReport& report, const MachineReport& around, Findings& found) {
  const double products = working_share(report, {Activity::products});
  for (const Finding& of_library : machine::blas_findings(around)) {
    ProgramFinding finding;
    finding.problem = of_library.problem;
    if (of_library.factor > 1) {
      finding.problem +=
          fmt::format(": its products take {:.1f} times as long as they need", of_library.factor);
      finding.problem += fmt::format(", and are {} of the program's time", percent(products));
      finding.factor = 1 / (1 - products + products / of_library.factor);
    }
    finding.remedy = of_library.remedy;
    for (const BlasLibrary& blas : report.blas)
      if (!blas.remedy.empty() && finding.remedy.find(blas.remedy) != std::string::npos)
        finding.variables = variable_of(blas.remedy);
    found.push_back(std::move(finding));
  }
}

void add_two_blas(const ProgramReport& report, const MachineReport&, Findings& found) {
  if (report.blas.size() < 2) return;
  std::vector<std::string> paths;
  for (const BlasLibrary& blas : report.blas) paths.push_back(blas.path);
  found.push_back(
      {fmt::format("{} BLAS libraries are loaded at once, each with threads of its own: {}",
                   report.blas.size(), fmt::join(paths, ", ")),
       "install the packages that load them from one source (all of Debian's, all of "
       "PyPI's or all of conda's)",
       0,
       false,
       {},
       0});
}

void add_two_openmp(const ProgramReport& report, const MachineReport&, Findings& found) {
  if (report.openmp.size() < 2) return;
  found.push_back(
      {fmt::format("{} OpenMP runtimes are loaded at once ({}): each starts its own threads, which "
                   "spin on one another's processors",
                   report.openmp.size(), fmt::join(report.openmp, ", ")),
       "install the packages that load them from one source; until then set OMP_NUM_THREADS=1",
       0,
       false,
       {{"OMP_NUM_THREADS", "1"}},
       0});
}

const std::vector<std::pair<std::string, std::string>>& one_thread() {
  static const std::vector<std::pair<std::string, std::string>> variables = {
      {"OMP_NUM_THREADS", "1"},
      {"OPENBLAS_NUM_THREADS", "1"},
      {"MKL_NUM_THREADS", "1"},
      {"BLIS_NUM_THREADS", "1"}};
  return variables;
}

void add_spinning(const ProgramReport& report, const MachineReport&, Findings& found) {
  const double waiting = share_of(report, Activity::waiting);
  const double burnt = report.user_seconds + report.system_seconds;
  constexpr double kMuch = 0.1;
  if (waiting < kMuch) return;
  found.push_back(
      {fmt::format(
           "threads that spin for work burn {} of the processor time ({:.3g} of {:.3g} s, in "
           "{:.3g} s by the clock; mostly {}): the work is too small to share out",
           percent(waiting), waiting * burnt, burnt, report.seconds,
           mostly(report, Activity::waiting)),
       "set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1 (MKL_NUM_THREADS, BLIS_NUM_THREADS); "
       "several runs side by side use the processors better",
       0, false, one_thread(), 0});
}

// Much processor time for its duration, and it is not spinning that takes it.
void add_threads(const ProgramReport& report, const MachineReport&, Findings& found) {
  const double burnt = report.user_seconds + report.system_seconds;
  const double busy = report.seconds > 0 ? burnt / report.seconds : 0;
  if (busy < 1.3 || share_of(report, Activity::waiting) >= 0.1) return;
  if (report.blas.empty() && report.openmp.empty()) return;
  found.push_back(
      {fmt::format("it keeps {:.1f} processors busy; whether that makes it faster than one "
                   "does only a trial can tell",
                   busy),
       "set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1 and compare, or `lithe doctor "
       "--try -- ...`",
       0, false, one_thread(), 0});
}

std::string traffic(const ProgramReport& report) {
  if (!report.counted) return "it asks the heap for memory over and over";
  if (report.epochs.empty())
    return fmt::format("it asks the heap for {} in {} calls", bytes_text(report.heap.bytes),
                       count_text(report.heap.calls));
  const ProgramEpoch usual = usual_epoch(report);
  return fmt::format("it asks the heap for {} an epoch in {} calls", bytes_text(usual.heap.bytes),
                     count_text(usual.heap.calls));
}

void add_allocation(const ProgramReport& report, const MachineReport&, Findings& found) {
  const double heap = working_share(report, {Activity::allocation});
  const double faults = working_share(report, {Activity::page_faults});
  constexpr double kMuch = 0.05;
  constexpr std::uint64_t kMuchMemory = std::uint64_t{1} << 30;  // an epoch
  const bool heavy = report.counted && usual_epoch(report).heap.bytes > kMuchMemory;
  if (heap + faults < kMuch && !heavy) return;
  ProgramFinding finding;
  finding.problem = fmt::format("{}: allocation takes {} of its time, page faults {}",
                                traffic(report), percent(heap), percent(faults));
  finding.remedy =
      "make the arrays once, before the loop, and write into them: np.matmul(a, b, out=c), "
      "np.multiply(a, b, out=a), x -= y; torch.mm(a, b, out=c)";
  finding.factor = gain(heap + faults);
  finding.at_most = true;
  if (faults >= kMuch) {
    finding.remedy +=
        "; or let the heap keep what is given back: MALLOC_TRIM_THRESHOLD_=1073741824 and "
        "MALLOC_MMAP_THRESHOLD_=33554432";
    finding.variables = {{"MALLOC_TRIM_THRESHOLD_", "1073741824"},
                         {"MALLOC_MMAP_THRESHOLD_", "33554432"}};
  }
  found.push_back(std::move(finding));
}

void add_overhead(const ProgramReport& report, const MachineReport&, Findings& found) {
  const double interpreter = working_share(report, {Activity::interpreter});
  const double framework = working_share(report, {Activity::framework});
  constexpr double kMuch = 0.2;
  if (interpreter + framework < kMuch) return;
  std::string where = fmt::format("the interpreter takes {} of its time", percent(interpreter));
  if (framework > 0.01)
    where += fmt::format(" and the framework's way to its kernels {}", percent(framework));
  found.push_back({fmt::format("{}, products {} and numeric loops {}", where,
                               percent(working_share(report, {Activity::products})),
                               percent(working_share(report, {Activity::loops}))),
                   "give each call more to do: a mini-batch at a time instead of an example, one "
                   "product for all "
                   "of them; or compile the loop",
                   gain(interpreter + framework),
                   true,
                   {},
                   0});
}

void add_kernel(const ProgramReport& report, const MachineReport&, Findings& found) {
  const double kernel = working_share(report, {Activity::kernel});
  constexpr double kMuch = 0.15;
  if (kernel < kMuch) return;
  found.push_back({fmt::format("the system takes {} of its time, mostly for {}", percent(kernel),
                               mostly(report, Activity::kernel)),
                   "`strace -c -f` counts the calls; read larger pieces, wait less often",
                   gain(kernel),
                   true,
                   {},
                   0});
}

void add_settings(const ProgramReport&, const MachineReport& around, Findings& found) {
  for (const ThreadSetting& set : around.settings)
    if (!set.problem.empty())
      found.push_back({fmt::format("{}={} {}", set.variable, set.value, set.problem),
                       fmt::format("unset {}, or set it to what you mean", set.variable),
                       0,
                       false,
                       {},
                       0});
}

}  // namespace

std::vector<ProgramFinding> program_findings(const ProgramReport& report,
                                             const MachineReport& around) {
  Findings found;
  for (const auto add : {add_blas, add_allocation, add_overhead, add_spinning, add_threads,
                         add_kernel, add_two_openmp, add_two_blas, add_settings})
    add(report, around, found);
  std::stable_sort(
      found.begin(), found.end(),
      [](const ProgramFinding& a, const ProgramFinding& b) { return a.factor > b.factor; });
  return found;
}

}  // namespace lithe::program
