#include "agents/memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "lithe/error.h"
#include "machine/cgroup.h"

namespace lithe::agents {

namespace {

double memory_of_machine() {
  const double all =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  const double granted = machine::memory_limit().most;
  return granted > 0 ? std::min(all, granted) : all;
}

}  // namespace

void check_room(double count, double bytes_each, const std::string& what,
                const std::string& argument) {
  constexpr double kShare = 0.8;
  const double there = memory_of_machine();
  if (count * bytes_each <= kShare * there) return;
  throw Error(ErrorKind::usage,
              fmt::format("{:.0f} {} take {:.1f} GB, and the machine has {:.1f}", count, what,
                          count * bytes_each / 1e9, there / 1e9),
              argument, fmt::format("at most {:.0f} of them", kShare * there / bytes_each));
}

}  // namespace lithe::agents
