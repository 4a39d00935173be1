// Starts the program to examine, and waits for it.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lithe::program {

// Environment variables; an empty value means that the variable is unset.
using Variables = std::vector<std::pair<std::string, std::string>>;

// The command without the assignments to these variables, where it begins with `env`.
std::vector<std::string> without_assignments(std::vector<std::string> command,
                                             const Variables& variables);

// Waits at most this long for the end of a process, given its descriptor (pidfd_open(2)), or just
// so long without one (-1). Returns whether it has ended.
bool wait_for_end(int process, std::chrono::microseconds most);

double seconds(const timeval& time);

class Launched {
 public:
  // Makes a process that becomes the program when `go` is called. Its environment is that of this
  // process with `variables` set. `silent`: without input, its output and errors are discarded,
  // and it is in a process group of its own, all of which is killed when this object ends.
  // Throws Error(machine) if the system refuses a process.
  Launched(std::vector<std::string> command, const Variables& variables, bool silent = false);
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;
  ~Launched();  // kills the program if it still runs

  pid_t process() const { return process_; }

  // Throws Error(usage) if the program cannot be run.
  void go();

  // Waits at most this long for the end of the program. Returns whether it has ended.
  bool ended(std::chrono::microseconds wait);

  // Seconds of processor time so far, also of the programs that it started. While it runs, those of
  // its group, which must be its own (`silent`).
  double processor_seconds() const;

  // After its end.
  int status() const { return status_; }  // as of wait(2)
  const rusage& usage() const { return usage_; }
  double seconds() const { return seconds_; }  // wall time

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> command_;
  pid_t process_ = -1;
  bool silent_;
  int start_ = -1, problem_ = -1,
      descriptor_ = -1;  // ends of pipes, and a descriptor of the process
  bool ended_ = false;
  int status_ = 0;
  rusage usage_{};
  double seconds_ = 0;
  Clock::time_point begin_;
};

// During its lifetime, this process ignores the signals that the terminal sends to it and to the
// program alike, and forwards the signals that ask it to terminate to `process`. There may be one
// at a time.
class ForwardSignals {
 public:
  explicit ForwardSignals(pid_t process);
  ForwardSignals(const ForwardSignals&) = delete;
  ForwardSignals& operator=(const ForwardSignals&) = delete;
  ~ForwardSignals();

 private:
  struct Saved;
  std::vector<Saved> saved_;
};

}  // namespace lithe::program
