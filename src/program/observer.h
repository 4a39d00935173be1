// Looks at the threads of running processes at moments: the stack of each, and what it does there.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "program/address_space.h"
#include "program/generated_code.h"
#include "program/look_place.h"
#include "program/native_stack.h"
#include "program/python_reader.h"
#include "program/sampler.h"
#include "program/stack_counts.h"
#include "program/thread_state.h"
#include "program/timeline.h"

namespace lithe::program {

class Observer {
 public:
  // A place of code in a process.
  using FindPlace = std::function<Place(pid_t process, std::uint64_t address)>;

  // `start`: of the program, nanoseconds of CLOCK_MONOTONIC.
  Observer(FindPlace find, GeneratedCode& generated, std::uint64_t start)
      : find_(std::move(find)), generated_(generated), timeline_(start) {}

  // Events in a process's life.
  void mapped(pid_t process, const Mapping& mapping);
  void forked(pid_t parent, pid_t child);
  void ended(pid_t process);

  // Looks at all threads, and counts the time since the last call for what each does. `sampler` may
  // be null. `later`: the first epoch has ended.
  //
  // `begin` sees which threads run, and is to be called first after Lithe has waited: while Lithe
  // computes, a thread on the same processor can no longer begin to wait, but what it waits for may
  // come. `main`: the process whose first thread matters most.
  void begin(pid_t main);
  void observe(const Sampler* sampler, bool later);

  // Whether a process of Python has a first thread that runs and has not been sampled since. Its
  // stack is read again at its next sample, to know the line and the code of the same moment.
  bool expects_samples() const { return !expected_.empty(); }
  // To be called with new samples. `end`: no more are waited for.
  void take_samples(bool end);

  // The thread that counts as its first: of Java, the one that the launcher starts for the program.
  pid_t first_thread(pid_t process) const;

  void end_epoch() { counts_.end_epoch(); }
  void end_program() {
    counts_.end_program();
    place_.release();
  }
  const StackCounts& counts() const { return counts_; }
  Timeline& timeline() { return timeline_; }
  const Timeline& timeline() const { return timeline_; }

 private:
  struct Process {
    std::vector<Mapping> interpreters;  // files that may be CPython's
    int tries = 0;
    std::unique_ptr<PythonReader> python;
    const PythonCode* begin = nullptr;  // of the first thread's stack
    NativeStack native;                 // for a program that is not Python
    std::vector<pid_t> threads;         // of Python: those that had stacks at the last look
    std::uint64_t listed = 0;           // when
    bool java = false;
    std::size_t turn = 0;
    // The first thread's last stack when it ran, and in each wait.
    std::map<Wait, std::vector<StackFrame>> confirmed;
  };

  ThreadState state_of(pid_t process, pid_t thread) const;
  void observe_process(pid_t number, Process& process);
  std::vector<PythonThread> read_python(pid_t number, Process& process);
  void observe_native(pid_t number, Process& process);
  // What a thread does, without its stack. Returns false if it has ended.
  bool see(pid_t thread, bool python, bool other_has_lock, Moment& moment,
           UserState* waiting) const;
  void count(pid_t number, pid_t thread, Process& process, const PythonThread* python,
             bool other_has_lock);
  void count_native(pid_t number, pid_t thread, NativeStack& stack, std::uint64_t times);
  struct Span {
    std::uint64_t from, until;
  };
  struct Expected {
    Moment moment;
    Span span;
  };

  void add(Moment moment, pid_t thread, std::uint64_t times, const Span& span);
  double without_processor(pid_t process, pid_t thread);
  bool runs_unseen() const;
  void see_processor(pid_t thread, bool python, Moment& moment) const;
  void add_python(const PythonThread& thread, Moment& moment);
  void confirm(const ThreadState& seen, Process& process, Moment& moment);
  void see_again(const Event& sample, Process& process, Moment& moment);
  void add_frames(pid_t process, const std::vector<std::uint64_t>& addresses, Moment& moment);

  struct Scheduled {
    std::uint64_t ran = 0, waited = 0, seen = 0;  // nanoseconds
    double without = 0;
  };

  FindPlace find_;
  GeneratedCode& generated_;
  std::unordered_map<pid_t, Scheduled> scheduled_;
  std::map<pid_t, Process> processes_;
  StackCounts counts_;
  Timeline timeline_;
  std::uint64_t last_ = 0, now_ = 0;
  std::unordered_map<pid_t, ThreadState> states_;  // as `begin` saw them
  std::vector<Expected> expected_;                 // with the stacks of their looks
  LookPlace place_;
  const Sampler* sampler_ = nullptr;
  bool later_ = false;
};

}  // namespace lithe::program
