// Reset and step of the environments that Lithe brings never call the heap.
#include "../apps/lithe/allocations.h"

#include <gtest/gtest.h>

#include "environments/arrays.h"

namespace lithe {
namespace {

TEST(Allocations, NoneInResetAndStep) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  for (const EnvironmentInfo& sheet : environment_infos()) {
    Environments environments = Environments::make(sheet.name, {.count = 40, .seed = 1});
    test::Arrays arrays(environments);
    EpisodeWindow window(10);
    const std::uint64_t before = *app::heap_calls();
    environments.reset(arrays.observations());
    for (std::uint32_t step = 0; step < 1100; ++step) {
      arrays.act_somehow(environments.spaces(), step);
      environments.step(arrays.actions(), arrays.outcomes());
      window.record(environments, arrays.outcomes());
    }
    EXPECT_EQ(*app::heap_calls() - before, 0u) << sheet.name;
    EXPECT_GT(window.total(), 0u) << sheet.name;
  }
}

}  // namespace
}  // namespace lithe
