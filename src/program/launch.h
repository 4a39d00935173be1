// Starting the program that is to be looked into, and waiting for it.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lithe::program {

// An empty value: unset.
using Variables = std::vector<std::pair<std::string, std::string>>;

class Launched {
 public:
  // A process that will become the program once `go` is called; its environment is this one's with
  // `variables` set. `silent`: what it writes to standard output goes nowhere.
  // Throws Error(machine) if the system refuses a process.
  Launched(std::vector<std::string> command, const Variables& variables, bool silent = false);
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;
  ~Launched();  // ends a program that still runs

  pid_t process() const { return process_; }

  // Throws Error(usage) if the program cannot be run.
  void go();

  // Waits for its end for at most so long. True once it has ended.
  bool ended(std::chrono::milliseconds wait);

  // After its end.
  int status() const { return status_; }  // as wait(2) has it
  const rusage& usage() const { return usage_; }
  double seconds() const { return seconds_; }  // by the clock

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> command_;
  pid_t process_ = -1;
  int start_ = -1, problem_ = -1, watch_ = -1;  // ends of pipes; the process as a descriptor
  bool ended_ = false;
  int status_ = 0;
  rusage usage_{};
  double seconds_ = 0;
  Clock::time_point begin_;
};

// While it lives, this process ignores the signals that the terminal sends to it and to the program
// alike, and hands on to `process` those that ask it to end. One at a time.
class PassSignals {
 public:
  explicit PassSignals(pid_t process);
  PassSignals(const PassSignals&) = delete;
  PassSignals& operator=(const PassSignals&) = delete;
  ~PassSignals();

 private:
  struct Saved;
  std::vector<Saved> saved_;
};

}  // namespace lithe::program
