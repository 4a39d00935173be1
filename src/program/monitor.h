// Monitors a running program: the code in its memory, samples of where it spends its time, and the
// lines that it writes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "program/address_space.h"
#include "program/counters_file.h"
#include "program/epochs.h"
#include "program/generated_code.h"
#include "program/memory_traffic.h"
#include "program/observer.h"
#include "program/sample_histogram.h"

namespace lithe::program {

class Monitor {
 public:
  // Monitors `process` and its descendants. Without `sampler` it knows what is seen from outside
  // alone: the stacks of Python, and what threads wait for. `mark` may be null.
  Monitor(pid_t process, CountersFile& counters, GeneratedCode& generated,
          std::unique_ptr<Sampler> sampler, const Mark* mark, std::uint64_t start);

  // For a process that runs already: takes what it has loaded so far. To be called once, before
  // the first poll.
  void take_present();
  // To be called about 250 times a second.
  void poll();
  // To be called once, after the program's end.
  void finish();

  const SampleHistogram& histogram() const { return histogram_; }
  // Only the samples of the epochs after the first.
  const SampleHistogram& later_histogram() const { return later_histogram_; }
  const StackCounts& stacks() const { return observer_.counts(); }
  const Timeline& timeline() const { return observer_.timeline(); }
  // The environment variables of a process that loaded a BLAS or OpenMP (the one that was seen
  // last): it may have been changed by a script or `env`.
  const std::map<std::string, std::string>& variables() const { return variables_; }
  // The process that wrote the marks, or 0.
  pid_t marker() const { return marker_; }
  const Files& files() const { return files_; }  // all that were mapped as code
  // The files of `kind` that one process had mapped: the process with most of them.
  std::vector<std::string> loaded_together(bool (*kind)(std::string_view file_name)) const;
  const Sampler* sampler() const { return sampler_.get(); }
  std::vector<ProgramEpoch> epochs() const { return cutter_.epochs(); }
  // How fast the process of the marks, or the first one, goes through memory.
  const MemoryTraffic& memory_traffic() const { return traffic_; }
  int most_threads() const { return most_threads_; }  // in one process
  // Seconds in which the program's first thread was runnable and had no processor.
  double waited() const { return waited_ - waited_before_; }
  // The processors that the threads of a process may use, as last seen; 0: unknown.
  int allowed_processors(pid_t process) const;
  int processes() const { return static_cast<int>(processes_.size()); }

 private:
  using Clock = std::chrono::steady_clock;
  using SharedSpace = std::shared_ptr<AddressSpace>;

  void take_lines();
  void await_samples();
  void take_events(bool end);
  void take_event(const Event& event);
  void take_sample(const Event& event);
  void read_maps(pid_t process);
  void find_children();
  void count(const Place& place, bool in_kernel, bool entered, bool later);
  void count_threads();
  void read_allowed(pid_t process);
  void read_waiting();
  void read_memory();
  void see_process(pid_t process);
  void read_variables();
  void slow_poll();
  AddressSpace& own_space(pid_t process);
  void map(AddressSpace& space, pid_t process, const Mapping& mapping);

  pid_t process_;
  CountersFile& counters_;
  std::unique_ptr<Sampler> sampler_;
  const Mark* mark_;
  EpochCutter cutter_;
  Files files_;
  SampleHistogram histogram_, later_histogram_, open_histogram_;  // the last: since the last mark
  // A forked process shares the space of its parent until one of the two changes.
  std::unordered_map<pid_t, SharedSpace> spaces_;
  Observer observer_;
  pid_t marker_ = 0;
  std::set<pid_t> processes_;
  std::set<pid_t> alive_;                               // processes that may still run
  std::map<pid_t, std::set<std::uint32_t>> libraries_;  // BLAS and OpenMP, that each had mapped
  std::map<std::string, std::string> variables_;
  std::map<pid_t, int> allowed_;  // processors
  MemoryTraffic traffic_;
  int most_threads_ = 1;
  double waited_ = 0, waited_before_ = 0;
  Clock::time_point next_slow_poll_{};
};

}  // namespace lithe::program
