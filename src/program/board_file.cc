#include "program/board_file.h"

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

void add(HeapCounts& total, const CountBlock& b) {
  total.calls += b.calls.load(kRelaxed);
  total.bytes += b.bytes.load(kRelaxed);
  total.frees += b.frees.load(kRelaxed);
  total.largest = std::max(total.largest, b.largest.load(kRelaxed));
  total.maps += b.maps.load(kRelaxed);
  total.mapped_bytes += b.mapped_bytes.load(kRelaxed);
  total.unmaps += b.unmaps.load(kRelaxed);
}

}  // namespace

BoardFile::BoardFile(std::string_view prefix, std::uint32_t timer_microseconds) {
  descriptor_ = ::memfd_create("lithe-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor_ < 0) refuse("memfd_create");
  // The program must not make it shorter under our eyes.
  if (::ftruncate(descriptor_, sizeof(Board)) != 0 ||
      ::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    ::close(descriptor_);
    refuse("ftruncate");
  }
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) {
    ::close(descriptor_);
    refuse("mmap");
  }
  board_ = static_cast<Board*>(memory);  // all zero
  board_->bytes = sizeof(Board);
  board_->timer_microseconds = timer_microseconds;
  board_->prefix_length = static_cast<std::uint32_t>(std::min<std::size_t>(prefix.size(), kPrefix));
  std::memcpy(board_->prefix, prefix.data(), board_->prefix_length);
  board_->magic = kBoardMagic;
}

BoardFile::~BoardFile() {
  ::munmap(board_, sizeof(Board));
  ::close(descriptor_);
}

std::string BoardFile::path() const {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_);
}

// A writer needs microseconds, unless it is stopped or killed in the middle.
bool BoardFile::too_long(Wait& wait, std::uint64_t place) {
  constexpr auto kLong = std::chrono::milliseconds(300);
  const auto now = Clock::now();
  if (wait.place != place) wait = {place, now};
  return now - wait.since > kLong;
}

void BoardFile::take_lines(const std::function<void(LineSeen&&)>& take) {
  const std::uint64_t end = board_->lines.load(std::memory_order_acquire);
  if (end - lines_read_ > kLines) lines_read_ = end;  // the program wrote over it
  for (; lines_read_ != end; ++lines_read_) {
    Line& line = board_->line[lines_read_ % kLines];
    if (line.turn.load(std::memory_order_acquire) == turn_of(lines_read_, kLines)) {
      const std::size_t length = std::min<std::size_t>(line.length, kLineText);
      take({line.nanoseconds, line.faults, line.heap, std::string(line.text, length)});
    } else if (!too_long(line_wait_, lines_read_)) {
      break;
    }
  }
  board_->lines_read.store(lines_read_, std::memory_order_release);
}

void BoardFile::take_samples(const std::function<void(const SampleSeen&)>& take) {
  const std::uint64_t end = board_->samples.load(std::memory_order_acquire);
  if (end - samples_read_ > kSamples) {
    samples_lost_ += end - samples_read_ - kSamples;
    samples_read_ = end - kSamples;
  }
  for (; samples_read_ != end; ++samples_read_) {
    const TimerSample& from = board_->sample[samples_read_ % kSamples];
    const std::uint32_t turn = from.turn.load(std::memory_order_acquire);
    const std::uint32_t expected = turn_of(samples_read_, kSamples);
    if (turn == expected)
      take({from.process, from.thread, from.address});
    else if (turn > expected || too_long(sample_wait_, samples_read_))
      ++samples_lost_;
    else
      break;
  }
}

std::uint64_t BoardFile::lines_lost() const { return board_->lines_lost.load(kRelaxed); }

std::vector<std::int32_t> BoardFile::processes() const {
  const std::uint32_t count = std::min(board_->processes.load(kRelaxed), kProcesses);
  std::vector<std::int32_t> all;
  for (std::uint32_t i = 0; i < count; ++i)
    if (const std::int32_t process = board_->process[i].load(kRelaxed); process > 0)
      all.push_back(process);
  return all;
}

HeapCounts BoardFile::counts() const {
  HeapCounts total;
  for (const CountBlock& block : board_->block) add(total, block);
  add(total, board_->crowd);
  return total;
}

std::uint64_t BoardFile::peak() const {
  return static_cast<std::uint64_t>(std::max(board_->peak.load(kRelaxed), std::int64_t{0}));
}

}  // namespace lithe::program
