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

// What half of some looks at this process reach, while it goes through an array again and again.
double usual_look(std::size_t bytes, int looks) {
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
  std::vector<double> rates = traffic.rates();
  if (rates.empty()) return 0;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::ranges::nth_element(rates, middle);
  return *middle;
}

TEST(MemoryTraffic, SeesArraysThatCachesDoNotHold) {
  constexpr std::size_t kLarge = std::size_t{256} << 20, kSmall = 16 << 10;
  constexpr int kLooks = 7;
  const double large = usual_look(kLarge, kLooks);
  if (large == 0) GTEST_SKIP() << "the system does not let a process look at its own memory";
  EXPECT_GT(large, 5 * usual_look(kSmall, kLooks));
}

TEST(MemoryTraffic, KnowsNothingOfAProcessThatDoesNotExist) {
  MemoryTraffic traffic;
  traffic.look(-1, true);
  EXPECT_TRUE(traffic.rates().empty());
}

}  // namespace
}  // namespace lithe::program
