// Barriers, by their meaning: run any list of stages for some rounds, and between two stages that
// must not meet all threads have met.
#include "plan/barriers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace lithe::plan {
namespace {

using Flags = std::vector<bool>;

constexpr std::size_t kBuffers = 4;
constexpr DoubleBuffer kExchange{0, 1};

StageAccess random_stage(base::Rng& random) {
  constexpr Workers kWorkers[] = {Workers::all, Workers::first, Workers::last};
  StageAccess stage{kWorkers[random.below(3)], {}};
  for (std::uint32_t i = 0; i < 1 + random.below(3); ++i) {
    const std::size_t own = stage.workers == Workers::all ? random.below(3) * 4 : 0;
    stage.buffers.push_back({random.below(kBuffers), random.below(2) == 0, own});
  }
  return stage;
}

std::size_t in_round(std::size_t buffer, std::size_t round, bool exchange) {
  if (!exchange || round % 2 == 0) return buffer;
  return buffer == kExchange.a ? kExchange.b : buffer == kExchange.b ? kExchange.a : buffer;
}

// Whether two threads could be at one place at once, one of them writing: stage x of one round and
// stage y of a later or the same one.
bool must_not_meet(const StageAccess& x, std::size_t x_round, const StageAccess& y,
                   std::size_t y_round, bool exchange) {
  const bool one_thread = x.workers != Workers::all && x.workers == y.workers;
  if (one_thread) return false;
  for (const Access& a : x.buffers)
    for (const Access& b : y.buffers) {
      if (in_round(a.buffer, x_round, exchange) != in_round(b.buffer, y_round, exchange)) continue;
      const bool same_shares = x.workers == Workers::all && y.workers == Workers::all &&
                               a.slices != 0 && a.slices == b.slices;
      if ((a.write || b.write) && !same_shares) return true;
    }
  return false;
}

TEST(Barriers, KeepApartWhatMustNotMeetInAnyRound) {
  base::Rng random(2, 1);
  for (int trial = 0; trial < 3000; ++trial) {
    std::vector<StageAccess> stages;
    for (std::uint32_t i = 0; i < 1 + random.below(6); ++i) stages.push_back(random_stage(random));
    const bool exchange = random.below(2) == 0;
    const Flags flags =
        exchange ? barriers(stages, std::span(&kExchange, 1)) : barriers(stages, {});
    ASSERT_EQ(flags.size(), stages.size());
    const std::size_t count = stages.size(), rounds = 5;
    for (std::size_t x = 0; x < count * rounds; ++x) {
      bool met = false;
      for (std::size_t y = x + 1; y < count * rounds && !met; ++y) {
        met = flags[y % count];
        ASSERT_TRUE(met || !must_not_meet(stages[x % count], x / count, stages[y % count],
                                          y / count, exchange))
            << "trial " << trial << ", stages " << x << " and " << y;
      }
    }
  }
}

TEST(Barriers, OneThreadNeedsNone) {
  base::Rng random(2, 2);
  std::vector<StageAccess> stages;
  for (int i = 0; i < 20; ++i) {
    stages.push_back(random_stage(random));
    stages.back().workers = Workers::first;
  }
  EXPECT_EQ(barriers(stages, {}), Flags(20, false));
}

// What is packed while the batch before it is worked on needs one meeting a step, where they change
// roles, and not two.
TEST(Barriers, PackingAheadCostsOneMeeting) {
  const std::vector<StageAccess> stages = {{Workers::all, {{0, false}, {2, true, 4}}},
                                           {Workers::last, {{1, true}}}};
  const Flags flags = barriers(stages, std::span(&kExchange, 1));
  EXPECT_EQ(std::count(flags.begin(), flags.end(), true), 1);
}

}  // namespace
}  // namespace lithe::plan
