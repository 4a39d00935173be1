// What the first threads of processes did over the time of a run, in bounded memory.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "lithe/program_report.h"
#include "program/place_reader.h"
#include "program/stack_counts.h"

namespace lithe::program {

class Timeline {
 public:
  static constexpr std::size_t kMostBins = 400;

  // `start`: of the program, nanoseconds of CLOCK_MONOTONIC, as are all times here.
  explicit Timeline(std::uint64_t start) : start_(start) {}

  // A first thread was as in `moment` for the time between; moments of other threads do not count.
  void add(const Moment& moment, std::uint64_t from, std::uint64_t to);
  // Where the first thread of a process was.
  void see_sample(pid_t process, std::uint64_t at, const Place& place, bool in_kernel,
                  bool entered);
  // Resident memory of all processes.
  void see_memory(std::uint64_t at, std::uint64_t bytes);

  // The timeline of the first thread of `main`.
  ProgramTimeline report(pid_t main, PlaceReader& places) const;

 private:
  struct Sample {
    Place place;
    bool in_kernel = false, entered = false;
  };
  // What samples mean is known only after the run, because symbols take too long to read during it;
  // so each bin keeps a random choice of its samples.
  struct Bin {
    std::array<std::uint64_t, kWaits> wait{};
    std::uint64_t ran = 0,
                  in_kernel = 0;  // nanoseconds; the latter where the kernel has no samples
    std::uint64_t seen = 0;       // samples
    std::vector<Sample> samples;
  };
  struct Track {
    std::uint64_t ran = 0;  // nanoseconds
    std::vector<Bin> bins;
  };

  void widen_to(std::uint64_t time);
  Track& track_of(pid_t process);
  Bin merged(Bin a, Bin b);
  std::size_t random_below(std::size_t count) { return random_() % count; }

  std::uint64_t start_, width_ = 10'000'000;  // nanoseconds
  std::map<pid_t, Track> tracks_;
  std::vector<std::uint64_t> memory_;  // bytes, by bin
  std::minstd_rand random_;
};

}  // namespace lithe::program
