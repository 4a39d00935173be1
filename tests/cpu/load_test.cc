#include "cpu/load.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lithe/machine.h"

namespace lithe::cpu {
namespace {

TEST(CpuTimes, OfTheKernelsText) {
  const CpuTimes times =
      parse_cpu_times("cpu  100 20 30 1000 200 4 6 50 7 8\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  EXPECT_DOUBLE_EQ(times.busy, 1.6);
  EXPECT_DOUBLE_EQ(times.stolen, 0.5);
}

TEST(CpuTimes, OfAnOldKernelAndOfNonsense) {
  EXPECT_DOUBLE_EQ(parse_cpu_times("cpu 100 0 0 100\n").busy, 1);
  EXPECT_DOUBLE_EQ(parse_cpu_times("cpu 100 0 0 100\n").stolen, 0);
  for (const char* text : {"", "cpu", "cpu x y z", "intr 5 5", "cpu0 100 100"})
    EXPECT_EQ(parse_cpu_times(text).busy, 0) << text;
}

TEST(Disturbed, ByWaitingByTheHostAndByOthers) {
  LoadObserved quiet;
  quiet.seconds = 1;
  quiet.thread_seconds = 0.99;
  quiet.processors = 4;
  quiet.others = 0.2;
  EXPECT_FALSE(disturbed(quiet));
  LoadObserved seen = quiet;
  seen.thread_seconds = 0.9;
  EXPECT_TRUE(disturbed(seen));
  seen = quiet;
  seen.stolen = 0.3;
  EXPECT_TRUE(disturbed(seen));
  seen = quiet;
  seen.others = 1.5;
  EXPECT_TRUE(disturbed(seen));
}

TEST(Disturbed, WhatCannotBeReadDisturbsNobody) {
  EXPECT_FALSE(disturbed(LoadObserved{}));
  LoadObserved unknown;
  unknown.seconds = unknown.thread_seconds = 1;
  EXPECT_FALSE(disturbed(unknown));
}

// Three threads take turns on one processor while this one measures on it.
TEST(LoadMonitor, LimitsMeasuredOnABusyProcessorAreMarked) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  std::atomic<bool> stop = false;
  std::vector<std::thread> burners;  // they inherit the processor
  for (int i = 0; i < 3; ++i)
    burners.emplace_back([&stop] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
    });
  MachineIdentity small;
  small.memory_bytes = 1 << 24;
  const Limits limits = measure_limits(small);
  stop = true;
  for (std::thread& burner : burners) burner.join();
  sched_setaffinity(0, sizeof(before), &before);
  EXPECT_TRUE(limits.under_load);
  EXPECT_GT(limits.measured_at, 1'700'000'000);
}

}  // namespace
}  // namespace lithe::cpu
