// Runs a program, and makes the report from what was measured.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blas/blas.h"
#include "lithe/error.h"
#include "lithe/machine.h"
#include "lithe/machine_report.h"
#include "lithe/program_report.h"
#include "program/activity.h"
#include "program/attach.h"
#include "program/candidates.h"
#include "program/causes.h"
#include "program/clock.h"
#include "program/code_quality.h"
#include "program/counters_file.h"
#include "program/epochs.h"
#include "program/event_sampler.h"
#include "program/flame_tree.h"
#include "program/generated_code.h"
#include "program/launch.h"
#include "program/line_facts.h"
#include "program/line_report.h"
#include "program/look_interval.h"
#include "program/monitor.h"
#include "program/native_sources.h"
#include "program/preload.h"
#include "program/python_reader.h"
#include "program/source_text.h"
#include "program/stop_sampler.h"
#include "program/trials.h"

namespace lithe {

namespace program {

namespace {

constexpr double kShortRun = 0.5;  // seconds: a run of which little can be said

// Of the vectors that this processor computes with.
int vector_bits() {
  const std::vector<std::string> sets = identify_machine().instruction_sets;
  return std::find(sets.begin(), sets.end(), "avx2") != sets.end() ? 256 : 128;
}

// One run of the program.
class Examination {
 public:
  explicit Examination(const ExamineProgram& options)
      : options_(options), counters_(options.epochs > 0 ? "\n" : Mark::prefix(options.mark)) {
    if (options.command.empty()) {
      cannot_load_ = "it was running already";
      return;
    }
    if (options.epochs <= 0) mark_.emplace(options.mark);
    preload_ = options.preload.empty() ? find_preload() : options.preload;
    cannot_load_ = why_not_loaded();
  }

  // Runs the program and fills in all that is measured during the run.
  void run(ProgramReport& report) {
    Variables environment = variables();
    if (cannot_load_.empty())
      for (auto& variable : generated_.variables(preload_)) environment.push_back(variable);
    Launched launched(options_.command, environment);
    const ForwardSignals signals(launched.process());
    std::unique_ptr<Sampler> sampler = open_sampler(launched.process(), report);
    monitor_ =
        std::make_unique<Monitor>(launched.process(), counters_, generated_, std::move(sampler),
                                  mark_ ? &*mark_ : nullptr, clock_nanoseconds());
    started_ = launched.process();
    launched.go();
    LookInterval interval;
    do {
      monitor_->poll();
    } while (!launched.ended(interval.next()));
    monitor_->finish();
    take_end(launched, report);
    take_heap(report);
    take_shares(report);
    take_lines(report);
    take_libraries(report);
  }

  // The same for a process that runs already.
  void watch(const ExamineProcess& what, ProgramReport& report) {
    Attached attached(what.process);
    report.process = started_ = what.process;
    report.command = attached.command();
    if (!attached.can_read_memory())
      report.missing.emplace_back(
          "the system does not allow this user to read the memory of the process "
          "(kernel.yama.ptrace_scope), so its lines are not known");
    std::unique_ptr<Sampler> sampler = attach_sampler(what, attached, report);
    const std::uint64_t start = clock_nanoseconds();
    monitor_ = std::make_unique<Monitor>(what.process, counters_, generated_, std::move(sampler),
                                         nullptr, start);
    monitor_->take_present();
    watch_until_end(what, attached);
    report.seconds = static_cast<double>(clock_nanoseconds() - start) / 1e9;
    if (report.seconds < kShortRun)
      report.missing.push_back(
          fmt::format("it was examined for {:.2g} s; causes are looked for from {} s on",
                      report.seconds, kShortRun));
    take_use(attached.use(), report);
    take_heap(report);
    take_shares(report);
    if (what.sources) SourceText::know(what.sources());
    take_lines(report);
    for (const TimelineBin& bin : report.timeline.bins)
      report.memory_bytes = std::max(report.memory_bytes, bin.resident_bytes);
    take_libraries(report);
  }

  const ProgramFacts& facts() const { return facts_; }
  const std::map<std::string, std::string>& variables_of_program() const {
    return monitor_->variables();
  }

