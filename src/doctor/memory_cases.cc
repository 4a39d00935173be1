// Checks of memory: bandwidth, huge pages, size, and denormal numbers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "doctor/cases.h"

namespace lithe::doctor {

namespace {

constexpr double kGiB = 1 << 30, kMiB = 1 << 20;

// Operations for each byte read from memory below which its bandwidth is the bound.
double operations_a_byte(const MachineReport& report, double bytes_per_second) {
  return bytes_per_second > 0 ? report.all_cores.flops_float32 / bytes_per_second : 0;
}

double ratio(double a, double b) { return a > 0 && b > 0 ? a / b : 0; }

}  // namespace

Case bandwidth_case(const MachineReport& report, const MachineTrials& trials) {
  const MemoryBandwidth& memory = trials.memory;
  Case result{"bandwidth", "not measured", {}};
  if (memory.one <= 0 || memory.all <= 0) return result;
  result.observed = fmt::format(
      "memory gives one thread {:.0f} GB/s, {} threads {:.0f}; code with fewer than {:.2g} float32 "
      "operations for each byte is bound by it",
      memory.one / kGiga, memory.threads, memory.all / kGiga,
      operations_a_byte(report, memory.all));
  constexpr double kHardlyMore = 1.25;
  // Other programs read memory as well.
  const bool ours = quiet(trials);
  if (!ours) result.observed += " (measured beside other programs)";
  if (!ours || memory.threads < 2 || memory.all > kHardlyMore * memory.one) return result;
  Finding finding;
  finding.name = "bandwidth";
  finding.problem = fmt::format(
      "one thread reads nearly all that memory gives: {} threads read {:.2f} times as much",
      memory.threads, memory.all / memory.one);
  finding.factor = memory.threads * memory.one / memory.all;
  finding.only_if = fmt::format(
      "its arrays are larger than the last cache and it does less than {:.2g} operations for each "
      "byte (sums, activations, optimizers over large arrays)",
      operations_a_byte(report, memory.all));
  finding.evidence = fmt::format("{:.1f} GB/s with one thread, {:.1f} with {}", memory.one / kGiga,
                                 memory.all / kGiga, memory.threads);
  finding.remedy =
      "keep the working set within the caches (smaller batches, float32 in place of float64, "
      "fused operations), or run such a program on one thread and another beside it";
  finding.commands = {"export OMP_NUM_THREADS=1"};
  finding.check = "lithe info  # the line 'reading'";
  result.findings.push_back(std::move(finding));
  return result;
}

Case denormals_case(const MachineTrials& trials) {
  const DenormalCost& cost = trials.denormals;
  Case result{"denormals", "not measured", {}};
  if (cost.float32 <= 0) return result;
  result.observed =
      fmt::format("a multiply-add of them takes {:.1f} times as long in float32, {:.1f} in float64",
                  cost.float32, cost.float64);
  constexpr double kCosts = 1.5;
  const double worst = std::max(cost.float32, cost.float64);
  if (worst < kCosts) return result;
  Finding finding;
  finding.name = "denormals";
  finding.problem = "arithmetic with denormal numbers is done in microcode";
  finding.factor = worst;
  finding.only_if =
      "its values fall below 1.2e-38 in float32 or 2.2e-308 in float64 without being zero (weights "
      "under decay, gradients that vanish, echoes that fade)";
  finding.evidence = result.observed;
  if (cost.flushed > 0)
    finding.evidence += fmt::format("; {:.1f} while they are flushed to zero", cost.flushed);
  finding.remedy =
      "flush them to zero: PyTorch by torch.set_flush_denormal(True), C and C++ by -ffast-math "
      "when "
      "linking; Lithe always does. Any other program on x86 by a library that is loaded before it";
  finding.commands = {
      "echo '__attribute__((constructor)) void f() { "
      "__builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); }' | gcc -shared -fPIC -x c - -o "
      "flush_denormals.so",
      "export LD_PRELOAD=$PWD/flush_denormals.so"};
  finding.check =
      "python3 -c \"import numpy as n; print(n.full(9, 1e-40, n.float32) * n.float32(0.5))\"  # "
      "zeros";
  result.findings.push_back(std::move(finding));
  return result;
}

Case pages_case(const MachineTrials& trials) {
  const HugePages& pages = trials.pages;
  Case result{"huge pages", "the kernel has none", {}};
  if (pages.mode.empty()) return result;
  const double read = ratio(pages.by_default.read, pages.huge.read);
  const double touch = ratio(pages.by_default.touch, pages.huge.touch);
  result.observed = fmt::format(
      "'{}': touching new memory takes {:.1f} times as long as in huge pages, "
      "reading at random {:.1f}",
      pages.mode, touch, read);
  constexpr double kCosts = 1.2;
  if (pages.mode == "always" || std::max(read, touch) < kCosts) return result;
  Finding finding;
  finding.name = "huge_pages";
  finding.problem = pages.mode == "never"
                        ? "the kernel gives no huge pages"
                        : "the kernel gives huge pages only to programs that ask for them";
  finding.factor = std::max(read, touch);
  finding.only_if =
      "it allocates arrays of more than 32 MiB again and again, or reads them at random (NumPy "
      "asks "
      "for huge pages from 4 MiB on)";
  finding.evidence = fmt::format(
      "{:.0f} MiB: touched first in {:.1f} ms, {:.1f} in huge pages; a read at random {:.1f} ns, "
      "{:.1f} in huge pages",
      static_cast<double>(pages.bytes) / kMiB, 1e3 * pages.by_default.touch, 1e3 * pages.huge.touch,
      1e9 * pages.by_default.read, 1e9 * pages.huge.read);
  if (pages.mode == "never") {
    finding.remedy = "let programs ask for them, and let the C library ask (glibc 2.35 and later)";
    finding.commands = {"echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
                        "export GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};
  } else {
    finding.remedy =
        "let the C library ask for them (glibc 2.35 and later); or for all programs: echo always | "
        "sudo tee /sys/kernel/mm/transparent_hugepage/enabled";
    finding.commands = {"export GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};
  }
  finding.check = "grep AnonHugePages /proc/meminfo  # while the program runs";
  result.findings.push_back(std::move(finding));
  return result;
}

namespace {

void add_limit(const MemoryRoom& room, Case& result) {
  const double left = room.limit - room.used;
  constexpr double kShare = 0.1;
  if (room.limit <= 0 || left > kShare * room.limit) return;
  Finding finding;
  finding.name = "memory";
  finding.problem = fmt::format(
      "the container or service may use {:.1f} GiB and has {:.2f} left: a program that wants more "
      "is slowed down, then killed",
      room.limit / kGiB, std::max(left, 0.0) / kGiB);
  finding.remedy =
      "raise the limit (where Docker runs: docker update --memory 8g CONTAINER), or "
      "end what uses it";
  finding.commands = {"ps -e -o pid,rss,args --sort=-rss | head"};
  finding.check = kAgain;
  result.findings.push_back(std::move(finding));
}

void add_swap(const MemoryRoom& room, Case& result) {
  if (room.pages_swapped == 0) return;
  Finding finding;
  finding.name = "swap";
  finding.problem = fmt::format(
      "the machine has too little memory: it moved {} pages from or to its disk while the doctor "
      "ran, and {:.1f} GiB are on it",
      room.pages_swapped, room.swapped / kGiB);
  finding.remedy = "end what uses the memory, or load less of the data at once";
  finding.commands = {"ps -e -o pid,rss,args --sort=-rss | head"};
  finding.check = "vmstat 1 5  # the columns si and so";
  result.findings.push_back(std::move(finding));
}

// Docker's default is 64 MiB.
void add_shared(const MemoryRoom& room, Case& result) {
  constexpr double kLittle = 256 * kMiB;
  if (room.shared <= 0 || room.shared >= kLittle) return;
  Finding finding;
  finding.name = "shared_memory";
  finding.problem =
      fmt::format("/dev/shm holds {:.0f} MiB, too little for batches that other processes load",
                  room.shared / kMiB);
  finding.only_if =
      "it loads data with worker processes (PyTorch's DataLoader ends in a bus error)";
  finding.remedy = "give it more, in a container by docker run --shm-size=8g";
  finding.commands = {"sudo mount -o remount,size=8G /dev/shm"};
  finding.check = "df -h /dev/shm";
  result.findings.push_back(std::move(finding));
}

}  // namespace

Case memory_case(const MachineTrials& trials) {
  const MemoryRoom& room = trials.room;
  Case result{"memory",
              fmt::format("{:.1f} of {:.1f} GiB are free, nothing goes to the disk",
                          room.available / kGiB, room.all / kGiB),
              {}};
  if (room.limit > 0)
    result.observed += fmt::format("; the limit of {:.1f} GiB leaves {:.1f}", room.limit / kGiB,
                                   (room.limit - room.used) / kGiB);
  add_limit(room, result);
  add_swap(room, result);
  add_shared(room, result);
  return result;
}

}  // namespace lithe::doctor
