// Work that may crash, hang or print, done in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace lithe::base {

struct ChildAnswer {
  std::string text;  // what the work returned, if it came to an end
  std::string
      problem;  // else what happened: "ended by signal 11 (Segmentation fault)"; its last words
};

// Runs `work` in a forked child whose input is empty and whose output goes nowhere, and returns
// what it returned: at most 64 KiB. A child that takes longer than `limit` is killed. `work` must
// not rely on other threads of this process, for they are not in the child. Throws Error(machine)
// if the system refuses to start one.
ChildAnswer run_in_child(const std::function<std::string()>& work, std::chrono::milliseconds limit);

}  // namespace lithe::base
