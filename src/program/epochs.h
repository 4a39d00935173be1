// Epochs: the time between one mark in a program's output and the next.
#pragma once

#include <regex.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/program_report.h"
#include "program/counters_file.h"

namespace lithe::program {

// A POSIX extended regular expression, case-insensitive.
class Mark {
 public:
  // Throws Error(usage) for an invalid expression.
  explicit Mark(const std::string& expression);
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark();

  bool found_in(const std::string& line) const;

  // The literal text with which every matching line begins; empty if there is none.
  static std::string prefix(std::string_view expression);

 private:
  regex_t compiled_;
};

HeapUse heap_use(const Counts& counts);
ProductUse product_use(const Counts& counts);

// Makes epochs from marks in their order, at most 100,000.
class EpochCutter {
 public:
  // `start`: nanoseconds of CLOCK_MONOTONIC when the program began.
  explicit EpochCutter(std::uint64_t start) : nanoseconds_(start) {}

  void cut(const LineSeen& mark);
  std::vector<ProgramEpoch> epochs() const { return epochs_; }
  // The end of the first epoch, or 0 before it.
  std::uint64_t first_end() const { return first_end_; }

 private:
  std::uint64_t nanoseconds_, faults_ = 0, first_end_ = 0;
  Counts counts_;
  std::vector<ProgramEpoch> epochs_;
};

// Divides a whole run into equal epochs.
std::vector<ProgramEpoch> divide(const ProgramEpoch& run, int parts);

}  // namespace lithe::program
