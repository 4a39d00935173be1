// The functions that take the place of malloc and its relatives: each counts what was asked for, to
// the byte, and does what the C library's does.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "preload/counted.h"

namespace lithe::preload {
namespace {

using program::Counts;
using test::counted;

// Where a compiler cannot see that nothing is done with it.
void* volatile memory = nullptr;
volatile std::size_t too_many = ~std::size_t{0} / 8;

void expect_allocation(const Counts& counts, std::uint64_t bytes) {
  EXPECT_EQ(counts.calls, 1u);
  EXPECT_EQ(counts.bytes, bytes);
  EXPECT_EQ(counts.frees, 0u);
  EXPECT_NE(memory, nullptr);
  const Counts freed = counted([] { std::free(memory); });
  EXPECT_EQ(freed.frees, 1u);
  EXPECT_EQ(freed.calls, 0u);
}

bool aligned_to(std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(memory) % alignment == 0;
}

TEST(Heap, EveryWayToAllocateCountsOnceWithItsBytes) {
  const auto page = static_cast<std::size_t>(::getpagesize());
  expect_allocation(counted([] { memory = std::malloc(1001); }), 1001);
  expect_allocation(counted([] { memory = std::calloc(7, 11); }), 77);
  expect_allocation(counted([] { memory = std::realloc(nullptr, 55); }), 55);
  expect_allocation(counted([] { memory = ::reallocarray(nullptr, 3, 5); }), 15);
  expect_allocation(counted([] { memory = std::aligned_alloc(128, 256); }), 256);
  expect_allocation(counted([] { memory = ::memalign(64, 100); }), 100);
  expect_allocation(counted([] { memory = ::valloc(10); }), 10);
  expect_allocation(counted([] { memory = ::pvalloc(10); }), page);
  expect_allocation(counted([] {
                      void* result = nullptr;
                      EXPECT_EQ(::posix_memalign(&result, 64, 321), 0);
                      memory = result;
                    }),
                    321);
  expect_allocation(counted([] { memory = ::operator new(77); }), 77);
}

TEST(Heap, AlignmentAndZerosAreAsAskedFor) {
  memory = ::memalign(4096, 1);
  EXPECT_TRUE(aligned_to(4096));
  std::free(memory);
  memory = ::valloc(1);
  EXPECT_TRUE(aligned_to(static_cast<std::size_t>(::getpagesize())));
  std::free(memory);
  void* result = nullptr;
  EXPECT_EQ(::posix_memalign(&result, 3, 1), EINVAL);
  memory = std::calloc(1, 4096);
  constexpr char kZeros[4096] = {};
  EXPECT_EQ(std::memcmp(memory, kZeros, sizeof(kZeros)), 0);
  std::free(memory);
}

TEST(Heap, ReallocOfABlockFreesItAndAllocatesItsNewSize) {
  memory = std::malloc(100);
  std::memcpy(memory, "unchanged", 10);
  const Counts counts = counted([] { memory = std::realloc(memory, 100'000); });
  EXPECT_EQ(counts.calls, 1u);
  EXPECT_EQ(counts.bytes, 100'000u);
  EXPECT_EQ(counts.frees, 1u);
  EXPECT_STREQ(static_cast<const char*>(memory), "unchanged");
  std::free(memory);
}

TEST(Heap, WhatFailsIsNotCounted) {
  const Counts counts = counted([] {
    errno = 0;
    memory = std::calloc(too_many, 16);
    EXPECT_EQ(memory, nullptr);
    EXPECT_EQ(errno, ENOMEM);
    memory = ::reallocarray(nullptr, too_many, 16);
    EXPECT_EQ(memory, nullptr);
    std::free(nullptr);
  });
  EXPECT_EQ(counts.calls, 0u);
  EXPECT_EQ(counts.frees, 0u);
}

TEST(Heap, LargestIsOfOneRequest) {
  for (int i = 0; i < 3; ++i) {
    memory = std::malloc(40'000'000);
    std::free(memory);
  }
  EXPECT_EQ(sum(*counters()).largest, 40'000'000u);
}

TEST(Heap, PeakIsOfWhatIsAliveAtOnce) {
  constexpr std::size_t kPiece = 30'000'000;
  const auto peak = [] { return static_cast<std::size_t>(counters()->peak.load()); };
  for (int i = 0; i < 5; ++i) {
    memory = std::malloc(kPiece);
    std::free(memory);
  }
  EXPECT_GE(peak(), kPiece);
  EXPECT_LT(peak(), 2 * kPiece);
  void* volatile other = std::malloc(kPiece);  // volatile: kept by the compiler
  memory = std::malloc(kPiece);
  EXPECT_GE(peak(), 2 * kPiece);
  std::free(memory);
  std::free(other);
}

TEST(Heap, MapsWithoutAFileAreCountedApart) {
  void* map = nullptr;
  Counts counts = counted(
      [&map] { map = ::mmap(nullptr, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); });
  ASSERT_NE(map, MAP_FAILED);
  EXPECT_EQ(counts.maps, 1u);
  EXPECT_EQ(counts.mapped_bytes, 8192u);
  EXPECT_EQ(counts.calls, 0u);
  counts = counted([map] { EXPECT_EQ(::munmap(map, 8192), 0); });
  EXPECT_EQ(counts.unmaps, 1u);
}

}  // namespace
}  // namespace lithe::preload
