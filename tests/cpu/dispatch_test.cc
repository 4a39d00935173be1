// LITHE_VERSION_FOR gives the version that was asked for, whatever other threads ask for.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/dispatch_test.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include <cstdint>

#include "cpu/dispatch.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lithe::cpu {
namespace HWY_NAMESPACE {
namespace {

std::int64_t own_target() { return HWY_TARGET; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lithe::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lithe::cpu {
namespace {

std::int64_t target(Isa isa) {
  switch (isa) {
    case Isa::sse4:
      return HWY_SSE4;
    case Isa::avx2:
      return HWY_AVX2;
    case Isa::avx512:
      return HWY_AVX3;
    case Isa::neon:
      return HWY_NEON;
    case Isa::scalar:
      break;
  }
  return 0;
}

TEST(Dispatch, GivesTheVersionAskedFor) {
  ASSERT_FALSE(supported_isas().empty());
  for (const Isa isa : supported_isas())
    EXPECT_EQ(LITHE_VERSION_FOR(isa, own_target)(), target(isa)) << name(isa);
  EXPECT_EQ(LITHE_VERSION_FOR(Isa::scalar, own_target), nullptr);
}

TEST(Dispatch, ThreadsDoNotDisturbEachOther) {
  ASSERT_FALSE(supported_isas().empty());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (const Isa isa : supported_isas())
    threads.emplace_back([isa, &wrong] {
      for (int i = 0; i < 10'000; ++i) wrong += LITHE_VERSION_FOR(isa, own_target)() != target(isa);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace lithe::cpu
#endif
