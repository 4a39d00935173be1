#include "agents/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cpu/cgroup.h"
#include "cpu/identity.h"
#include "lithe/error.h"

namespace lithe::agents {

namespace {

// In bytes; infinite where nothing is known of it.
double memory_that_may_be_used() {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  const auto known = [](double bytes) { return bytes > 0 ? bytes : kUnknown; };
  return std::min(known(static_cast<double>(cpu::memory_bytes())), known(cpu::memory_limit().most));
}

}  // namespace

void check_room(double count, double bytes_each, const std::string& what,
                const std::string& argument) {
  constexpr double kShare = 0.8;
  const double there = memory_that_may_be_used();
  if (count * bytes_each <= kShare * there) return;
  throw Error(ErrorKind::usage,
              fmt::format("{:.0f} {} take {:.1f} GB, and the machine has {:.1f}", count, what,
                          count * bytes_each / 1e9, there / 1e9),
              argument, fmt::format("at most {:.0f} of them", kShare * there / bytes_each));
}

}  // namespace lithe::agents
