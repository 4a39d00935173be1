#include "cpu/cgroup.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/sample.h"

namespace lithe::cpu {
namespace {

class Cgroup : public ::testing::Test {
 protected:
  void file(const std::string& path, const std::string& text) {
    test::write_bytes(root_.path() / path, {text.begin(), text.end()});
  }
  double quota() const { return cpu_quota(root_.path()); }
  double stopped() const { return stopped_share(root_.path()); }

  test::TemporaryFolder root_;
};

TEST_F(Cgroup, NothingThereLimitsNothing) { EXPECT_TRUE(std::isinf(quota())); }

TEST_F(Cgroup, VersionTwo) {
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_DOUBLE_EQ(quota(), 1.5);
  file("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_TRUE(std::isinf(quota()));
}

TEST_F(Cgroup, TheTightestGroupAroundCounts) {
  file("proc/self/cgroup", "0::/user/session/program\n");
  file("sys/fs/cgroup/user/session/program/cpu.max", "max 100000\n");
  file("sys/fs/cgroup/user/session/cpu.max", "50000 100000\n");
  file("sys/fs/cgroup/user/cpu.max", "400000 100000\n");
  EXPECT_DOUBLE_EQ(quota(), 0.5);
}

TEST_F(Cgroup, VersionOne) {
  file("proc/self/cgroup", "5:cpuset:/box\n4:cpu,cpuacct:/box\n1:memory:/box\n");
  file("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "300000\n");
  file("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(quota(), 3);
  file("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
  EXPECT_TRUE(std::isinf(quota()));
}

TEST_F(Cgroup, PathsThatOnlyTheHostSeesAndThatLeadOut) {
  file("proc/self/cgroup", "0::/../../docker/0123\n");
  file("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(quota(), 2);
}

TEST_F(Cgroup, PeriodsInWhichItWasStopped) {
  EXPECT_EQ(stopped(), 0);
  file("proc/self/cgroup", "4:cpu,cpuacct:/box\n0::/box\n");
  file("sys/fs/cgroup/cpu/box/cpu.stat", "nr_periods 200\nnr_throttled 50\nthrottled_time 9\n");
  EXPECT_DOUBLE_EQ(stopped(), 0.25);
  file("sys/fs/cgroup/cpu.stat", "usage_usec 5\nnr_periods 100\nnr_throttled 90\n");
  EXPECT_DOUBLE_EQ(stopped(), 0.9);
  for (const char* text : {"nr_periods 0\nnr_throttled 5", "nr_throttled 5", "nr_periods x\n", ""})
    file("sys/fs/cgroup/cpu.stat", text);
  EXPECT_DOUBLE_EQ(stopped(), 0.25);
}

TEST_F(Cgroup, MemoryOfTheGroupWithLeastRoom) {
  EXPECT_EQ(memory_limit(root_.path()).most, 0);
  file("proc/self/cgroup", "0::/outer/inner\n");
  file("sys/fs/cgroup/outer/memory.max", "1000000\n");
  file("sys/fs/cgroup/outer/memory.current", "900000\n");
  file("sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file 300000\n");
  file("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).most, 1e6);
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).used, 6e5) << "files can be given back";
  file("sys/fs/cgroup/outer/inner/memory.max", "500000\n");
  file("sys/fs/cgroup/outer/inner/memory.current", "400000\n");
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).most, 5e5);
}

// Above it a group is slowed until nothing is done.
TEST_F(Cgroup, MemoryHighCountsAsMemoryMax) {
  file("proc/self/cgroup", "0::/box\n");
  file("sys/fs/cgroup/box/memory.max", "max\n");
  file("sys/fs/cgroup/box/memory.high", "max\n");
  EXPECT_EQ(memory_limit(root_.path()).most, 0);
  file("sys/fs/cgroup/box/memory.high", "700000\n");
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).most, 7e5);
  file("sys/fs/cgroup/box/memory.max", "600000\n");
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).most, 6e5);
}

TEST_F(Cgroup, MemoryByVersionOne) {
  file("proc/self/cgroup", "4:memory:/box\n3:cpu,cpuacct:/box\n");
  file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(memory_limit(root_.path()).most, 0);
  file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "800\n");
  file("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "700\n");
  file("sys/fs/cgroup/memory/box/memory.stat", "total_inactive_file 900\n");
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).most, 800);
  EXPECT_DOUBLE_EQ(memory_limit(root_.path()).used, 0);
}

TEST_F(Cgroup, NonsenseLimitsNothing) {
  file("proc/self/cgroup", "0::/\nnonsense\n::\n");
  for (const char* text : {"", "x y", "100000", "100000 0", "-5 100000", "1e 1", "nan 100000"}) {
    file("sys/fs/cgroup/cpu.max", text);
    EXPECT_TRUE(std::isinf(quota())) << text;
  }
}

}  // namespace
}  // namespace lithe::cpu
