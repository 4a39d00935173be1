#include "preload/lines.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "preload/counts.h"
#include "program/shared_counters.h"

namespace lithe::preload {

using program::SharedCounters;

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

struct Assembled {
  std::atomic<bool> busy{false};
  std::uint32_t length = 0;  // of the recorded part of the line so far
  char text[program::kLineText];
};
Assembled lines[2];

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool of_interest(const SharedCounters& counters, const Assembled& line) {
  const std::uint32_t length = counters.prefix_length;
  if (length > program::kPrefix || line.length < length) return false;
  for (std::uint32_t i = 0; i < length; ++i)
    if (lower(line.text[i]) != lower(counters.prefix[i])) return false;
  return true;
}

// Claims the next entry of the ring, unless Lithe has not read it yet.
bool claim(SharedCounters& counters, std::uint64_t& place) {
  place = counters.lines.load(kRelaxed);
  do {
    if (place - counters.lines_read.load(std::memory_order_acquire) >= program::kLines)
      return false;
  } while (!counters.lines.compare_exchange_weak(place, place + 1, kRelaxed));
  return true;
}

void post(SharedCounters& counters, const Assembled& from) {
  std::uint64_t place = 0;
  if (!claim(counters, place)) {
    counters.lines_lost.fetch_add(1, kRelaxed);
    return;
  }
  program::Line& line = counters.line[place % program::kLines];
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  line.process = static_cast<std::int32_t>(::getpid());
  line.nanoseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
                     static_cast<std::uint64_t>(now.tv_nsec);
  line.faults = static_cast<std::uint64_t>(usage.ru_minflt);
  line.heap = sum(counters);
  line.length = from.length;
  std::memcpy(line.text, from.text, from.length);
  line.turn.store(static_cast<std::uint32_t>(place / program::kLines) + 1,
                  std::memory_order_release);
}

void take(SharedCounters& counters, Assembled& line, const char* text, std::size_t length) {
  while (length > 0) {
    const auto* end = static_cast<const char*>(std::memchr(text, '\n', length));
    const std::size_t part = end == nullptr ? length : static_cast<std::size_t>(end - text);
    const std::size_t room = program::kLineText - line.length;
    const std::size_t kept = part < room ? part : room;
    std::memcpy(line.text + line.length, text, kept);
    line.length += static_cast<std::uint32_t>(kept);
    if (end == nullptr) return;
    if (of_interest(counters, line)) post(counters, line);
    line.length = 0;
    text += part + 1;
    length -= part + 1;
  }
}

}  // namespace

void see(int descriptor, const char* text, std::size_t length) {
  if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO) return;
  SharedCounters* shared = counters();
  if (shared == nullptr || text == nullptr) return;
  Assembled& line = lines[descriptor - 1];
  if (line.busy.exchange(true, std::memory_order_acquire)) return;
  const int before = errno;
  take(*shared, line, text, length);
  errno = before;
  line.busy.store(false, std::memory_order_release);
}

void begin_lines() {
  for (Assembled& line : lines) {
    line.busy.store(false, kRelaxed);
    line.length = 0;
  }
}

}  // namespace lithe::preload
