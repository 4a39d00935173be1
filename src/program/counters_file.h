// Lithe's side of the shared counters (program/shared_counters.h): created before the program
// starts, and read while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "program/shared_counters.h"

namespace lithe::program {

struct LineSeen {
  std::uint64_t nanoseconds = 0, faults = 0;
  Counts heap;
  std::int32_t process = 0;
  std::string text;
};

class CountersFile {
 public:
  // `prefix` is the beginning of the lines to record; its first kPrefix bytes are used. Throws
  // Error(machine) if the system refuses the memory.
  explicit CountersFile(std::string_view prefix);
  CountersFile(const CountersFile&) = delete;
  CountersFile& operator=(const CountersFile&) = delete;
  ~CountersFile();

  // The path by which other processes of this user open it while this process lives.
  std::string path() const;

  // Passes on each line once, in order. Skips one whose writer was killed.
  void take_lines(const std::function<void(LineSeen&&)>& take);

  std::uint64_t lines_lost() const;
  std::vector<std::int32_t> processes() const;  // that loaded the library
  Counts counts() const;
  std::uint64_t peak() const;

 private:
  using Clock = std::chrono::steady_clock;

  // The time since which the reader has waited for one entry.
  struct Wait {
    std::uint64_t place = ~std::uint64_t{0};
    Clock::time_point since;
  };
  static bool too_long(Wait& wait, std::uint64_t place);

  int descriptor_ = -1;
  SharedCounters* counters_ = nullptr;
  std::uint64_t lines_read_ = 0;
  Wait line_wait_;
};

}  // namespace lithe::program
