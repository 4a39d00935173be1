// The board (program/board.h) as Lithe has it: made before the program starts, read while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "program/board.h"

namespace lithe::program {

struct LineSeen {
  std::uint64_t nanoseconds = 0, faults = 0;
  HeapCounts heap;
  std::string text;
};

struct SampleSeen {
  std::int32_t process = 0, thread = 0;
  std::uint64_t address = 0;
};

class BoardFile {
 public:
  // `prefix`: of the lines that matter, at most kPrefix bytes of it are used. Throws Error(machine)
  // if the system refuses the memory.
  BoardFile(std::string_view prefix, std::uint32_t timer_microseconds);
  BoardFile(const BoardFile&) = delete;
  BoardFile& operator=(const BoardFile&) = delete;
  ~BoardFile();

  // Before the program starts: its threads need not be sampled by timers.
  void stop_timers() { board_->timer_microseconds = 0; }

  // By which other processes of this user find it, as long as this process lives.
  std::string path() const;

  // Each line and sample once, in their order. One whose writer was killed is passed over.
  void take_lines(const std::function<void(LineSeen&&)>& take);
  void take_samples(const std::function<void(const SampleSeen&)>& take);

  std::uint64_t lines_lost() const;
  std::uint64_t samples_lost() const { return samples_lost_; }
  std::vector<std::int32_t> processes() const;  // that have the library
  HeapCounts counts() const;
  std::uint64_t peak() const;

 private:
  using Clock = std::chrono::steady_clock;

  // Since when the reader waits for one entry.
  struct Wait {
    std::uint64_t place = ~std::uint64_t{0};
    Clock::time_point since;
  };
  static bool too_long(Wait& wait, std::uint64_t place);

  int descriptor_ = -1;
  Board* board_ = nullptr;
  std::uint64_t lines_read_ = 0, samples_read_ = 0, samples_lost_ = 0;
  Wait line_wait_, sample_wait_;
};

}  // namespace lithe::program
