// Timing of work that is done again and again.
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

// Calls `work`, which answers what it took, until `seconds` are measured, and three times at least;
// the first call, which fills caches, is left out.
template <class Work>
std::vector<Taken> repeat(double seconds, const Work& work) {
  constexpr std::size_t kLeast = 3;
  work();
  std::vector<Taken> taken;
  for (double sum = 0; sum < seconds || taken.size() < kLeast; sum += taken.back().seconds)
    taken.push_back(work());
  return taken;
}

// As the drivers read it; each time was for so many repetitions of what counts.
inline void add_times(nlohmann::json& answer, const std::vector<Taken>& taken,
                      std::size_t repetitions) {
  for (const Taken& one : taken) {
    answer["seconds"].push_back(one.seconds / static_cast<double>(repetitions));
    answer["processor_seconds"].push_back(one.processor / static_cast<double>(repetitions));
  }
}

}  // namespace lithe::bench
