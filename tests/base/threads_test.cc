// The team of threads, its barrier, and what pinning does and does not leave behind.
#include "base/threads.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "support/sanitizer.h"

namespace lithe::base {
namespace {

// A thread that was joined stays listed until the system has put it away: the count that lasts.
std::size_t threads_alive() {
  std::size_t count = 0;
  for (int unchanged = 0; unchanged < 20; ++unchanged) {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    const auto now = static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
    if (now != count) unchanged = 0;
    count = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return count;
}

std::vector<int> processors_of_this_thread() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(::sched_getaffinity(0, sizeof(set), &set), 0);
  std::vector<int> result;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set)) result.push_back(i);
  return result;
}

template <class Function>
class Work final : public TeamWork {
 public:
  explicit Work(const Function& function) : function_(function) {}
  void run(std::size_t part) override { function_(part); }

 private:
  const Function& function_;
};

template <class Function>
void run_on(Team& team, const Function& function) {
  Work<Function> work(function);
  team.run(work);
}

constexpr std::size_t kSizes[] = {1, 2, 3, 5};

TEST(Team, RunsEveryPartOnceAndZeroOnTheCaller) {
  for (const std::size_t size : kSizes) {
    Team team(size);
    EXPECT_EQ(team.size(), size);
    for (int run = 0; run < 20; ++run) {
      std::vector<std::thread::id> ran(size);  // each part writes its own
      run_on(team, [&](std::size_t part) { ran.at(part) = std::this_thread::get_id(); });
      EXPECT_EQ(ran[0], std::this_thread::get_id());
      EXPECT_EQ(std::set(ran.begin(), ran.end()).size(), size);
      EXPECT_FALSE(std::set(ran.begin(), ran.end()).contains(std::thread::id()));
    }
  }
}

// What a thread writes before the barrier is what every other reads behind it: plain memory, so
// that the thread sanitizer watches.
TEST(Team, TheBarrierOrdersWhatIsWritten) {
  for (const std::size_t size : kSizes) {
    Team team(size);
    std::vector<std::size_t> written(size);
    std::atomic<std::size_t> wrong{0};
    run_on(team, [&](std::size_t part) {
      for (std::size_t round = 1; round <= 100; ++round) {
        written[part] = round;
        team.barrier().wait();
        wrong += static_cast<std::size_t>(
            std::count_if(written.begin(), written.end(), [&](auto w) { return w != round; }));
        team.barrier().wait();
      }
    });
    EXPECT_EQ(wrong, 0u);
  }
}

// Run returns when all are done, and what they wrote can be read.
TEST(Team, RunReturnsWhenAllAreDone) {
  Team team(3);
  std::vector<int> done(3);
  for (int run = 1; run <= 100; ++run) {
    run_on(team, [&](std::size_t part) { ++done[part]; });
    ASSERT_EQ(done, std::vector<int>(3, run));
  }
}

// Plain memory again: a thread that is late to a run without it must not take part in the next one
// twice, or leave a barrier too early.
TEST(Team, ThoseThatAreActiveRunAndTheOthersDoNot) {
  constexpr std::size_t kSize = 5;
  Team team(kSize);
  EXPECT_EQ(team.active(), kSize);
  std::vector<int> runs(kSize), expected(kSize);
  std::size_t wrong = 0;
  for (int run = 0; run < 500; ++run) {
    const std::size_t active = 1 + static_cast<std::size_t>(run * 7 % 11) % kSize;
    team.set_active(active);
    ASSERT_EQ(team.active(), active);
    ASSERT_EQ(team.size(), kSize);
    for (std::size_t thread = 0; thread < active; ++thread) ++expected[thread];
    run_on(team, [&](std::size_t thread) {
      ++runs.at(thread);
      team.barrier().wait();
      if (thread == 0) wrong += runs != expected ? 1 : 0;
      team.barrier().wait();
    });
    ASSERT_EQ(runs, expected);
  }
  EXPECT_EQ(wrong, 0u);
}

TEST(Team, OfOneStartsNoThreadAndOthersLeaveNone) {
  LITHE_SKIP_UNDER_THREAD_SANITIZER();
  const std::size_t before = threads_alive();
  {
    Team alone(1);
    run_on(alone, [](std::size_t) {});
    EXPECT_EQ(threads_alive(), before);
    Team three(3);
    EXPECT_EQ(threads_alive(), before + 2);
  }
  EXPECT_EQ(threads_alive(), before);
}

TEST(Team, PinnedThreadsHaveAProcessorEach) {
  const std::vector<int> usable = processors_of_this_thread();
  for (const std::size_t size : kSizes) {
    Team team(size, /*pin=*/true);
    std::vector<std::vector<int>> at(size);
    run_on(team, [&](std::size_t part) { at[part] = processors_of_this_thread(); });
    for (std::size_t part = 0; part < size; ++part)
      EXPECT_EQ(at[part], std::vector{usable[part % usable.size()]}) << "of " << size;
  }
}

// A program that trains with pinned threads goes on as it was: its own thread, the threads it
// starts later, and the next team are not bound to where the caller was.
TEST(Team, PinningDoesNotOutliveARun) {
  const std::vector<int> before = processors_of_this_thread();
  Team team(2, /*pin=*/true);
  run_on(team, [](std::size_t) {});
  EXPECT_EQ(processors_of_this_thread(), before);
  EXPECT_EQ(usable_processors(), before.size());
  Team loose(2);
  run_on(loose, [&](std::size_t) { EXPECT_EQ(processors_of_this_thread(), before); });
}

TEST(Barrier, OfOneNeverWaits) {
  Barrier barrier(1);
  for (int i = 0; i < 1000; ++i) barrier.wait();
}

}  // namespace
}  // namespace lithe::base
