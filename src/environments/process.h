// A program that is talked to in lines over its standard streams.
//
// It is run by the shell in a process group of its own, so that whatever it starts ends with it.
// Its input and output are one socket: writing to a program that has ended is an error here and no
// signal. What it writes to standard error is read along, and its last line told where it fails.
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
  using Words = std::function<void(std::string_view line)>;

  // Throws Error(machine) if the system starts none. That there is no such program shows later, by
  // its end.
  Process(const std::string& command, Words on_words);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // finish(now)

  // Both throw Error(machine), without saying where, when the program ends, closes its output or
  // lets the time pass; send also where something of what it said has not been received. The line
  // has no end of line, and is valid until the next call.
  void send(std::string_view line, Clock::time_point until);
  std::string_view receive(Clock::time_point until);

  // A program should end when its input does. `finish` waits for that and kills what is left.
  void close_input();
  void finish(Clock::time_point until);

  pid_t id() const { return id_; }

 private:
  void start(const std::string& command, int input, int words);
  bool wait_for(short events, Clock::time_point until);
  void read_words();
  void read_answer();
  [[noreturn]] void fail_ended();
  bool reap();

  Words on_words_;
  pid_t id_ = -1;
  int talk_ = -1, words_ = -1;
  int status_ = 0;
  bool at_end_ = false;
  std::string buffer_;     // read and not yet given away
  std::size_t given_ = 0;  // of it, before which all has been given away
  std::size_t searched_ = 0;
  std::string words_line_, last_words_;
};

}  // namespace lithe::environments
