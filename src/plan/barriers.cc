#include "plan/barriers.h"

#include <algorithm>

namespace lithe::plan {

namespace {

bool conflict(const StageAccess& a, const StageAccess& b) {
  if (a.workers == b.workers && a.workers != Workers::all) return false;  // one thread, in order
  for (const Access& x : a.buffers)
    for (const Access& y : b.buffers) {
      const bool same_slices = a.workers == b.workers && x.slices != 0 && x.slices == y.slices;
      if (x.buffer == y.buffer && (x.write || y.write) && !same_slices) return true;
    }
  return false;
}

std::vector<StageAccess> swapped(std::span<const StageAccess> stages,
                                 std::span<const DoubleBuffer> double_buffers) {
  std::vector<StageAccess> result(stages.begin(), stages.end());
  for (StageAccess& stage : result)
    for (Access& access : stage.buffers)
      for (const DoubleBuffer& pair : double_buffers)
        if (access.buffer == pair.a || access.buffer == pair.b) {
          access.buffer = access.buffer == pair.a ? pair.b : pair.a;
          break;
        }
  return result;
}

}  // namespace

std::vector<bool> barriers(std::span<const StageAccess> stages,
                           std::span<const DoubleBuffer> double_buffers) {
  std::vector<bool> flags(stages.size(), false);
  const std::vector<StageAccess> even(stages.begin(), stages.end());
  const std::vector<StageAccess> odd = swapped(stages, double_buffers);
  // A barrier that one round needs is there in every round, which only makes later rounds need
  // fewer: a few rounds settle it.
  std::vector<const StageAccess*> open;  // ran since the last barrier
  for (int round = 0; round < 4; ++round) {
    const std::vector<StageAccess>& now = round % 2 == 0 ? even : odd;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const bool needed = std::any_of(open.begin(), open.end(), [&](const StageAccess* earlier) {
        return conflict(*earlier, now[i]);
      });
      flags[i] = flags[i] || needed;
      if (flags[i]) open.clear();
      open.push_back(&now[i]);
    }
  }
  return flags;
}

}  // namespace lithe::plan
