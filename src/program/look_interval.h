// When to look at a program's threads.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace lithe::program {

// How long to wait between two looks at the program's threads. A look takes what it takes of a
// processor, and all of them together this part of one: what is looked at more often is known more
// precisely. The length is random and does not depend on what the program does, lest some of that
// were seen more often than the rest.
class LookInterval {
 public:
  std::chrono::microseconds next() {
    const std::uint64_t now = processor_nanoseconds();
    cost_ += (static_cast<double>(now - last_) / 1e3 - cost_) / 16;
    last_ = now;
    constexpr double kPart = 0.04, kLeast = 1000, kMost = 5000;
    const double mean = std::clamp(cost_ / kPart, kLeast, kMost);
    return std::chrono::microseconds(static_cast<std::int64_t>(mean * spread_(random_)));
  }

 private:
  static std::uint64_t processor_nanoseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(time.tv_nsec);
  }

  std::uint64_t last_ = processor_nanoseconds();
  double cost_ = 100;  // microseconds of a look
  std::minstd_rand random_;
  std::uniform_real_distribution<> spread_{0.5, 1.5};
};

}  // namespace lithe::program
