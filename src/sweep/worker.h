// A task in a process of its own, so that whatever it does harms no other task.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "lithe/sweep.h"

namespace lithe::sweep {

using TrainTrial = std::function<SweepScores(const SweepTask&)>;

class Worker {
 public:
  // Starts a process that trains and writes the trial's file. It ends with this program, however
  // that ends, and does not hear Ctrl-C. Throws Error(machine) where the system refuses.
  Worker(const SweepFolder& folder, const SweepTask& task, const TrainTrial& train);
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&& other) noexcept;
  ~Worker() { kill(); }

  const SweepTask& task() const { return task_; }
  // Readable where the process has said something or ended.
  int descriptor() const { return words_; }
  // Takes what it has said. Returns whether it has ended.
  bool poll();
  // Once it has ended: how, where it did not come to the end of its work. Empty: it did.
  const std::string& problem() const { return problem_; }
  void kill();

 private:
  SweepTask task_;
  pid_t process_ = -1;
  int words_ = -1;
  std::string said_, problem_;
};

}  // namespace lithe::sweep
