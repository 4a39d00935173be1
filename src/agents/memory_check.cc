#include "agents/memory_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cpu/cgroup.h"
#include "cpu/identity.h"
#include "lithe/error.h"

namespace lithe::agents {

namespace {

// In bytes; infinite if it is not known.
double usable_memory() {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  const auto known = [](double bytes) { return bytes > 0 ? bytes : kUnknown; };
  return std::min(known(static_cast<double>(cpu::memory_bytes())), known(cpu::memory_limit().most));
}

}  // namespace

void check_memory(double count, double bytes_each, const std::string& what,
                  const std::string& argument) {
  constexpr double kShare = 0.8;
  const double usable = usable_memory();
  if (count * bytes_each <= kShare * usable) return;
  throw Error(ErrorKind::usage,
              fmt::format("{:.0f} {} need {:.1f} GB of memory; this machine has {:.1f} GB", count,
                          what, count * bytes_each / 1e9, usable / 1e9),
              argument, fmt::format("at most {:.0f}", kShare * usable / bytes_each));
}

}  // namespace lithe::agents
