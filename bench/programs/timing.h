// Timing of work that is done again and again; bench/peers/ways.py is the same in Python.
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

namespace lithe::bench {

// What passed on the clock, and the time that this process had of processors meanwhile, all its
// threads together. On a shared machine one thread's work passes less of the second.
struct Taken {
  double seconds = 0, processor = 0;
};

template <class Work>
Taken time_of(const Work& work) {
  using Clock = std::chrono::steady_clock;
  const std::clock_t used = std::clock();
  const auto start = Clock::now();
  work();
  return {std::chrono::duration<double>(Clock::now() - start).count(),
          static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC};
}

// Does the work until `seconds` are measured, three times at least unless it takes long.
template <class Work>
std::vector<Taken> repeat(double seconds, const Work& work) {
  constexpr std::size_t kLeast = 3;
  constexpr double kMost = 3;  // times the seconds asked for
  std::vector<Taken> taken;
  double passed = 0;
  while (passed < seconds || (taken.size() < kLeast && passed < kMost * seconds)) {
    taken.push_back(time_of(work));
    passed += taken.back().seconds;
  }
  return taken;
}

}  // namespace lithe::bench
