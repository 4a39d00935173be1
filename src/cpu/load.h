// Whether other programs used the processors during a measurement.
#pragma once

#include <time.h>

#include <chrono>
#include <string_view>

namespace lithe::cpu {

// Seconds since the machine started, summed over its processors.
struct CpuTimes {
  double busy = 0;    // spent by any program
  double stolen = 0;  // wanted by this virtual machine, and given to others by its host
};

// From the text of /proc/stat, whose figures are in ticks of a hundredth of a second.
CpuTimes parse_cpu_times(std::string_view text);

// The load between two moments, as the measuring thread observed it.
struct LoadObserved {
  double seconds = 0;         // wall time
  double thread_seconds = 0;  // processor time that the thread got
  double others = 0;          // processors kept busy by everything else on the machine
  double stolen = 0;          // processors taken by the host
  double processors = 0;      // of the machine; 0 if /proc/stat cannot be read

  // The fraction of the time in which the thread was runnable and did not run. It must not have
  // slept.
  double share_lost() const {
    return seconds > 0 && thread_seconds < seconds ? 1 - thread_seconds / seconds : 0;
  }
};

// Whether a thread may have been slower than it would have been alone: it waited for more than 3%
// of the time, the host took more than 5% of the machine, or others, who share caches, memory and
// power, kept more than 25% of it busy.
bool disturbed(const LoadObserved& load);

// Processor time so far, by a clock such as CLOCK_THREAD_CPUTIME_ID.
double processor_seconds(clockid_t clock);

// Measures from its construction on. Belongs to one thread.
class LoadMonitor {
 public:
  LoadMonitor();
  // The load since the construction. Where several threads of this program do the measured work,
  // `own` is the processor time of the whole program, which then does not count as others'.
  LoadObserved observed(double own = 0) const;

 private:
  std::chrono::steady_clock::time_point start_;
  double thread_start_;
  CpuTimes times_start_;
};

}  // namespace lithe::cpu
