// Runs all trials and checks of lithe doctor.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <tuple>

#include "doctor/cases.h"
#include "doctor/circumstances.h"
#include "doctor/trials.h"

namespace lithe {

namespace {

using Clock = std::chrono::steady_clock;

// Runs trials until the time is up. Those for which too little time is left are skipped and listed.
class Session {
 public:
  Session(double seconds, MachineTrials& trials) : seconds_(seconds), trials_(trials) {}

  // `least` is about the duration of the trial in seconds.
  void run(const char* name, double least, const std::function<void()>& trial) {
    if (left() < least) {
      trials_.left_out.emplace_back(name);
    } else {
      trial();
    }
  }
  double spent() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double left() const { return seconds_ - spent(); }
  std::chrono::milliseconds limit(double most) const {
    return std::chrono::milliseconds(static_cast<int>(1e3 * std::max(std::min(most, left()), 0.1)));
  }

 private:
  Clock::time_point start_ = Clock::now();
  double seconds_;
  MachineTrials& trials_;
};

// Whether it has the name that NumPy, R and others link to.
bool is_common(const BlasLibrary& blas) {
  return std::any_of(blas.names.begin(), blas.names.end(), [](const std::string& name) {
    return std::filesystem::path(name).filename() == "libblas.so.3";
  });
}

// The library to measure with threads: the one that programs get by default; of several, one that
// uses threads.
std::string library_to_try(const MachineReport& report) {
  const BlasLibrary* best = nullptr;
  const auto rank = [](const BlasLibrary& blas) {
    return std::tuple(blas.by_loader, blas.threads > 0, is_common(blas), blas.flops_float32);
  };
  for (const BlasLibrary& blas : report.blas)
    if (blas.problem.empty() && (best == nullptr || rank(blas) > rank(*best))) best = &blas;
  return best == nullptr ? "" : best->path;
}

void try_all(const MachineReport& report, Session& session, MachineTrials& trials) {
  constexpr double kHang = 4;  // seconds, the time limit of a child process
  const int processors = report.all_cores.threads;
  session.run("processors", 0.5, [&] { trials.granted = doctor::try_granted(); });
  session.run("denormals", 0.5, [&] { trials.denormals = doctor::try_denormals(); });
  session.run("threads", 1.5, [&] {
    if (const std::string library = library_to_try(report); !library.empty())
      trials.blas = doctor::try_blas_threads(library, processors, session.limit(kHang));
  });
  session.run("OpenMP", 1,
              [&] { trials.openmp = doctor::try_openmp(processors, session.limit(kHang)); });
  session.run("bandwidth", 1,
              [&] { trials.memory = doctor::try_memory(report.identity, processors); });
  session.run("huge pages", 0.5, [&] { trials.pages = doctor::try_pages(); });
}

}  // namespace

Checkup examine_machine(const ExamineMachine& options) {
  Checkup checkup;
  Session session(options.seconds, checkup.trials);
  const std::uint64_t swapped = doctor::swapped_pages();
  ReportMachine report;
  report.blas.folders = options.blas_folders;
  report.blas.seconds = options.seconds / 2;
  checkup.report = report_machine(report);
  try_all(checkup.report, session, checkup.trials);
  checkup.trials.turbo = doctor::turbo();
  checkup.trials.room = doctor::memory_room();
  checkup.trials.room.pages_swapped = doctor::swapped_pages() - swapped;
  checkup.trials.build = doctor::build_facts();
  const auto cases = doctor::all_cases(checkup.report, checkup.trials);
  checkup.report.findings = doctor::findings_of(cases);
  for (const doctor::Case& one : cases)
    checkup.checks.push_back({one.name, one.observed, doctor::findings_of({one}).empty()});
  checkup.seconds = session.spent();
  return checkup;
}

}  // namespace lithe
