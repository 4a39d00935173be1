// The parts that plans are made with: arena, barriers, and the team of threads that runs them.
#include <gtest/gtest.h>

#include <atomic>

#include "base/random.h"
#include "base/threads.h"
#include "plan/arena.h"
#include "plan/barriers.h"

namespace lithe::plan {
namespace {

TEST(Arena, BuffersThatLiveTogetherNeverOverlap) {
  base::Rng random(1, 1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Booking> bookings;
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < 1 + random.below(20); ++i) {
      const std::size_t first = random.below(10);
      bookings.push_back({"", 1 + random.below(1000), first, first + random.below(10)});
      sum += (bookings.back().bytes + 63) / 64 * 64;
    }
    const Placement placement = place(bookings);
    EXPECT_LE(placement.bytes, sum);
    for (std::size_t a = 0; a < bookings.size(); ++a) {
      EXPECT_EQ(placement.offsets[a] % 64, 0u);
      EXPECT_LE(placement.offsets[a] + bookings[a].bytes, placement.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together =
            bookings[a].first <= bookings[b].last && bookings[b].first <= bookings[a].last;
        const bool overlap = placement.offsets[a] < placement.offsets[b] + bookings[b].bytes &&
                             placement.offsets[b] < placement.offsets[a] + bookings[a].bytes;
        EXPECT_FALSE(together && overlap);
      }
    }
  }
}

TEST(Arena, BuffersThatNeverMeetShare) {
  const Booking bookings[] = {{"a", 640, 0, 1}, {"b", 640, 2, 3}};
  EXPECT_EQ(place(bookings).bytes, 640u);
}

TEST(Barriers, StandWhereOneWritesWhatAnotherUses) {
  const Access write_all{0, true}, read_all{0, false}, write_own{0, true, 4}, read_own{0, false, 4};
  const auto flags = [](std::vector<StageAccess> stages) { return barriers(stages, {}); };
  using Flags = std::vector<bool>;
  // The list is run again and again, so the first stage follows the last.
  EXPECT_EQ(flags({{Workers::first, {write_all}}, {Workers::all, {read_all}}}),
            (Flags{true, true}));
  EXPECT_EQ(flags({{Workers::first, {write_all}}, {Workers::first, {read_all}}}),
            (Flags{false, false}));
  EXPECT_EQ(flags({{Workers::all, {write_own}}, {Workers::all, {read_own}}}),
            (Flags{false, false}));
  EXPECT_EQ(flags({{Workers::all, {write_own}}, {Workers::all, {read_all}}}), (Flags{true, true}));
  EXPECT_EQ(flags({{Workers::all, {read_all}}, {Workers::first, {read_all}}}),
            (Flags{false, false}));
}

TEST(Barriers, WhatIsPackedAheadIsReadInTheNextRound) {
  // Packs buffer 1 while 0 is read; then they change roles: each round needs one meeting.
  const std::vector<StageAccess> stages = {{Workers::all, {{0, false}}},
                                           {Workers::last, {{1, true}}}};
  const DoubleBuffer exchange{0, 1};
  const auto flags = barriers(stages, std::span(&exchange, 1));
  EXPECT_TRUE(flags[0] || flags[1]);
}

class CountWork final : public base::TeamWork {
 public:
  explicit CountWork(base::Team& team) : team_(team) {}
  void run(std::size_t part) override {
    for (std::size_t round = 1; round <= 40; ++round) {
      total += part + 1;
      team_.barrier().wait();
      const std::size_t expected = round * team_.size() * (team_.size() + 1) / 2;
      wrong += total != expected;
      team_.barrier().wait();
    }
  }
  std::atomic<std::size_t> total{0}, wrong{0};

 private:
  base::Team& team_;
};

TEST(Team, EveryThreadRunsAndBarriersHold) {
  for (const std::size_t size : {1, 2, 3})
    for (const bool pin : {false, true}) {
      base::Team team(size, pin);
      for (int run = 0; run < 3; ++run) {
        CountWork work(team);
        team.run(work);
        EXPECT_EQ(work.wrong, 0u) << size;
      }
    }
}

}  // namespace
}  // namespace lithe::plan
