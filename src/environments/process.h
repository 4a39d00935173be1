// A program that exchanges lines with us over its standard streams.
//
// The shell runs it in a process group of its own, so that everything that it starts ends with it.
// Its input and output are one socket: to write to a program that has ended is an error, not a
// signal. Its standard error is read as well; the last line becomes part of the error message if it
// fails.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace lithe::environments {

class Process {
 public:
  using Clock = std::chrono::steady_clock;
  using LineHandler = std::function<void(std::string_view line)>;

  // Throws Error(machine) if no process can be started. A program that does not exist is noticed
  // later, when the shell ends.
  Process(const std::string& command, LineHandler on_stderr);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // finish(now)

  // Both throw Error(machine), without a place, if the program ends, closes its output or exceeds
  // the time; send also if part of its output has not been received. The line has no newline and is
  // valid until the next call.
  void send(std::string_view line, Clock::time_point until);
  std::string_view receive(Clock::time_point until);

  // A program should end when its input does. `finish` waits for that and kills what is left.
  void close_input();
  void finish(Clock::time_point until);

  pid_t id() const { return id_; }

 private:
  void start(const std::string& command, int input, int words);
  bool wait_for(short events, Clock::time_point until);
  void read_stderr();
  void read_answer();
  [[noreturn]] void fail_ended();
  bool reap();

  LineHandler on_stderr_;
  pid_t id_ = -1;
  int socket_ = -1, stderr_ = -1;
  int status_ = 0;
  bool at_end_ = false;
  std::string buffer_;        // received, not all of it returned yet
  std::size_t returned_ = 0;  // the length of `buffer_` that has been returned
  std::size_t searched_ = 0;
  std::string stderr_line_, last_stderr_line_;
};

}  // namespace lithe::environments
