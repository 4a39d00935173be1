#include "program/memory_traffic.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace lithe::program {
namespace {

// The fastest of some looks at this process, while it goes through an array again and again.
double fastest_look(std::size_t bytes, int looks) {
  std::vector<char> array(bytes, 1);
  std::atomic<bool> end = false;
  std::atomic<long> sum = 0;
  std::thread goes_through([&] {
    constexpr std::size_t kLine = 64;
    while (!end.load())
      for (std::size_t i = 0; i < array.size() && !end.load(); i += kLine) sum += array[i];
  });
  MemoryTraffic traffic;
  for (int look = 0; look < looks; ++look) {
    traffic.look(::getpid(), true);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
  end = true;
  goes_through.join();
  const std::vector<double>& rates = traffic.rates();
  return rates.empty() ? 0 : *std::max_element(rates.begin(), rates.end());
}

TEST(MemoryTraffic, SeesArraysThatCachesDoNotHold) {
  constexpr std::size_t kLarge = std::size_t{256} << 20, kSmall = 16 << 10;
  constexpr int kLooks = 6;
  const double large = fastest_look(kLarge, kLooks);
  if (large == 0) GTEST_SKIP() << "the system does not let a process look at its own memory";
  EXPECT_GT(large, 20 * fastest_look(kSmall, kLooks));
}

TEST(MemoryTraffic, KnowsNothingOfAProcessThatDoesNotExist) {
  MemoryTraffic traffic;
  traffic.look(-1, true);
  EXPECT_TRUE(traffic.rates().empty());
}

}  // namespace
}  // namespace lithe::program
