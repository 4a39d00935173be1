// Samples a program by stopping its threads for some microseconds (ptrace(2)), for systems that
// refuse perf_event_open. Nothing is sent to the program, and calls that wait are not interrupted:
// only threads that run are stopped.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "program/sampler.h"

namespace lithe::program {

class StopSampler : public Sampler {
 public:
  // `process`: a child of this process. Returns null and sets `why` where the system refuses.
  // `stacks`: samples contain the top of the stack.
  static std::unique_ptr<StopSampler> open(pid_t process, bool stacks, std::string& why);
  // For a process that runs already and is not a child of this one.
  static std::unique_ptr<StopSampler> attach(pid_t process, bool stacks);
  ~StopSampler() override;

  std::vector<Event> take(bool end = false) override;
  void sample() override;
  const Event* latest(pid_t thread) const override;
  std::uint64_t last_time() const override { return last_time_; }
  bool sees_kernel() const override { return false; }
  bool follows_time() const override { return false; }
  bool tells_processes() const override { return false; }
  void watch(pid_t process) override;

 private:
  StopSampler(pid_t child, bool stacks) : child_(child), stacks_(stacks) {}

  struct Process {
    std::vector<pid_t> threads;
    std::uint64_t listed = 0;  // when
  };
  enum class Stop { stopped, ended, not_yet };
  struct Stopped {
    Stop state = Stop::not_yet;
    int signal = 0;  // that the thread was about to receive
  };

  bool sample(pid_t process, pid_t thread);
  Stopped look(pid_t thread) const;
  Stopped wait(pid_t thread) const;
  bool read(pid_t process, pid_t thread);
  void take_late();

  pid_t child_;  // of this process; 0: none
  bool stacks_;
  std::unordered_map<pid_t, Process> processes_;
  std::size_t turn_ = 0;
  // Threads that had not stopped when they should have, with their processes, and until when they
  // are waited for.
  struct Late {
    pid_t process = 0;
    std::uint64_t until = 0;
  };
  std::map<pid_t, Late> late_;
  std::vector<Event> events_;
  std::unordered_map<pid_t, Event> latest_;
  std::uint64_t last_time_ = 0;
};

}  // namespace lithe::program