  // Runs the program again, without and with each remedy that sets environment variables. Causes
  // that only a trial can show are findings if it does.
  void try_remedies(ProgramReport& report) {
    Trials trials(options_, variables(), report);
    for (ProgramFinding& candidate : candidates(report, facts_, preload_))
      report.findings.push_back(std::move(candidate));
    for (ProgramFinding& finding : report.findings) {
      if (finding.variables.empty()) continue;
      if (const auto gain = trials.compare(finding.variables)) take_gain(*gain, finding);
    }
    if (trials.disturbed())
      report.missing.emplace_back(
          "other programs used the processors during the trials, so these tell nothing; run it "
          "again when the machine is quiet");
  }

 private:
  void watch_until_end(const ExamineProcess& what, Attached& attached) {
    constexpr int kLook = 50;  // polls between two looks at what a process used that may end
    monitor_->poll();
    if (what.begun) what.begun();
    LookInterval interval;
    for (int i = 0; !attached.ended(interval.next()) && !(what.stop && what.stop()); ++i) {
      monitor_->poll();
      if (i % kLook == 0) attached.use();
    }
    monitor_->finish();
  }

  void take_use(const ProcessUse& use, ProgramReport& report) {
    report.user_seconds = use.user_seconds;
    report.system_seconds = use.system_seconds;
    report.faults = use.faults;
    take_counts(report);
  }

  // What the monitor counted.
  void take_counts(ProgramReport& report) const {
    report.threads = monitor_->most_threads();
    report.processes = monitor_->processes();
    report.waited_seconds = monitor_->waited();
  }

  Variables variables() const {
    Variables set;
    if (!cannot_load_.empty()) return set;
    set = {{"LD_PRELOAD", preload_value(preload_)}, {kCountersVariable, counters_.path()}};
    // Without it Python buffers its lines until there are 8 KiB of them.
    if (options_.epochs <= 0) set.emplace_back("PYTHONUNBUFFERED", "1");
    return set;
  }

  std::string why_not_loaded() const {
    if (preload_.empty()) return "lithe_preload.so is neither beside this program nor installed";
    if (preload_value(preload_).empty())
      return fmt::format("the loader cannot take a path with blanks or colons ({})",
                         preload_.string());
    const auto path = find_program(options_.command.front());
    return path.empty() ? "" : preload_problem(path);
  }

  static std::string by_stops(const std::string& no_events) {
    return fmt::format(
        "perf_event_open cannot be used ({}), so the program's threads were stopped for "
        "microseconds to sample them, and page faults are estimated from the system's accounting",
        no_events);
  }

  static std::unique_ptr<Sampler> attach_sampler(const ExamineProcess& what, Attached& attached,
                                                 ProgramReport& report) {
    const bool stacks = !PythonReader::may_be_python(attached.program_name());
    std::string no_events = "not asked for";
    if (what.events)
      if (auto events = EventSampler::attach(what.process, stacks, no_events)) {
        report.sampling = events->sees_kernel() ? Sampling::events : Sampling::events_of_user;
        return events;
      }
    // The system asks for the same rights for both.
    if (attached.can_read_memory()) {
      report.sampling = Sampling::stops;
      report.missing.push_back(by_stops(no_events));
      return StopSampler::attach(what.process, stacks);
    }
    report.missing.push_back(
        fmt::format("perf_event_open cannot be used ({}), so shares of activities and the parts "
                    "of a line's time are not known",
                    no_events));
    return nullptr;
  }

  // By events, or where the system refuses these by stops.
  std::unique_ptr<Sampler> open_sampler(pid_t process, ProgramReport& report) {
    // Of Python, the stack is read from its own structures.
    const bool stacks = !PythonReader::may_be_python(
        file_name(find_program(options_.command.front()).filename().native()));
    std::string no_events = "not asked for", no_stops;
    if (options_.events)
      if (auto events = EventSampler::open(process, stacks, no_events)) {
        report.sampling = events->sees_kernel() ? Sampling::events : Sampling::events_of_user;
        return events;
      }
    if (auto stops = StopSampler::open(process, stacks, no_stops)) {
      report.sampling = Sampling::stops;
      report.missing.push_back(by_stops(no_events));
      return stops;
    }
    report.missing.push_back(fmt::format(
        "neither perf_event_open ({}) nor ptrace ({}) can be used, so compiled code was not "
        "sampled: known are the lines of Python, and what the program waits for",
        no_events, no_stops));
    return nullptr;
  }

