// Epochs: what happened between one mark in a program's output and the next.
#pragma once

#include <regex.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/program_report.h"
#include "program/board_file.h"

namespace lithe::program {

// A POSIX extended regular expression, letters of either case.
class Mark {
 public:
  // Throws Error(usage) for what is none.
  explicit Mark(const std::string& expression);
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark();

  bool found_in(const std::string& line) const;

  // With what every line begins that it can be found in; empty if it may be anything.
  static std::string prefix(std::string_view expression);

 private:
  regex_t compiled_;
};

HeapUse heap_use(const HeapCounts& counts);

// Makes epochs of marks as they come, at most 100,000.
class EpochCutter {
 public:
  // `start`: nanoseconds of CLOCK_MONOTONIC when the program began.
  explicit EpochCutter(std::uint64_t start) : nanoseconds_(start) {}

  void cut(const LineSeen& mark);
  std::vector<ProgramEpoch> epochs() const { return epochs_; }
  // When the first ended; 0 before it has.
  std::uint64_t first_end() const { return first_end_; }

 private:
  std::uint64_t nanoseconds_, faults_ = 0, first_end_ = 0;
  HeapCounts counts_;
  std::vector<ProgramEpoch> epochs_;
};

// A whole run in equal parts.
std::vector<ProgramEpoch> divide(const ProgramEpoch& run, int parts);

}  // namespace lithe::program
