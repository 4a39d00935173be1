// Measures the cost of denormal numbers, memory bandwidth, and the cost of pages.
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "cpu/denormals.h"
#include "cpu/load.h"
#include "doctor/circumstances.h"
#include "doctor/trials.h"
#include "limits/all_cores.h"
#include "limits/limits.h"
#include "limits/probe.h"

namespace lithe::doctor {

namespace {

// Processor time of the thread: excludes other programs, includes the kernel's work for it.
double seconds() { return cpu::processor_seconds(CLOCK_THREAD_CPUTIME_ID); }

constexpr std::size_t kPage = 4096, kHuge = std::size_t{2} << 20, kBytes = 32 * kHuge;

// Fresh memory aligned to a huge page; empty if the system refuses.
class Pages {
 public:
  explicit Pages(int advice) {
    void* got = ::mmap(nullptr, kBytes + kHuge, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return;
    whole_ = got;
    const std::size_t beyond = reinterpret_cast<std::uintptr_t>(got) % kHuge;
    data_ = static_cast<std::uint8_t*>(got) + (kHuge - beyond) % kHuge;
    if (advice != MADV_NORMAL) ::madvise(data_, kBytes, advice);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() {
    if (whole_ != nullptr) ::munmap(whole_, kBytes + kHuge);
  }
  std::uint8_t* data() const { return data_; }

 private:
  void* whole_ = nullptr;
  std::uint8_t* data_ = nullptr;
};

// Reads at unpredictable addresses, by the high half of Knuth's MMIX generator.
double read_at_random(const std::uint8_t* data) {
  constexpr std::size_t kReads = 200'000;
  std::uint64_t state = 1, sum = 0;
  const double start = seconds();
  for (std::size_t i = 0; i < kReads; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    sum += data[(state >> 32) % kBytes];
  }
  [[maybe_unused]] volatile std::uint64_t keep = sum;
  return (seconds() - start) / kReads;
}

PageCost cost(int advice) {
  const Pages pages(advice);
  if (pages.data() == nullptr) return {};
  PageCost result;
  const double start = seconds();
  for (std::size_t i = 0; i < kBytes; i += kPage) pages.data()[i] = 1;
  result.touch = seconds() - start;
  // MADV_COLLAPSE (Linux 6.1) makes huge pages even where they are switched off.
#if defined(MADV_COLLAPSE)
  if (advice == MADV_HUGEPAGE) ::madvise(pages.data(), kBytes, MADV_COLLAPSE);
#endif
  result.read = read_at_random(pages.data());
  return result;
}

void keep_less(PageCost& best, const PageCost& one) {
  const auto less = [](double a, double b) { return a == 0 ? b : std::min(a, b); };
  best.touch = less(best.touch, one.touch);
  best.read = less(best.read, one.read);
}

}  // namespace

DenormalCost try_denormals() {
  const limits::Probes probes = limits::probes(cpu::best_isa());
  const auto ratio = [](auto normal, auto tiny) {
    return limits::best_rate(normal) / limits::best_rate(tiny);
  };
  DenormalCost times;
  times.float32 = ratio(probes.multiply_add_float32, probes.multiply_add_tiny_float32);
  times.float64 = ratio(probes.multiply_add_float64, probes.multiply_add_tiny_float64);
  const cpu::FlushDenormals flush;
  times.flushed = ratio(probes.multiply_add_float32, probes.multiply_add_tiny_float32);
  return times;
}

MemoryBandwidth try_memory(const MachineIdentity& machine, int threads) {
  MemoryBandwidth rates;
  rates.threads = threads;
  constexpr int kTurns = 2;  // so that a noisy moment does not hit one of them alone
  for (int turn = 0; turn < kTurns; ++turn) {
    rates.one = std::max(rates.one, limits::read_memory_in_parallel(machine, "auto", 1));
    rates.all = std::max(rates.all, limits::read_memory_in_parallel(
                                        machine, "auto", static_cast<std::size_t>(threads)));
  }
  return rates;
}

HugePages try_pages(const std::filesystem::path& root) {
  HugePages pages;
  pages.mode = huge_page_mode(root);
  if (pages.mode.empty()) return pages;
  pages.bytes = kBytes;
  constexpr int kTurns = 3;
  for (int turn = 0; turn < kTurns; ++turn) {
    keep_less(pages.small, cost(MADV_NOHUGEPAGE));
    keep_less(pages.huge, cost(MADV_HUGEPAGE));
    keep_less(pages.by_default, cost(MADV_NORMAL));
  }
  return pages;
}

}  // namespace lithe::doctor
