// Measures the processor time that busy threads get.
#include <chrono>
#include <vector>

#include "base/threads.h"
#include "cpu/cgroup.h"
#include "cpu/load.h"
#include "doctor/circumstances.h"
#include "doctor/trials.h"
#include "limits/probe.h"

namespace lithe::doctor {

namespace {

using Clock = std::chrono::steady_clock;

// Three periods of a quota, which usually last 0.1 s.
constexpr std::chrono::duration<double> kLong{0.32};

class WantAll final : public base::TeamWork {
 public:
  WantAll(const limits::Probes& probes, std::size_t threads) : probes_(probes), got_(threads) {}

  void run(std::size_t part) override {
    constexpr std::size_t kRounds = 20000;  // far below a millisecond
    const double start = cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID);
    const auto until = Clock::now() + kLong;
    while (Clock::now() < until) probes_.multiply_add_float32(kRounds);
    got_[part] = cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
  }

  double all() const {
    double sum = 0;
    for (const double seconds : got_) sum += seconds;
    return sum;
  }

 private:
  const limits::Probes& probes_;
  std::vector<double> got_;
};

double share(const cpu::StopCounts& before, const cpu::StopCounts& after) {
  const double periods = after.periods - before.periods;
  return periods > 0 ? (after.stopped - before.stopped) / periods : 0;
}

}  // namespace

GrantedTime try_granted(const std::filesystem::path& root) {
  const limits::Probes probes = limits::probes(cpu::best_isa());
  const std::size_t threads = base::usable_processors();
  base::Team team(threads, true);
  WantAll work(probes, threads);
  const std::uint64_t hot = hot_events(root);
  const cpu::StopCounts stops = cpu::stop_counts(root);
  const cpu::LoadMonitor monitor;
  team.run(work);
  const cpu::LoadObserved load = monitor.observed(work.all());
  GrantedTime granted;
  granted.threads = static_cast<int>(threads);
  granted.processors = load.seconds > 0 ? work.all() / load.seconds : 0;
  granted.others = load.others;
  granted.stolen = load.stolen;
  granted.stopped_periods = share(stops, cpu::stop_counts(root));
  granted.hot_events = hot_events(root) - hot;
  return granted;
}

}  // namespace lithe::doctor
