#include "program/timeline.h"

#include <gtest/gtest.h>

#include <numeric>

namespace lithe::program {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000, kStart = 500'000'000'000;

Moment waits(Wait wait, pid_t process = 1) {
  Moment moment;
  moment.process = process;
  moment.first_thread = true;
  moment.wait = wait;
  return moment;
}

Moment runs(pid_t process = 1) {
  Moment moment = waits(Wait::none, process);
  moment.runs = true;
  return moment;
}

class TimelineTest : public testing::Test {
 protected:
  void add(const Moment& moment, std::uint64_t from, std::uint64_t to) {
    timeline_.add(moment, kStart + from * kMillisecond, kStart + to * kMillisecond);
  }
  // Code that no file has: "other".
  void sample(std::uint64_t at) {
    timeline_.see_sample(1, kStart + at * kMillisecond, {}, false, false);
  }
  ProgramTimeline report(pid_t main = 1) {
    const Files files;
    PlaceReader places(files);
    return timeline_.report(main, places);
  }
  static double sum(const ProgramTimeline& timeline) {
    double all = 0;
    for (const TimelineBin& bin : timeline.bins)
      all += std::accumulate(bin.activity.begin(), bin.activity.end(), 0.0) +
             std::accumulate(bin.wait.begin(), bin.wait.end(), 0.0) + bin.unknown;
    return all;
  }
  static double waited(const TimelineBin& bin, Wait wait) {
    return bin.wait[static_cast<std::size_t>(wait)];
  }

  Timeline timeline_{kStart};
};

TEST_F(TimelineTest, ATimeIsDividedAmongTheBinsThatItCovers) {
  add(waits(Wait::disk), 5, 25);
  const ProgramTimeline timeline = report();
  ASSERT_EQ(timeline.bins.size(), 3);
  EXPECT_DOUBLE_EQ(timeline.bin_seconds, 0.01);
  EXPECT_DOUBLE_EQ(waited(timeline.bins[0], Wait::disk), 0.005);
  EXPECT_DOUBLE_EQ(waited(timeline.bins[1], Wait::disk), 0.01);
  EXPECT_DOUBLE_EQ(waited(timeline.bins[2], Wait::disk), 0.005);
}

TEST_F(TimelineTest, LongRunsHaveLongerBinsAndTheSameSum) {
  constexpr std::uint64_t kRun = 100'000;
  for (std::uint64_t at = 0; at < kRun; at += 4) {
    add(at % 8 == 0 ? runs() : waits(Wait::sleep), at, at + 4);
    sample(at);
  }
  const ProgramTimeline timeline = report();
  EXPECT_LE(timeline.bins.size(), Timeline::kMostBins);
  EXPECT_GT(timeline.bins.size(), Timeline::kMostBins / 2 - 10);
  EXPECT_NEAR(sum(timeline), kRun / 1000.0, 1e-6);
  for (const TimelineBin& bin : timeline.bins) {
    EXPECT_LE(waited(bin, Wait::sleep), timeline.bin_seconds);
    EXPECT_EQ(bin.unknown, 0);
  }
}

TEST_F(TimelineTest, WhatRanIsDividedAsTheSamplesNear) {
  add(runs(), 0, 100);
  EXPECT_NEAR(sum(report()), 0.1, 1e-9);
  EXPECT_NEAR(report().bins[5].unknown, 0.01, 1e-9);
  sample(55);
  const ProgramTimeline timeline = report();
  EXPECT_EQ(timeline.bins[5].unknown, 0);
  EXPECT_NEAR(timeline.bins[4].activity[static_cast<std::size_t>(Activity::other)], 0.01, 1e-9);
  EXPECT_NEAR(timeline.bins[1].unknown, 0.01, 1e-9) << "too far away";
  EXPECT_NEAR(sum(timeline), 0.1, 1e-9);
}

TEST_F(TimelineTest, OtherThreadsAndProcessesAreNotOfIt) {
  Moment other = waits(Wait::lock);
  other.first_thread = false;
  add(other, 0, 50);
  add(waits(Wait::pipe, 2), 0, 30);
  EXPECT_EQ(sum(report(1)), 0);
  EXPECT_NEAR(sum(report(2)), 0.03, 1e-9);
}

TEST_F(TimelineTest, OfManyProcessesThoseThatRunMostAreKept) {
  add(runs(1), 0, 100);
  for (pid_t process = 2; process < 200; ++process) add(runs(process), 100, 104);
  EXPECT_NEAR(sum(report(1)), 0.1, 1e-9);
}

TEST_F(TimelineTest, MemoryIsTheMostOfEachBin) {
  timeline_.see_memory(kStart + kMillisecond, 300);
  timeline_.see_memory(kStart + 2 * kMillisecond, 200);
  timeline_.see_memory(kStart + 35 * kMillisecond, 100);
  const ProgramTimeline timeline = report();
  ASSERT_EQ(timeline.bins.size(), 4);
  EXPECT_EQ(timeline.bins[0].resident_bytes, 300);
  EXPECT_EQ(timeline.bins[1].resident_bytes, 0);
  EXPECT_EQ(timeline.bins[3].resident_bytes, 100);
}

}  // namespace
}  // namespace lithe::program
