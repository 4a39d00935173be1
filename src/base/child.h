// Runs work that may crash, hang or print in a child process.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace lithe::base {

struct ChildAnswer {
  std::string text;  // what the work returned, if it finished
  std::string
      problem;  // otherwise: "ended by signal 11 (Segmentation fault)", with its last output
};

// Runs `work` in a forked child with empty input and discarded output, and returns its result, at
// most 64 KiB. Kills a child that takes longer than `limit`. `work` must not use other threads of
// this process, which do not exist in the child. Throws Error(machine) if the system refuses a
// process.
ChildAnswer run_in_child(const std::function<std::string()>& work, std::chrono::milliseconds limit);

}  // namespace lithe::base
