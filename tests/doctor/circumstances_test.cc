#include "doctor/circumstances.h"

#include <gtest/gtest.h>

#include "data/sample.h"

namespace lithe::doctor {
namespace {

// A file system of the test's own.
class Circumstances : public ::testing::Test {
 protected:
  void file(const std::string& path, const std::string& text) {
    test::write_bytes(root_.path() / path, {text.begin(), text.end()});
  }
  std::filesystem::path root() const { return root_.path(); }

 private:
  test::TemporaryFolder root_;
};

TEST_F(Circumstances, NothingThereTellsNothing) {
  EXPECT_EQ(huge_page_mode(root()), "");
  EXPECT_EQ(hot_events(root()), 0u);
  EXPECT_EQ(turbo(root()), Turbo::unknown);
  EXPECT_EQ(swapped_pages(root()), 0u);
  const MemoryRoom room = memory_room(root());
  EXPECT_EQ(room.all, 0);
  EXPECT_EQ(room.limit, 0);
  EXPECT_EQ(room.shared, 0);
}

TEST_F(Circumstances, TheModeOfHugePagesStandsInBrackets) {
  const std::string path = "sys/kernel/mm/transparent_hugepage/enabled";
  file(path, "always [madvise] never\n");
  EXPECT_EQ(huge_page_mode(root()), "madvise");
  file(path, "[always] madvise never\n");
  EXPECT_EQ(huge_page_mode(root()), "always");
  for (const char* text : {"", "always", "[", "]", "[always"}) {
    file(path, text);
    EXPECT_EQ(huge_page_mode(root()), "") << text;
  }
}

TEST_F(Circumstances, EventsOfHeatAreAddedUp) {
  const std::string folder = "sys/devices/system/cpu/";
  file(folder + "cpu0/thermal_throttle/core_throttle_count", "3\n");
  file(folder + "cpu0/thermal_throttle/package_throttle_count", "10\n");
  file(folder + "cpu1/thermal_throttle/core_throttle_count", "4\n");
  file(folder + "cpu2/thermal_throttle/core_throttle_count", "much\n");
  EXPECT_EQ(hot_events(root()), 17u);
}

TEST_F(Circumstances, TurboByIntelsAndByTheCommonSwitch) {
  const std::string folder = "sys/devices/system/cpu/";
  file(folder + "cpufreq/boost", "0\n");
  EXPECT_EQ(turbo(root()), Turbo::off);
  file(folder + "cpufreq/boost", "1\n");
  EXPECT_EQ(turbo(root()), Turbo::on);
  file(folder + "intel_pstate/no_turbo", "1\n");
  EXPECT_EQ(turbo(root()), Turbo::off);
}

TEST_F(Circumstances, MemorySwapAndTheLimit) {
  file("proc/meminfo",
       "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:  400 kB\nSwapTotal:  100 kB\n"
       "SwapFree:   70 kB\n");
  file("proc/vmstat", "nr_free_pages 7\npswpin 5\npswpout 8\n");
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/memory.max", "2048\n");
  file("sys/fs/cgroup/memory.current", "1024\n");
  file("dev/shm/x", "");
  const MemoryRoom room = memory_room(root());
  EXPECT_DOUBLE_EQ(room.all, 1024e3);
  EXPECT_DOUBLE_EQ(room.available, 409600);
  EXPECT_DOUBLE_EQ(room.swap, 102400);
  EXPECT_DOUBLE_EQ(room.swapped, 30720);
  EXPECT_DOUBLE_EQ(room.limit, 2048);
  EXPECT_DOUBLE_EQ(room.used, 1024);
  EXPECT_GT(room.shared, 0);
  EXPECT_EQ(swapped_pages(root()), 13u);
}

TEST(BuildFactsOf, ThisBuild) {
  const BuildFacts facts = build_facts();
#if defined(__OPTIMIZE__)
  EXPECT_TRUE(facts.optimized);
#else
  EXPECT_FALSE(facts.optimized);
#endif
#if defined(NDEBUG)
  EXPECT_FALSE(facts.assertions);
#else
  EXPECT_TRUE(facts.assertions);
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_NE(facts.sanitizer, "");
#endif
}

}  // namespace
}  // namespace lithe::doctor
