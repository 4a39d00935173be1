// Counts how long a program's threads were at each place: the stack, and what was done there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "lithe/program_report.h"
#include "program/address_space.h"
#include "program/python_reader.h"

namespace lithe::program {

// A function with a line of it, or only code of a file.
struct StackFrame {
  std::uint32_t code = 0;  // of StackCounts::codes; 0: only `place` is known
  int line = 0;
  Place place;  // of compiled code
  bool operator==(const StackFrame& other) const;
};

// A thread at a moment.
struct Moment {
  pid_t process = 0;
  bool first_thread = false;  // of its process
  bool later = false;         // after the first epoch
  bool collecting = false;    // garbage
  bool runs = false;          // if not, it waits:
  Wait wait = Wait::none;
  bool others_run = false;  // other threads or processes of the program
  // Where the processor was, if it runs and there is a sample.
  bool sampled = false, in_kernel = false, entered = false;
  Place place;
  std::vector<StackFrame> frames;  // the innermost first; empty where they are not known
  bool operator==(const Moment& other) const;
};

class StackCounts {
 public:
  // The number of a function, from 1 on.
  std::uint32_t number(const std::shared_ptr<const PythonCode>& code);
  const PythonCode& code(std::uint32_t number) const { return *codes_[number - 1]; }
  const std::shared_ptr<const PythonCode>& shared_code(std::uint32_t number) const {
    return codes_[number - 1];
  }

  void add(const Moment& moment, std::uint64_t nanoseconds);
  // At the end of an epoch, and of the program: what comes after the last epoch is of none, so it
  // is not `later`.
  void end_epoch();
  void end_program();
  // After the end of the program.
  void for_each(const std::function<void(const Moment&, std::uint64_t nanoseconds)>& take) const;

 private:
  struct Hash {
    std::size_t operator()(const Moment& moment) const;
  };

  std::unordered_map<const PythonCode*, std::uint32_t> numbers_;
  std::vector<std::shared_ptr<const PythonCode>> codes_;
  using Counts = std::unordered_map<Moment, std::uint64_t, Hash>;
  void settle(const Moment& moment, std::uint64_t nanoseconds);

  Counts counts_, open_;                           // of epochs that have ended, and since then
  std::size_t kept_frames_ = 0, open_frames_ = 0;  // in them
};

}  // namespace lithe::program
