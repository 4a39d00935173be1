// Who works on which task, in a folder that several machines share.
//
// A claim is a file that is made by link(2), so exactly one program gets it. Its content says who:
// host, boot, process. A claim whose owner is dead is not removed but followed by one of the next
// generation (00012.0, 00012.1, ...), which is made in the same way, so two programs that notice
// the death at once do not both get the task.
//
// Each program has a file in workers/ that it writes a higher number into every few seconds, and
// removes when it ends. An owner is dead where that file is gone; on the same boot of the same
// machine also where the process is; on another one where the number stands still for `patience`
// seconds of the observer's own clock (clocks of two machines are never compared).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace lithe::sweep {

// This process: where it runs and since when, as JSON.
struct Owner {
  std::string host, boot, space;  // the machine, its boot, and the process numbers that it sees
  std::int64_t process = 0;
  std::uint64_t start = 0;  // of the process, in ticks since the boot

  static Owner self();
  std::string to_json() const;
  static Owner from_json(const std::string& text);  // process 0 where it is damaged
  std::string token() const;                        // a name for its file in workers/
  bool is_here(const Owner& self) const {
    return host == self.host && boot == self.boot && space == self.space;
  }
  // Of one that is here.
  bool runs() const;
};

class Claims {
 public:
  // `folder`: that of the sweep. Shows itself from here on.
  Claims(std::filesystem::path folder, double patience);
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;
  ~Claims();

  // Shows that this program lives, at most every few seconds.
  void beat();
  // Whether the task is now this program's. False where somebody who lives has it.
  bool take(const std::string& task);
  // When the task is done, or will not be done by this program.
  void release(const std::string& task);

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    std::string beat;
    Clock::time_point since;
  };

  // The generation of the claim that counts; nothing where there is none.
  std::optional<std::size_t> latest(const std::string& task) const;
  std::filesystem::path claim_file(const std::string& task, std::size_t generation) const;
  std::filesystem::path worker_file(const Owner& owner) const;
  bool lives(const std::string& claim);

  std::filesystem::path folder_;
  std::chrono::duration<double> patience_;
  Owner self_ = Owner::self();
  std::uint64_t beats_ = 0;
  Clock::time_point last_beat_{};
  std::map<std::string, Seen> seen_;
};

}  // namespace lithe::sweep
