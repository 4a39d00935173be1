// Measures peak arithmetic and bandwidth: the best of many short rounds, since whatever else runs
// on the machine can only make a round slower.
#include "limits/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/aligned.h"
#include "cpu/load.h"
#include "cpu/memory.h"
#include "limits/probe.h"

namespace lithe {

namespace limits {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Rounds this long make the clock's own tens of nanoseconds vanish and still fall between two
// interruptions. Processors that clock down for wide vectors have settled after some of them.
constexpr double kRound = 0.001;  // seconds
constexpr double kEach = 0.025;   // of the processor for one figure, of which there are about six
constexpr Seconds kMost{0.15};    // by the clock
constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

double best_rate(const std::function<double(std::size_t times)>& work) {
  // By the time that the thread had the processor, whatever turns others took with it. Where they
  // did, more time passes by the clock until there is enough of it.
  const auto ours = [] { return cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID); };
  const auto begin = Clock::now();
  const double processor_begin = ours();
  std::size_t times = 1;
  double best = 0;
  for (double now = processor_begin;
       best == 0 || (now - processor_begin < kEach && Clock::now() - begin < kMost);) {
    const double start = now;
    const double amount = work(times);
    now = ours();
    if (now - start < kRound) {
      times *= 2;
    } else {
      best = std::max(best, amount / (now - start));
    }
  }
  return best;
}

namespace {

// Four times the last cache, so that hardly anything of it is found there when it is read again (a
// Zen 5 reads twice its cache a quarter faster than four or eight times that); within bounds, for
// touching it first takes time.
std::size_t beyond_caches(const MachineIdentity& machine) {
  const std::size_t last = machine.caches.empty() ? 0 : machine.caches.back().bytes;
  const std::size_t wanted = std::clamp(last, 16 * kMiB, 64 * kMiB) * 4;
  if (machine.memory_bytes == 0) return wanted;  // unknown
  return std::clamp(static_cast<std::size_t>(machine.memory_bytes / 16), kMiB, wanted);
}

}  // namespace

cpu::Isa measured_isa(const std::string& isa) {
  const cpu::Isa parsed = cpu::parse_isa(isa);
  return parsed == cpu::Isa::scalar ? cpu::best_isa() : parsed;
}

std::vector<Bandwidth> read_levels(const MachineIdentity& machine) {
  std::vector<Bandwidth> levels;
  const auto add = [&levels](std::string name, std::size_t bytes) {
    levels.push_back(
        {std::move(name), std::max(bytes / kReadBlock, std::size_t{1}) * kReadBlock, 0});
  };
  const std::size_t memory = beyond_caches(machine);
  // Half of a cache, since the rest of the program and the other cores want room in it too.
  for (const Cache& cache : machine.caches)
    add(fmt::format("L{}", cache.level), std::min(cache.bytes / 2, memory));
  add("memory", memory);
  return levels;
}

std::size_t bytes_to_read(const std::vector<Bandwidth>& levels, double room) {
  constexpr double kShare = 0.25;
  std::size_t bytes = 0;
  for (const Bandwidth& level : levels)
    if (static_cast<double>(level.working_set) <= kShare * room) bytes = level.working_set;
  return bytes;
}

Limits best_of(const Limits& one, const Limits& other) {
  Limits best = one;
  best.flops_float32 = std::max(one.flops_float32, other.flops_float32);
  best.flops_float64 = std::max(one.flops_float64, other.flops_float64);
  best.flops_bfloat16 = std::max(one.flops_bfloat16, other.flops_bfloat16);
  for (std::size_t i = 0; i < std::min(best.read.size(), other.read.size()); ++i)
    best.read[i].bytes_per_second =
        std::max(best.read[i].bytes_per_second, other.read[i].bytes_per_second);
  best.under_load = one.under_load && other.under_load;
  best.measured_at = std::max(one.measured_at, other.measured_at);
  return best;
}

}  // namespace limits

Limits measure_limits(const MachineIdentity& identity, const std::string& isa) {
  const cpu::Isa measured = limits::measured_isa(isa);
  const limits::Probes probes = limits::probes(measured);
  Limits limits;
  limits.isa = cpu::name(measured);
  limits.read = limits::read_levels(identity);
  const std::size_t bytes = limits::bytes_to_read(limits.read, cpu::memory_room().bytes);
  const base::AlignedArray<std::uint8_t> data(bytes);
  const cpu::LoadMonitor monitor;
  limits.flops_float32 = limits::best_rate(probes.multiply_add_float32);
  limits.flops_float64 = limits::best_rate(probes.multiply_add_float64);
  if (probes.multiply_add_bfloat16 != nullptr)
    limits.flops_bfloat16 = limits::best_rate(probes.multiply_add_bfloat16);
  for (Bandwidth& level : limits.read)
    if (level.working_set <= bytes)
      level.bytes_per_second = limits::best_rate(
          [&](std::size_t times) { return probes.read(data.data(), level.working_set, times); });
  limits.under_load = cpu::disturbed(monitor.observed());
  limits.measured_at = std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  return limits;
}

}  // namespace lithe
