// Looking at a program while it runs: which code it has in memory, where it spends its time, what
// it writes and allocates.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "program/address_space.h"
#include "program/board_file.h"
#include "program/epochs.h"
#include "program/event_sampler.h"
#include "program/tally.h"

namespace lithe::program {

class Watch {
 public:
  // Of `process` and what it starts. `events` may be null; then the board's timers are read, and
  // the memory maps below /proc. `mark` may be null.
  Watch(pid_t process, BoardFile& board, std::unique_ptr<EventSampler> events, const Mark* mark,
        std::uint64_t start);

  // To be called again and again, some 50 times a second.
  void look();
  // Once, after the program's end.
  void finish();

  const Tally& tally() const { return tally_; }
  // Of those samples alone that were taken after the first epoch.
  const Tally& later_tally() const { return later_tally_; }
  const Files& files() const { return files_; }  // all that were mapped as code
  // The files of `kind` that one process had mapped together: of the one that had most.
  std::vector<std::string> together(bool (*kind)(std::string_view file_name)) const;
  const EventSampler* events() const { return events_.get(); }
  std::vector<ProgramEpoch> epochs() const { return cutter_.epochs(); }
  int most_threads() const { return most_threads_; }  // in one process
  // Seconds in which the program's first thread wanted to run and had no processor.
  double waited() const { return waited_; }
  int processes() const { return static_cast<int>(processes_.size()); }

 private:
  using Clock = std::chrono::steady_clock;
  using SharedSpace = std::shared_ptr<AddressSpace>;

  void take_events(bool end);
  void take_event(const Event& event);
  void take_sample(const Event& event);
  void take_timers();
  void read_maps(pid_t process);
  void count(const Place& place, bool in_kernel, bool entered, bool later);
  void count_threads();
  void read_waiting();
  void slow_look();
  AddressSpace& own_space(pid_t process);
  void map(AddressSpace& space, pid_t process, const Mapping& mapping);

  pid_t process_;
  BoardFile& board_;
  std::unique_ptr<EventSampler> events_;
  const Mark* mark_;
  EpochCutter cutter_;
  Files files_;
  Tally tally_, later_tally_;
  // A fork shares its parent's until one of the two changes.
  std::unordered_map<pid_t, SharedSpace> spaces_;
  std::set<pid_t> processes_;
  std::map<pid_t, std::set<std::uint32_t>> libraries_;  // of numeric work, that each had mapped
  int most_threads_ = 1;
  double waited_ = 0;
  Clock::time_point next_slow_look_{};
};

}  // namespace lithe::program
