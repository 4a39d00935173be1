#include "limits/all_cores.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <new>
#include <vector>

#include "base/aligned.h"
#include "base/threads.h"
#include "cpu/load.h"
#include "limits/clock_rate.h"
#include "limits/limits.h"
#include "limits/probe.h"

namespace lithe::limits {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr double kShortestRound =
    0.004;  // seconds: so long that the time to wake the threads does not matter
constexpr int kRounds = 8;
constexpr Seconds kLongest{0.25};  // for one figure

double thread_seconds() { return cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID); }

// Every thread runs one of the probes the same number of times.
class SameWork final : public base::TeamWork {
 public:
  using Probe = double (*)(std::size_t times);

  SameWork(std::size_t threads, Probe probe)
      : probe_(probe), amounts_(threads), seconds_(threads), clocks_(threads) {}

  void run(std::size_t part) override {
    const double start = thread_seconds();
    amounts_[part] = probe_(times_);
    seconds_[part] = thread_seconds() - start;
    // Right after the work, before the clock rate changes.
    clocks_[part] = std::max(clocks_[part], clock_rate(1));
  }

  // The highest rate of all threads. Repeats until one round was undisturbed, that is until its
  // wall time was close to the processor time of each thread.
  double best_rate(base::Team& team) {
    const auto begin = Clock::now();
    times_ = 1;
    for (timed(team); longest() < kShortestRound; timed(team)) times_ *= 2;
    double best = 0;
    bool undisturbed = false;
    for (int round = 0; round < kRounds || !undisturbed; ++round) {
      const double elapsed = timed(team).count();
      double sum = 0;
      for (const double amount : amounts_) sum += amount;
      best = std::max(best, sum / elapsed);
      undisturbed = undisturbed || elapsed < 1.1 * longest();
      if (Clock::now() - begin > kLongest) break;
    }
    return best;
  }

  double slowest_clock() const { return *std::min_element(clocks_.begin(), clocks_.end()); }

 private:
  double longest() const { return *std::max_element(seconds_.begin(), seconds_.end()); }

  Seconds timed(base::Team& team) {
    const auto start = Clock::now();
    team.run(*this);
    return Clock::now() - start;
  }

  Probe probe_;
  std::size_t times_ = 1;
  std::vector<double> amounts_, seconds_, clocks_;
};

// Every thread reads memory that it touched first, so that it is local to its NUMA node.
class ReadWork final : public base::TeamWork {
 public:
  ReadWork(std::size_t threads, const Probes& probes, std::size_t bytes)
      : probes_(probes), bytes_(bytes), data_(threads) {}

  void run(std::size_t part) override {
    if (data_[part].empty()) {
      try {
        data_[part] = base::AlignedArray<std::uint8_t>(bytes_);
      } catch (const std::bad_alloc&) {
        return;  // then the rate is 0
      }
    }
    const double start = thread_seconds();
    probes_.read(data_[part].data(), bytes_, 1);
    if (part == 0) first_seconds_ = thread_seconds() - start;
  }

  // By wall time, because the threads must read at the same time; a single one by processor time.
  double best_rate(base::Team& team) {
    team.run(*this);
    for (const auto& data : data_)
      if (data.empty()) return 0;
    double best = 0;
    for (int round = 0; round < kRounds; ++round) {
      const auto start = Clock::now();
      team.run(*this);
      const double elapsed = Seconds(Clock::now() - start).count();
      const double bytes = static_cast<double>(bytes_) * static_cast<double>(data_.size());
      best = std::max(best, bytes / (data_.size() == 1 ? first_seconds_ : elapsed));
    }
    return best;
  }

 private:
  const Probes& probes_;
  std::size_t bytes_;
  double first_seconds_ = 0;  // of the processor, by the first thread
  std::vector<base::AlignedArray<std::uint8_t>> data_;
};

// For each thread; summed over them, four times all last-level caches, within bounds.
std::size_t bytes_each(const MachineIdentity& machine, std::size_t threads) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 31;
  std::size_t all = read_levels(machine).back().working_set;
  if (!machine.caches.empty() && machine.caches.back().shared_by > 0)
    all *= static_cast<std::size_t>(
        std::max(machine.hardware_threads / machine.caches.back().shared_by, 1));
  if (machine.memory_bytes > 0)
    all = std::min(all, static_cast<std::size_t>(machine.memory_bytes / 16));
  all = std::min(all, kMostBytes);
  return std::max(all / threads / kReadBlock, std::size_t{1}) * kReadBlock;
}

}  // namespace

double read_memory_in_parallel(const MachineIdentity& machine, const std::string& isa,
                               std::size_t threads) {
  const Probes probes = limits::probes(measured_isa(isa));
  base::Team team(threads, true);
  // One thread uses one last-level cache.
  const std::size_t bytes =
      threads == 1 ? read_levels(machine).back().working_set : bytes_each(machine, threads);
  return ReadWork(threads, probes, bytes).best_rate(team);
}

AllCoresLimits measure_all_cores(const MachineIdentity& machine, const std::string& isa) {
  const Probes probes = limits::probes(measured_isa(isa));
  const std::size_t threads = base::usable_processors();
  AllCoresLimits limits;
  limits.threads = static_cast<int>(threads);
  limits.clock_one_core = clock_rate(200);
  base::Team team(threads, true);
  const cpu::LoadMonitor monitor;
  const double process_start = cpu::processor_seconds(CLOCK_PROCESS_CPUTIME_ID);
  SameWork float32(threads, probes.multiply_add_float32);
  limits.flops_float32 = float32.best_rate(team);
  SameWork float64(threads, probes.multiply_add_float64);
  limits.flops_float64 = float64.best_rate(team);
  limits.clock_all_cores = std::min(float32.slowest_clock(), float64.slowest_clock());
  limits.read_memory = ReadWork(threads, probes, bytes_each(machine, threads)).best_rate(team);
  const cpu::LoadObserved load =
      monitor.observed(cpu::processor_seconds(CLOCK_PROCESS_CPUTIME_ID) - process_start);
  limits.others = load.others;
  limits.stolen = load.stolen;
  return limits;
}

}  // namespace lithe::limits