  void take_end(const Launched& launched, ProgramReport& report) {
    const int status = launched.status();
    const rusage& usage = launched.usage();
    report.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    report.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    report.seconds = launched.seconds();
    report.user_seconds = seconds(usage.ru_utime);
    report.system_seconds = seconds(usage.ru_stime);
    report.faults = static_cast<std::uint64_t>(usage.ru_minflt);
    report.memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
    take_counts(report);
    report.allowed = monitor_->allowed_processors(main_process(started_));
  }

  void take_heap(ProgramReport& report) {
    report.counted = !counters_.processes().empty();
    if (!report.counted) {
      report.missing.push_back(fmt::format(
          "the heap and the epochs could not be measured: {}",
          cannot_load_.empty() ? "the program did not load the library" : cannot_load_));
      return;
    }
    report.heap = heap_use(counters_.counts());
    report.products = product_use(counters_.counts());
    report.peak_bytes = counters_.peak();
    report.divided = options_.epochs > 0;
    report.epochs =
        report.divided
            ? divide({report.seconds, report.faults, report.heap, report.products}, options_.epochs)
            : monitor_->epochs();
    if (report.epochs.empty())
      report.missing.push_back(fmt::format(
          "no line of the output matches '{}', so there are no figures of epochs; give another "
          "expression with --mark, or divide the whole run with --epochs N",
          options_.mark));
    if (counters_.lines_lost() > 0 && !report.divided)
      report.missing.push_back(fmt::format(
          "{} lines came faster than they could be read; a --mark that begins with ^ and a word "
          "skips the others",
          counters_.lines_lost()));
  }

  void take_shares(ProgramReport& report) {
    // Uses the samples after the first epoch if there are enough, because the first one includes
    // loading and reading.
    constexpr std::uint64_t kEnough = 100;
    report.shares_of_later_epochs = monitor_->later_histogram().samples() >= kEnough;
    const SampleHistogram& histogram =
        report.shares_of_later_epochs ? monitor_->later_histogram() : monitor_->histogram();
    report.samples = histogram.samples();
    if (report.samples == 0) {
      report.sampling = Sampling::none;
      return;
    }
    report.shares = histogram.shares(monitor_->files());
    const double all = report.user_seconds + report.system_seconds;
    if (report.sampling != Sampling::events && all > 0)
      account_for_system(
          report.shares, report.system_seconds / all,
          report.sampling == Sampling::stops ? Activity::page_faults : Activity::kernel);
    if (report.sampling == Sampling::events_of_user)
      report.missing.push_back(
          "the system allows this user no samples of the kernel (perf_event_paranoid), so page "
          "faults and system calls cannot be told apart");
  }

