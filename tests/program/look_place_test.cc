#include "program/look_place.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

int processors() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 0;
}

TEST(LookPlace, LeavesAProcessorToTheProgramAndGivesItBack) {
  const int all = processors();
  const int policy = ::sched_getscheduler(0);
  {
    LookPlace place;
    place.avoid(-1);
    EXPECT_EQ(processors(), all);
    const int mine = ::sched_getcpu();
    place.avoid(mine);
    EXPECT_EQ(processors(), all > 1 ? all - 1 : 1);
    if (all > 1) {
      EXPECT_NE(::sched_getcpu(), mine);
    }
  }
  EXPECT_EQ(processors(), all);
  EXPECT_EQ(::sched_getscheduler(0), policy);
}

}  // namespace
}  // namespace lithe::program
