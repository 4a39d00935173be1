#include "program/counters_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "lithe/error.h"

namespace lithe::program {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::machine, fmt::format("no memory to share with the program ({}): {}", what,
                                              std::strerror(errno)));
}

std::uint32_t turn_of(std::uint64_t place, std::uint32_t ring) {
  return static_cast<std::uint32_t>(place / ring) + 1;
}

void add(Counts& total, const CountBlock& b) {
  total.calls += b.calls.load(kRelaxed);
  total.bytes += b.bytes.load(kRelaxed);
  total.frees += b.frees.load(kRelaxed);
  total.largest = std::max(total.largest, b.largest.load(kRelaxed));
  total.maps += b.maps.load(kRelaxed);
  total.mapped_bytes += b.mapped_bytes.load(kRelaxed);
  total.unmaps += b.unmaps.load(kRelaxed);
  total.products += b.products.load(kRelaxed);
  total.flops32 += b.flops32.load(kRelaxed);
  total.flops64 += b.flops64.load(kRelaxed);
}

}  // namespace

CountersFile::CountersFile(std::string_view prefix) {
  descriptor_ = ::memfd_create("lithe-counters", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor_ < 0) refuse("memfd_create");
  // Prevents the program from truncating the file while it is mapped.
  if (::ftruncate(descriptor_, sizeof(SharedCounters)) != 0 ||
      ::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    ::close(descriptor_);
    refuse("ftruncate");
  }
  void* memory =
      ::mmap(nullptr, sizeof(SharedCounters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) {
    ::close(descriptor_);
    refuse("mmap");
  }
  counters_ = static_cast<SharedCounters*>(memory);  // all zero
  counters_->bytes = sizeof(SharedCounters);
  counters_->prefix_length =
      static_cast<std::uint32_t>(std::min<std::size_t>(prefix.size(), kPrefix));
  std::memcpy(counters_->prefix, prefix.data(), counters_->prefix_length);
  counters_->magic = kCountersMagic;
}

CountersFile::~CountersFile() {
  ::munmap(counters_, sizeof(SharedCounters));
  ::close(descriptor_);
}

std::string CountersFile::path() const {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_);
}

// A writer needs microseconds, unless it was stopped or killed while writing.
bool CountersFile::too_long(Wait& wait, std::uint64_t place) {
  constexpr auto kLong = std::chrono::milliseconds(300);
  const auto now = Clock::now();
  if (wait.place != place) wait = {place, now};
  return now - wait.since > kLong;
}

void CountersFile::take_lines(const std::function<void(LineSeen&&)>& take) {
  const std::uint64_t end = counters_->lines.load(std::memory_order_acquire);
  if (end - lines_read_ > kLines) lines_read_ = end;  // the counter was overwritten
  for (; lines_read_ != end; ++lines_read_) {
    Line& line = counters_->line[lines_read_ % kLines];
    if (line.turn.load(std::memory_order_acquire) == turn_of(lines_read_, kLines)) {
      const std::size_t length = std::min<std::size_t>(line.length, kLineText);
      take(
          {line.nanoseconds, line.faults, line.heap, line.process, std::string(line.text, length)});
    } else if (!too_long(line_wait_, lines_read_)) {
      break;
    }
  }
  counters_->lines_read.store(lines_read_, std::memory_order_release);
}

std::uint64_t CountersFile::lines_lost() const { return counters_->lines_lost.load(kRelaxed); }

std::vector<std::int32_t> CountersFile::processes() const {
  const std::uint32_t count = std::min(counters_->processes.load(kRelaxed), kProcesses);
  std::vector<std::int32_t> all;
  for (std::uint32_t i = 0; i < count; ++i)
    if (const std::int32_t process = counters_->process[i].load(kRelaxed); process > 0)
      all.push_back(process);
  return all;
}

Counts CountersFile::counts() const {
  Counts total;
  for (const CountBlock& block : counters_->block) add(total, block);
  add(total, counters_->crowd);
  return total;
}

std::uint64_t CountersFile::peak() const {
  return static_cast<std::uint64_t>(std::max(counters_->peak.load(kRelaxed), std::int64_t{0}));
}

}  // namespace lithe::program
