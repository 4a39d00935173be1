// What limits the memory of a process, by files that the test makes up.
#include "cpu/memory.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/sample.h"
#include "lithe/error.h"
#include "support/expect_error.h"

namespace lithe::cpu {
namespace {

class Memory : public ::testing::Test {
 protected:
  void file(const std::string& path, const std::string& text) {
    test::write_bytes(root_.path() / path, {text.begin(), text.end()});
  }
  MemoryRoom room() const { return memory_room(root_.path()); }
  // Of /proc/self/limits, in bytes or "unlimited".
  void limits(const std::string& address_space, const std::string& data) {
    file("proc/self/limits",
         "Limit                     Soft Limit           Hard Limit           Units     \n"
         "Max data size             " +
             data +
             "          unlimited            bytes     \n"
             "Max stack size            8388608              unlimited            bytes     \n"
             "Max address space         " +
             address_space + "          unlimited            bytes     \n");
  }

  test::TemporaryFolder root_;
};

TEST_F(Memory, NothingKnownLimitsNothing) {
  EXPECT_TRUE(std::isinf(room().bytes));
  limits("unlimited", "unlimited");
  file("proc/self/status", "VmSize:\t    1000 kB\nVmData:\t     500 kB\n");
  EXPECT_TRUE(std::isinf(room().bytes));
}

TEST_F(Memory, WhatTheMachineHasFree) {
  file("proc/meminfo", "MemTotal:  9000 kB\nMemAvailable:    4000 kB\nSwapFree:  100 kB\n");
  EXPECT_DOUBLE_EQ(room().bytes, 4100 * 1024);
  EXPECT_EQ(room().where, "free on this machine");
  EXPECT_FALSE(room().address_space);
}

TEST_F(Memory, TheLeastOfAllLimits) {
  file("proc/meminfo", "MemAvailable:    4000 kB\n");
  file("proc/self/status", "VmSize:\t    1000 kB\nVmData:\t     500 kB\n");
  limits("3072000", "unlimited");
  EXPECT_DOUBLE_EQ(room().bytes, 2000 * 1024);
  EXPECT_EQ(room().where, "left under the limit of ulimit -v");
  EXPECT_TRUE(room().address_space);
  limits("3072000", "1024000");
  EXPECT_DOUBLE_EQ(room().bytes, 500 * 1024);
  EXPECT_EQ(room().where, "left under the limit of ulimit -d");
  file("proc/self/cgroup", "0::/box\n");
  file("sys/fs/cgroup/box/memory.max", "500000\n");
  file("sys/fs/cgroup/box/memory.current", "400000\n");
  EXPECT_DOUBLE_EQ(room().bytes, 100000);
  EXPECT_EQ(room().where, "left under the limit of the control group");
}

TEST_F(Memory, NothingIsLeftOfALimitThatIsOvershot) {
  file("proc/self/status", "VmSize:\t    4000 kB\n");
  limits("3072000", "unlimited");
  EXPECT_EQ(room().bytes, 0);
}

TEST(CheckMemory, NamesWhatNeedsItAndWhatThereIs) {
  EXPECT_NO_THROW(check_memory(1e6, "the rows need", "fewer rows"));
  test::expect_error(ErrorKind::machine,
                     {"the rows need 1000000.0 GB of memory; ", "try: fewer rows"},
                     [] { check_memory(1e15, "the rows need", "fewer rows"); });
  EXPECT_EQ(memory_text(450e6), "450 MB");
  EXPECT_EQ(memory_text(3.14e9), "3.1 GB");
}

}  // namespace
}  // namespace lithe::cpu
