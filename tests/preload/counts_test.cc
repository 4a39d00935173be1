// Counting by many threads and processes at once.
#include "preload/counts.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <thread>
#include <vector>

#include "preload/counted.h"

namespace lithe::preload {
namespace {

using program::Counts;
using program::SharedCounters;

constexpr std::uint64_t kCounts = 20'000;

// A thread allocates as well, when it starts. So only what no allocation does is counted here.
void count() {
  for (std::uint64_t i = 0; i < kCounts; ++i) {
    count_map(3);
    count_unmap();
  }
}

// All of them run at the same time.
void on_threads(int threads) {
  std::latch all_there(threads);
  std::vector<std::thread> team;
  for (int i = 0; i < threads; ++i)
    team.emplace_back([&all_there] {
      all_there.arrive_and_wait();
      count();
    });
  for (std::thread& thread : team) thread.join();
}

// Threads map their stacks, but within the C library, which is not counted.
void expect_counts_of(std::uint64_t threads, const Counts& counts) {
  EXPECT_EQ(counts.maps, threads * kCounts);
  EXPECT_EQ(counts.mapped_bytes, 3 * threads * kCounts);
  EXPECT_EQ(counts.unmaps, threads * kCounts);
}

std::size_t blocks_in_use() {
  std::size_t used = 0;
  for (const program::CountBlock& block : counters()->block) used += block.owner != 0;
  return used;
}

TEST(Counts, ThreadsLoseNothing) {
  expect_counts_of(8, test::counted([] { on_threads(8); }));
}

TEST(Counts, AThreadThatEndsLeavesItsBlockToTheNext) {
  const std::size_t before = blocks_in_use();
  const Counts counts = test::counted([] {
    for (std::uint32_t i = 0; i < program::kBlocks + 100; ++i)
      std::thread([] { count_map(1); }).join();
  });
  EXPECT_EQ(counts.maps, program::kBlocks + 100);
  EXPECT_EQ(blocks_in_use(), before);
  EXPECT_LT(counters()->blocks_used, 100u);
}

TEST(Counts, ThreadsWithoutABlockShareOne) {
  std::vector<program::CountBlock*> taken;
  for (program::CountBlock& block : counters()->block) {
    std::int32_t nobody = 0;
    if (block.owner.compare_exchange_strong(nobody, 1)) taken.push_back(&block);
  }
  const std::uint64_t before = counters()->crowd.maps;
  expect_counts_of(8, test::counted([] { on_threads(8); }));
  EXPECT_EQ(counters()->crowd.maps - before, 8 * kCounts);
  for (program::CountBlock* block : taken) block->owner = 0;
}

TEST(Counts, AForkedProcessCountsInBlocksOfItsOwn) {
  const std::uint32_t processes = counters()->processes;
  count_map(1);  // so that this thread has a block
  expect_counts_of(2, test::counted([] {
                     const pid_t child = ::fork();
                     if (child == 0) {
                       begin_process();
                       count();
                       ::_exit(0);
                     }
                     count();
                     int status = 0;
                     ASSERT_EQ(::waitpid(child, &status, 0), child);
                     EXPECT_EQ(status, 0);
                   }));
  EXPECT_EQ(counters()->processes, processes + 1);
}

TEST(Counts, EachThreadHasItsNumber) {
  EXPECT_EQ(thread_number(), ::gettid());
  std::int32_t other = 0;
  std::thread([&other] { other = thread_number(); }).join();
  EXPECT_NE(other, thread_number());
}

}  // namespace
}  // namespace lithe::preload
