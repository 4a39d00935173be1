// Where each buffer of a plan stands in its one arena.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lithe::plan {

// A buffer that is alive from stage `first` to stage `last`, both included.
struct Booking {
  std::string name;
  std::size_t bytes;
  std::size_t first, last;
};

struct Placement {
  std::vector<std::size_t> offsets;  // one a booking, each a multiple of the cache line
  std::size_t bytes = 0;             // of the whole arena
};

// Buffers that are alive at the same time do not overlap; others may. Largest first, each at the
// lowest place that is free while it lives (the "greedy by size" of Pisarchyk and Lee, "Efficient
// memory management for deep neural net inference", 2020).
Placement place(std::span<const Booking> bookings);

}  // namespace lithe::plan
