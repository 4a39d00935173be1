// What a thread does at this moment, as the system says: whether it runs, or what it waits for.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lithe/program_report.h"

namespace lithe::program {

struct ThreadState {
  bool exists = false;
  bool runs = false;  // or is ready to
  Wait wait = Wait::none;
  bool limited = false;  // it waits for a lock with a limit of time, as for the interpreter's
  int processor = -1;    // on which it runs, or ran last
  std::uint64_t stack = 0, instruction = 0;  // of the system call that it waits in; 0: unknown
};

ThreadState thread_state(pid_t process, pid_t thread);

// Its threads now, at most 4096.
std::vector<pid_t> threads_of(pid_t process);

}  // namespace lithe::program
