// A process that was running before it is examined.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lithe::program {

struct ProcessUse {
  double user_seconds = 0, system_seconds = 0;  // with the child processes that it waited for
  std::uint64_t faults = 0;
};

class Attached {
 public:
  // Throws Error(usage) if there is no such process, or its memory map may not be read.
  explicit Attached(pid_t process);
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  ~Attached();

  // Waits until this process may read its memory, at most for a tenth of a second.
  bool can_read_memory() const;

  // Waits at most this long for its end. Returns whether it has ended.
  bool ended(std::chrono::microseconds wait) const;

  ProcessUse use();  // since this object was made; of a process that ended, as last read
  std::vector<std::string> command() const;
  std::string program_name() const;

 private:
  bool read_use(ProcessUse& use) const;

  pid_t process_;
  int descriptor_ = -1;
  ProcessUse before_, last_;
};

}  // namespace lithe::program
