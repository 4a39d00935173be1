#include "plan/schedule.h"

#include <algorithm>

namespace lithe::plan {

namespace {

bool conflict(const StageUses& a, const StageUses& b) {
  if (a.workers == b.workers && a.workers != Workers::all) return false;  // one thread, in order
  for (const Use& x : a.uses)
    for (const Use& y : b.uses) {
      const bool own_shares =
          a.workers == b.workers && x.own_columns != 0 && x.own_columns == y.own_columns;
      if (x.buffer == y.buffer && (x.write || y.write) && !own_shares) return true;
    }
  return false;
}

std::vector<StageUses> exchanged(std::span<const StageUses> stages,
                                 std::span<const Exchange> exchanges) {
  std::vector<StageUses> result(stages.begin(), stages.end());
  for (StageUses& stage : result)
    for (Use& use : stage.uses)
      for (const Exchange& exchange : exchanges)
        if (use.buffer == exchange.a || use.buffer == exchange.b) {
          use.buffer = use.buffer == exchange.a ? exchange.b : exchange.a;
          break;
        }
  return result;
}

}  // namespace

std::vector<bool> barriers(std::span<const StageUses> stages, std::span<const Exchange> exchanges) {
  std::vector<bool> flags(stages.size(), false);
  const std::vector<StageUses> even(stages.begin(), stages.end());
  const std::vector<StageUses> odd = exchanged(stages, exchanges);
  // A barrier that one round needs is there in every round, which only makes later rounds need
  // fewer: a few rounds settle it.
  std::vector<const StageUses*> open;  // ran since the last barrier
  for (int round = 0; round < 4; ++round) {
    const std::vector<StageUses>& now = round % 2 == 0 ? even : odd;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const bool needed = std::any_of(open.begin(), open.end(), [&](const StageUses* earlier) {
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
