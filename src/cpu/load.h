// Whether a stretch of time on this machine was ours, or other programs had the processor too.
#pragma once

#include <time.h>

#include <chrono>
#include <string_view>

namespace lithe::cpu {

// Seconds since the machine started, of all its processors together.
struct CpuTimes {
  double busy = 0;    // of any program
  double stolen = 0;  // that a virtual machine asked for and its host gave to others
};

// From the text of /proc/stat, whose figures are in ticks of a hundredth of a second.
CpuTimes parse_cpu_times(std::string_view text);

// What happened between two moments, as the thread that watched saw it.
struct LoadSeen {
  double seconds = 0;         // by the clock
  double thread_seconds = 0;  // processor time that the thread got
  double others = 0;          // processors that everything else on the machine kept busy
  double stolen = 0;          // processors that the host took away
  double processors = 0;      // of the machine; 0 if /proc/stat cannot be read

  // Of the time that the thread wanted to run. It must not have slept.
  double share_lost() const {
    return seconds > 0 && thread_seconds < seconds ? 1 - thread_seconds / seconds : 0;
  }
};

// Whether what a thread reached meanwhile may be less than it would have reached alone: it was kept
// waiting for over 3% of the time, the host took over a twentieth of the machine, or others kept
// over a quarter of it busy, with whom it shared caches, memory and power.
bool disturbed(const LoadSeen& seen);

// Processor time so far, by one of the clocks that count it (CLOCK_THREAD_CPUTIME_ID).
double processor_seconds(clockid_t clock);

// Watches from its making on. Belongs to one thread.
class LoadWatch {
 public:
  LoadWatch();
  // Since the watch was made. `own` is the processor time that the whole program spent, where
  // further threads of it serve the same purpose; what they got is then not counted as others'.
  LoadSeen seen(double own = 0) const;

 private:
  std::chrono::steady_clock::time_point start_;
  double thread_start_;
  CpuTimes times_start_;
};

}  // namespace lithe::cpu
