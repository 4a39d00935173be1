// Timing of work that is done again and again.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace lithe::bench {

template <class Work>
double seconds_of(const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Calls `work`, which answers its seconds, until `seconds` are measured, and three times at least;
// the first call, which fills caches, is left out.
template <class Work>
std::vector<double> repeat(double seconds, const Work& work) {
  constexpr std::size_t kLeast = 3;
  work();
  std::vector<double> taken;
  for (double sum = 0; sum < seconds || taken.size() < kLeast; sum += taken.back())
    taken.push_back(work());
  return taken;
}

}  // namespace lithe::bench