  // The process that writes the marks, or the one whose first thread computes most.
  pid_t main_process(pid_t started) const {
    if (monitor_->marker() != 0) return monitor_->marker();
    std::map<pid_t, std::uint64_t> computed;
    monitor_->stacks().for_each([&computed](const Moment& moment, std::uint64_t nanoseconds) {
      if (moment.runs && moment.first_thread) computed[moment.process] += nanoseconds;
    });
    const auto most =
        std::max_element(computed.begin(), computed.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    // A shell that waits for its child is not what is slow.
    constexpr std::uint64_t kSmallPart = 10;
    return most == computed.end() || computed[started] > most->second / kSmallPart ? started
                                                                                   : most->first;
  }

  void take_lines(ProgramReport& report) {
    PlaceReader places(monitor_->files());
    NativeSources sources(monitor_->files());
    const StackCounts stacks = sources.name(monitor_->stacks());
    CodeQuality quality(monitor_->files(), sources, vector_bits());
    const pid_t main = main_process(started_);
    facts_ = program_facts(stacks, main, places, &quality);
    facts_.memory_rates = monitor_->memory_traffic().rates();
    tell_missing_lines(sources, report);
    report_lines(facts_, report);
    report.timeline = monitor_->timeline().report(main, places);
    report.flame = flame_tree(stacks, main, places);
  }

  void tell_missing_lines(const NativeSources& sources, ProgramReport& report) const {
    for (const std::string& path : sources.without_lines()) {
      const bool matters =
          std::any_of(facts_.lines.begin(), facts_.lines.end(),
                      [&path](const LineFacts& line) { return line.file == path; });
      if (matters)
        report.missing.push_back(fmt::format(
            "{} has no debugging information, so its lines are not known; build it with -g as well",
            path));
    }
  }

  void take_libraries(ProgramReport& report) {
    report.openmp_in_one_process = monitor_->loaded_together(is_openmp);
    report.blas_in_one_process = monitor_->loaded_together(is_blas);
    for (const std::string& path : monitor_->files().paths()) {
      const std::string_view file = file_name(path);
      if (is_openmp(file)) report.openmp.push_back(path);
      if (!is_blas(file)) continue;
      BlasLibrary blas;
      blas.path = path;
      blas.kind = blas::blas_kind(file);
      report.blas.push_back(std::move(blas));
    }
  }

  const ExamineProgram& options_;
  CountersFile counters_;
  GeneratedCode generated_;
  std::optional<Mark> mark_;
  std::filesystem::path preload_;
  std::string cannot_load_;  // why
  std::unique_ptr<Monitor> monitor_;
  pid_t started_ = 0;
  ProgramFacts facts_;
};

// A remedy that was tried and does not help costs nothing; what only a trial can show is then no
// finding, nor if it was not tried.
bool of_no_use(const ProgramFinding& finding) {
  return finding.only_if_tried && (!finding.tried || finding.factor <= 1);
}

// What follows from a run: the libraries that it loaded are measured, and causes are looked for.
void conclude(Examination& examination, double budget, ProgramReport& report) {
  find_causes(examination.facts(), examination.variables_of_program(), report);
  if (budget > 0 && report.seconds >= kShortRun && report.status == 0 && report.signal == 0)
    examination.try_remedies(report);
  std::stable_sort(
      report.findings.begin(), report.findings.end(),
      [](const ProgramFinding& a, const ProgramFinding& b) { return a.factor > b.factor; });
  std::erase_if(report.findings, of_no_use);
}

}  // namespace

}  // namespace program

ProgramReport examine_program(const ExamineProgram& options) {
  if (options.command.empty())
    throw Error(ErrorKind::usage, "there is no program to examine", {},
                "lithe doctor -- python3 train.py");
  ProgramReport report;
  report.command = options.command;
  program::Examination examination(options);
  examination.run(report);
  program::conclude(examination, options.budget, report);
  return report;
}

ProgramReport examine_process(const ExamineProcess& options) {
  ProgramReport report;
  const ExamineProgram none;
  program::Examination examination(none);
  examination.watch(options, report);
  program::conclude(examination, 0, report);
  return report;
}

const char* name(Activity activity) {
  constexpr const char* kNames[kActivities] = {
      "products",    "numeric loops",   "memory copies",    "allocation", "page faults",
      "interpreter", "framework calls", "spinning threads", "the system", "monitoring",
      "other"};
  return kNames[static_cast<int>(activity)];
}

const char* name(Wait wait) {
  constexpr const char* kNames[kWaits] = {"nothing",
                                          "the disk",
                                          "the disk to have it (fsync)",
                                          "a pipe",
                                          "a child process",
                                          "a lock",
                                          "Python's interpreter lock",
                                          "a sleep",
                                          "the network",
                                          "events",
                                          "the terminal",
                                          "a processor",
                                          "a stop",
                                          "something unknown"};
  return kNames[static_cast<int>(wait)];
}

}  // namespace lithe
