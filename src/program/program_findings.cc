#include "program/program_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "doctor/blas_findings.h"
#include "program/activity.h"
#include "program/amounts.h"
#include "program/finding_tools.h"
#include "program/launch.h"
#include "program/line_findings.h"
#include "program/line_report.h"
#include "program/memory_findings.h"

namespace lithe::program {

namespace {

double share_of(const ProgramReport& report, Activity activity) {
  for (const ActivityShare& share : report.shares)
    if (share.activity == activity) return share.share;
  return 0;
}

// The share of the time without spinning threads, because those do not delay the others.
double working_share(const ProgramReport& report, std::initializer_list<Activity> activities) {
  const double working = 1 - share_of(report, Activity::waiting);
  double sum = 0;
  for (const Activity activity : activities) sum += share_of(report, activity);
  return working > 0 ? sum / working : 0;
}

// The part of the time by the clock in which the program waits for what is outside it.
double waiting_share(const ProgramReport& report) {
  double sum = 0;
  for (const auto& [wait, share] : report.waits)
    if (wait != Wait::lock && wait != Wait::interpreter && wait != Wait::processor) sum += share;
  return std::min(1.0, sum);
}

// The line that spends most on these activities.
std::optional<ProgramLine> line_with_most(const ProgramFacts& facts,
                                          std::initializer_list<Activity> activities) {
  const LineFacts* place = nullptr;
  double most = 0;
  for (const LineFacts& line : facts.lines) {
    double share = 0;
    for (const Activity activity : activities) share += line[activity];
    if (share <= most) continue;
    most = share;
    place = &line;
  }
  return place == nullptr ? std::nullopt : std::optional(report_line(*place));
}

const char* mostly(const ProgramReport& report, Activity activity) {
  for (const ActivityShare& share : report.shares)
    if (share.activity == activity) return share.mostly.c_str();
  return "";
}

std::vector<std::string> exports(const Variables& variables) {
  std::string line = "export";
  for (const auto& [name, value] : variables) line += fmt::format(" {}={}", name, value);
  return {line};
}

// The variables of a command such as "export OPENBLAS_CORETYPE=SkylakeX" or "unset
// OPENBLAS_CORETYPE".
Variables variables_of(std::string_view command) {
  constexpr std::string_view kExport = "export ", kUnset = "unset ";
  if (command.starts_with(kUnset)) return {{std::string(command.substr(kUnset.size())), ""}};
  const std::size_t sign = command.find('=');
  if (!command.starts_with(kExport) || sign == command.npos) return {};
  return {{std::string(command.substr(kExport.size(), sign - kExport.size())),
           std::string(command.substr(sign + 1))}};
}

// The findings of `lithe info` about the BLAS libraries. The slowdown of the program follows from
// the slowdown of the library and the share of products.
void add_blas(const ProgramReport& report, const ProgramFacts&, const MachineReport& around,
              Findings& found) {
  const double products = working_share(report, {Activity::products});
  for (Finding& of_library : doctor::blas_findings(around)) {
    ProgramFinding finding;
    static_cast<Finding&>(finding) = std::move(of_library);
    for (const std::string& command : finding.commands)
      if (finding.variables.empty()) finding.variables = variables_of(command);
    if (finding.factor > 1 && !report.shares.empty()) {
      if (!finding.evidence.empty()) finding.evidence += "; ";
      finding.evidence += fmt::format("products are {} of the program's time", percent(products));
      finding.factor = 1 / (1 - products + products / finding.factor);
    }
    found.push_back(std::move(finding));
  }
}

// Libraries in one folder belong to one package: Debian's libblas.so.3 forwards calls to the
// libopenblas beside it. All of PyPI are from one source: NumPy and SciPy each bring their own.
std::vector<std::string> packages(const std::vector<std::string>& libraries) {
  constexpr std::string_view kInstalled = "/site-packages/";
  std::vector<std::string> paths;
  std::set<std::filesystem::path> folders;
  for (const std::string& path : libraries) {
    const std::size_t installed = path.find(kInstalled);
    const auto folder = installed == path.npos ? std::filesystem::path(path).parent_path()
                                               : std::filesystem::path(path.substr(0, installed));
    if (folders.insert(folder).second) paths.push_back(path);
  }
  return paths;
}

void add_two_blas(const ProgramReport& report, const ProgramFacts&, const MachineReport&,
                  Findings& found) {
  const std::vector<std::string> paths = packages(report.blas_in_one_process);
  if (paths.size() < 2) return;
  found.push_back(make("two_blas",
                       fmt::format("{} BLAS libraries are loaded at once, each with threads of its "
                                   "own: {}",
                                   paths.size(), fmt::join(paths, ", ")),
                       "install the packages that load them from one source (all of Debian's, all "
                       "of PyPI's or all of conda's)"));
}

void add_two_openmp(const ProgramReport& report, const ProgramFacts&, const MachineReport&,
                    Findings& found) {
  if (report.openmp_in_one_process.size() < 2) return;
  ProgramFinding finding =
      make("two_openmp",
           fmt::format("{} OpenMP runtimes are loaded at once ({}): each starts threads of its own",
                       report.openmp_in_one_process.size(),
                       fmt::join(report.openmp_in_one_process, ", ")),
           "install the packages that load them from one source; until then, one thread for each");
  finding.variables = {{"OMP_NUM_THREADS", "1"}};
  finding.commands = exports(finding.variables);
  found.push_back(std::move(finding));
}

const Variables& one_thread() {
  static const Variables variables = {{"OMP_NUM_THREADS", "1"},
                                      {"OPENBLAS_NUM_THREADS", "1"},
                                      {"MKL_NUM_THREADS", "1"},
                                      {"BLIS_NUM_THREADS", "1"}};
  return variables;
}

double burnt(const ProgramReport& report) { return report.user_seconds + report.system_seconds; }

// The threads of several processes of the program take the processors from each other.
void add_oversubscription(const ProgramReport& report, const ProgramFacts& facts, Findings& found) {
  const double working = (1 - share_of(report, Activity::waiting)) * burnt(report);
  const double useful = std::min(facts.processes, report.processors);
  const double factor = working > 0 ? report.seconds * useful / working : 1;
  ProgramFinding finding = make(
      "oversubscription",
      fmt::format("{:.0f} processes compute at once, each with threads of its own, on {:.0f} "
                  "processors: the threads wait for each other, and spin for {} of the time",
                  facts.processes, report.processors, percent(share_of(report, Activity::waiting))),
      "one thread for each process; or fewer processes, each with several threads",
      Estimate{std::max(1.0, factor), 1, std::max(1.0, 1.5 * factor)});
  finding.evidence = fmt::format("{:.3g} s of processor time, {:.3g} s of it useful, in {:.3g} s",
                                 burnt(report), working, report.seconds);
  finding.variables = one_thread();
  finding.commands = exports(finding.variables);
  found.push_back(std::move(finding));
}

// What one thread would need is the work of all.
Estimate without_spinning(const ProgramReport& report) {
  const double working = (1 - share_of(report, Activity::waiting)) * burnt(report);
  const double ran = report.seconds - std::min(report.waited_seconds, 0.9 * report.seconds);
  const double factor = working > 0 ? std::max(1.0, ran / working) : 1;
  return {factor, 1, 1.4 * factor};
}

// Reports spinning threads, or otherwise a processor time that exceeds the duration.
void add_threads(const ProgramReport& report, const ProgramFacts& facts, const MachineReport&,
                 Findings& found) {
  const double waiting = share_of(report, Activity::waiting);
  const double busy = report.seconds > 0 ? burnt(report) / report.seconds : 0;
  constexpr double kMuch = 0.1, kBusy = 1.3;
  const bool spins = waiting >= kMuch;
  const bool threaded = !report.blas.empty() || !report.openmp.empty();
  if (!spins && (busy < kBusy || !threaded)) return;
  constexpr double kSeveral = 1.7;
  if (spins && threaded && facts.processes > kSeveral) {
    add_oversubscription(report, facts, found);
    return;
  }
  ProgramFinding finding =
      spins
          ? make("spinning",
                 fmt::format("threads that spin for work take {} of the processor time",
                             percent(waiting)),
                 "one thread, for the work is too small to share out; several runs side by side "
                 "use the processors better",
                 without_spinning(report))
          : make("threads",
                 fmt::format("it keeps {:.1f} processors busy, and only a trial tells whether that "
                             "makes it faster",
                             busy),
                 "compare with one thread");
  finding.evidence = fmt::format("{:.3g} s of processor time in {:.3g} s by the clock",
                                 burnt(report), report.seconds);
  if (spins)
    finding.evidence += fmt::format("; spinning mostly in {}", mostly(report, Activity::waiting));
  finding.variables = one_thread();
  finding.commands = exports(finding.variables);
  // By its own figures it would be no faster.
  finding.only_if_tried = finding.estimated && finding.factor <= 1;
  // Where others had the processors, threads spin because the one that they wait for has none: what
  // that costs is not known.
  constexpr double kContended = 0.1;
  if (report.waited_seconds > kContended * report.seconds) {
    finding.factor = finding.low = finding.high = 0;
    finding.estimated = finding.only_if_tried = false;
  }
  found.push_back(std::move(finding));
}

// It was given fewer processors than there are, by taskset or by itself.
void add_confined(const ProgramReport& report, const ProgramFacts& facts, const MachineReport&,
                  Findings& found) {
  const double busy = report.seconds > 0 ? burnt(report) / report.seconds : 0;
  const bool threaded = !report.blas.empty() || !report.openmp.empty() || report.threads > 1;
  if (report.allowed <= 0 || report.allowed + 0.999 > report.processors || !threaded) return;
  // Of what it can share out, and of what it waits for its own processors for.
  const double shared =
      facts.lines.empty() ? share_of(report, Activity::products) + share_of(report, Activity::loops)
                          : facts[Activity::products] + facts[Activity::loops];
  constexpr double kSome = 0.2;
  if (shared < kSome || busy < kSome) return;
  const double part = report.allowed / report.processors;
  ProgramFinding finding =
      make("confined",
           fmt::format("it may use {} of {:.0f} processors (taskset, numactl, or "
                       "sched_setaffinity)",
                       report.allowed, report.processors),
           "start it without taskset; in the program: os.sched_setaffinity(0, "
           "range(os.cpu_count())), before the libraries are loaded",
           Estimate{gain(0.85 * shared, part), 1, 1 / part});
  finding.evidence =
      fmt::format("products and numeric loops, which threads share, take {}", percent(shared));
  finding.check = "taskset -p PID tells which processors a process may use";
  found.push_back(std::move(finding));
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

void add_allocation(const ProgramReport& report, const ProgramFacts& facts, const MachineReport&,
                    Findings& found) {
  const bool by_lines = !facts.lines.empty();
  const double heap =
      by_lines ? facts[Activity::allocation] : working_share(report, {Activity::allocation});
  const double faults =
      by_lines ? facts[Activity::page_faults] : working_share(report, {Activity::page_faults});
  constexpr double kMuch = 0.05;
  if (heap + faults < kMuch) return;
  // Pages that are new without being asked for, such as those of a file, are not the heap's.
  if (report.counted && heap < kMuch && usual_epoch(report).heap.bytes == 0 &&
      !report.epochs.empty())
    return;
  const bool native = by_lines && !facts.lines.front().python;
  ProgramFinding finding =
      make("allocation", traffic(report),
           native ? "make the arrays once, before the loop, and write into them; reserve() the "
                    "size that is needed, and pass large objects by reference"
                  : "make the arrays once, before the loop, and write into them: np.matmul(a, b, "
                    "out=c), np.multiply(a, b, out=a), x -= y; torch.mm(a, b, out=c)");
  finding.evidence = fmt::format("allocation takes {} of its time, page faults {}", percent(heap),
                                 percent(faults));
  // Memory that is new is not in the caches either, so the gain is often more than their time.
  constexpr double kMost = 0.95;
  finding.factor = gain(std::min(kMost, 1.15 * (heap + faults)));
  finding.low = gain(heap + faults);
  finding.high = gain(std::min(kMost, 1.4 * (heap + faults)));
  finding.estimated = true;
  finding.place = line_with_most(facts, {Activity::allocation, Activity::page_faults});
  // A program that is well written takes that much: only a trial can tell that it may take less.
  constexpr double kUsual = 0.1;
  finding.only_if_tried = heap + faults < kUsual;
  if (faults >= kMuch) {
    // On a loop of NumPy's temporaries of 0.3, 3, 31 and 61 MiB: 2.4, 3.2, 1.4 and 2.2 times as
    // fast (processor time, glibc 2.36; docs/doctor-program.md).
    finding.remedy += "; or let the heap keep what is given back to it";
    finding.variables = {{"MALLOC_MMAP_MAX_", "0"}, {"MALLOC_TRIM_THRESHOLD_", "4294967296"}};
    finding.commands = exports(finding.variables);
    finding.tries_a_part = true;
  }
  found.push_back(std::move(finding));
}

void add_overhead(const ProgramReport& report, const ProgramFacts& facts, const MachineReport&,
                  Findings& found) {
  const double running = 1 - waiting_share(report);
  const double interpreter = running * working_share(report, {Activity::interpreter});
  const double framework = running * working_share(report, {Activity::framework});
  constexpr double kMuch = 0.2, kWorthAWord = 0.01;
  if (interpreter + framework < kMuch || !facts.lines.empty()) return;  // the lines tell more
  std::string where = fmt::format("the interpreter takes {} of its time", percent(interpreter));
  if (framework > kWorthAWord)
    where += fmt::format(", the framework's way to its kernels {}", percent(framework));
  ProgramFinding finding =
      make("overhead", std::move(where),
           "give each call more to do: a mini-batch at a time instead of an example, one product "
           "for all of them; or compile the loop");
  finding.evidence = fmt::format("products take {}, numeric loops {}",
                                 percent(working_share(report, {Activity::products})),
                                 percent(working_share(report, {Activity::loops})));
  finding.factor = gain(0.8 * (interpreter + framework));
  finding.low = gain(0.5 * (interpreter + framework));
  finding.high = gain(interpreter + framework);
  finding.estimated = true;
  found.push_back(std::move(finding));
}

void add_kernel(const ProgramReport& report, const ProgramFacts& facts, const MachineReport&,
                Findings& found) {
  // Of what the lines do, the part that no other finding explains.
  const double kernel =
      facts.lines.empty() ? working_share(report, {Activity::kernel}) : facts[Activity::kernel];
  constexpr double kMuch = 0.15;
  // Without samples of the kernel it is not known what the system's time is.
  if (kernel < kMuch || report.sampling != Sampling::events) return;
  ProgramFinding finding = make("system",
                                fmt::format("system calls take {} of its time, mostly {}",
                                            percent(kernel), mostly(report, Activity::kernel)),
                                "read and write larger pieces, and wait for each other less often");
  finding.check = "strace -c -f PROGRAM counts the calls";
  finding.factor = finding.high = gain(kernel);
  finding.low = 1;
  finding.estimated = true;
  finding.place = line_with_most(facts, {Activity::kernel});
  found.push_back(std::move(finding));
}

void add_busy_machine(const ProgramReport& report, const ProgramFacts&, const MachineReport&,
                      Findings& found) {
  constexpr double kMuch = 0.2;
  if (report.seconds <= 0 || report.waited_seconds < kMuch * report.seconds) return;
  found.push_back(make("busy_machine",
                       fmt::format("it waited for a processor in {:.3g} of its {:.3g} s: other "
                                   "programs, or more threads of its own than processors, had them",
                                   report.waited_seconds, report.seconds),
                       "run it when the machine is quiet (`top` shows who has the processors)"));
}

void add_settings(const ProgramReport&, const ProgramFacts&, const MachineReport& around,
                  Findings& found) {
  for (const ThreadSetting& set : around.settings) {
    if (set.problem.empty()) continue;
    ProgramFinding finding =
        make("setting", fmt::format("{}={} {}", set.variable, set.value, set.problem),
             "unset it, or set it to what you mean");
    finding.variables = {{set.variable, ""}};
    finding.commands = {"unset " + set.variable};
    found.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<ProgramFinding> program_findings(const ProgramReport& report, ProgramFacts facts,
                                             const MachineReport& around) {
  // What a program that ends at once spends its time on says nothing; what it loads does.
  constexpr double kShort = 0.5;
  Findings found;
  if (report.seconds >= kShort) {
    found = line_findings(facts, around.identity.usable_cpus);
    memory_findings(facts, around.limits, found);
    for (const auto add :
         {add_allocation, add_overhead, add_threads, add_confined, add_kernel, add_busy_machine})
      add(report, facts, around, found);
  }
  for (const auto add : {add_blas, add_two_openmp, add_two_blas, add_settings})
    add(report, facts, around, found);
  std::stable_sort(
      found.begin(), found.end(),
      [](const ProgramFinding& a, const ProgramFinding& b) { return a.factor > b.factor; });
  return found;
}

}  // namespace lithe::program
