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
  std::uint64_t stack = 0, instruction = 0;  // of the system call that it waits in; 0: unknown
};

// `holds_lock`: whether the thread holds the interpreter's lock; a thread that waits for a lock
// with a limit of time while another one has the interpreter's waits for that.
ThreadState thread_state(pid_t process, pid_t thread, bool other_has_lock = false);

// The threads of a process, at most 4096.
std::vector<pid_t> threads_of(pid_t process);

}  // namespace lithe::program
