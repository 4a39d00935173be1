#include "base/aligned.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>

namespace lithe::base {
namespace {

bool is_aligned(const void* pointer, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0;
}

TEST(Aligned, StartsOnACacheLineAndIsZero) {
  for (const std::size_t size : {0, 1, 63, 64, 65, 4097, 1000000}) {
    const AlignedArray<std::uint8_t> array(size);
    EXPECT_EQ(array.size(), size);
    EXPECT_EQ(array.empty(), size == 0);
    EXPECT_TRUE(is_aligned(array.data(), kCacheLine)) << size;
    EXPECT_TRUE(std::ranges::all_of(array, [](auto value) { return value == 0; })) << size;
  }
}

TEST(Aligned, ClearsMemoryThatWasUsedBefore) {
  for (int round = 0; round < 3; ++round) {
    AlignedArray<std::uint32_t> array(1000);
    EXPECT_TRUE(std::ranges::all_of(array, [](auto value) { return value == 0; }));
    std::ranges::fill(array, 0xffffffffu);
  }
}

TEST(Aligned, PutsLargeArraysOnHugePages) {
  const std::size_t huge = std::size_t{2} << 20;
  EXPECT_TRUE(is_aligned(AlignedArray<double>(huge / sizeof(double)).data(), huge));
  EXPECT_TRUE(is_aligned(AlignedArray<double>(huge / sizeof(double) + 1).data(), huge));
}

TEST(Aligned, HandsItsMemoryOver) {
  AlignedArray<int> first(3);
  first[1] = 7;
  const int* const memory = first.data();
  const AlignedArray<int> second = std::move(first);
  EXPECT_EQ(second.data(), memory);
  EXPECT_EQ(second[1], 7);
  EXPECT_TRUE(AlignedArray<int>().empty());
}

TEST(Aligned, RefusesWhatNoMachineHas) {
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(allocate_aligned(most), std::bad_alloc);
  EXPECT_THROW(allocate_aligned(most - 1000), std::bad_alloc);
}

TEST(Aligned, RefusesASizeThatOverflowsInBytes) {
  const std::size_t count = std::numeric_limits<std::size_t>::max() / sizeof(double) + 2;
  EXPECT_THROW(AlignedArray<double>{count}, std::bad_alloc);
}

}  // namespace
}  // namespace lithe::base
