#include "cpu/load.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace lithe::cpu {

namespace {

CpuTimes now() { return parse_cpu_times(base::read_text("/proc/stat", 4096)); }

// How many of the lines are about a single processor, of those in the first part of the file.
double processors() {
  static const double count = [] {
    const std::string text = base::read_text("/proc/stat", 1 << 20);
    double lines = 0;
    for (std::string_view rest = text; !rest.empty();)
      if (const auto line = base::take_until(rest, '\n');
          line.starts_with("cpu") && !line.starts_with("cpu "))
        ++lines;
    return lines;
  }();
  return count;
}

}  // namespace

double processor_seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

CpuTimes parse_cpu_times(std::string_view text) {
  constexpr double kTick = 0.01;
  std::string_view line = base::take_until(text, '\n');
  if (base::take_until(line, ' ') != "cpu") return {};
  // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen. What guests
  // got, which follows, is in user and nice already.
  std::array<double, 8> ticks{};
  std::size_t filled = 0;
  while (!line.empty() && filled < ticks.size()) {
    const std::string_view word = base::take_until(line, ' ');
    if (!word.empty())
      ticks[filled++] = static_cast<double>(base::to_number(word, std::uint64_t{0}));
  }
  CpuTimes times;
  times.stolen = ticks[7] * kTick;
  times.busy = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * kTick;
  return times;
}

bool disturbed(const LoadObserved& load) {
  constexpr double kWaited = 0.03, kStolen = 0.05, kOthers = 0.25;
  return load.share_lost() > kWaited || load.stolen > kStolen * load.processors ||
         load.others > kOthers * load.processors;
}

LoadMonitor::LoadMonitor()
    : start_(std::chrono::steady_clock::now()),
      thread_start_(processor_seconds(CLOCK_THREAD_CPUTIME_ID)),
      times_start_(now()) {}

LoadObserved LoadMonitor::observed(double own) const {
  LoadObserved load;
  load.thread_seconds = processor_seconds(CLOCK_THREAD_CPUTIME_ID) - thread_start_;
  load.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const CpuTimes times = now();
  load.processors = processors();
  if (load.seconds <= 0) return load;
  // The kernel's ticks are coarse: what is less than one is nothing.
  const double busy = times.busy - times_start_.busy - std::max(own, load.thread_seconds);
  load.others = std::max(busy, 0.0) / load.seconds;
  load.stolen = std::max(times.stolen - times_start_.stolen, 0.0) / load.seconds;
  return load;
}

}  // namespace lithe::cpu
