#include "agents/memory_check.h"

#include <fmt/format.h>

#include "cpu/memory.h"
#include "lithe/error.h"

namespace lithe::agents {

void check_memory(double count, double bytes_each, const std::string& what,
                  const std::string& argument) {
  constexpr double kShare = 0.8;
  const cpu::MemoryRoom room = cpu::memory_room();
  if (count * bytes_each <= kShare * room.bytes) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("{:.0f} {} need {} of memory; {} are {}", count, what,
                  cpu::memory_text(count * bytes_each), cpu::memory_text(room.bytes), room.where),
      argument, fmt::format("at most {:.0f}", kShare * room.bytes / bytes_each));
}

}  // namespace lithe::agents
