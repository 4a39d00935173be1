#include "plan/arena.h"

#include <algorithm>
#include <numeric>

#include "base/aligned.h"
#include "kernels/layout.h"

namespace lithe::plan {

namespace {

bool live_together(const Booking& a, const Booking& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The lowest offset at which `booking` fits between those of `placed` that live when it does.
std::size_t lowest_gap(const Booking& booking, std::size_t bytes, std::span<const Booking> all,
                       std::span<const std::size_t> placed, std::span<const std::size_t> offsets) {
  std::size_t offset = 0;
  for (const std::size_t other : placed) {  // ascending offsets
    if (!live_together(booking, all[other])) continue;
    if (offset + bytes <= offsets[other]) break;
    offset =
        std::max(offset, kernels::round_up(offsets[other] + all[other].bytes, base::kCacheLine));
  }
  return offset;
}

}  // namespace

Placement place(std::span<const Booking> bookings) {
  std::vector<std::size_t> by_size(bookings.size()), placed;
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
    return bookings[a].bytes > bookings[b].bytes;
  });
  Placement result;
  result.offsets.resize(bookings.size());
  for (const std::size_t i : by_size) {
    const std::size_t bytes = kernels::round_up(bookings[i].bytes, base::kCacheLine);
    result.offsets[i] = lowest_gap(bookings[i], bytes, bookings, placed, result.offsets);
    result.bytes = std::max(result.bytes, result.offsets[i] + bytes);
    const auto after = std::find_if(placed.begin(), placed.end(), [&](std::size_t other) {
      return result.offsets[other] > result.offsets[i];
    });
    placed.insert(after, i);
  }
  return result;
}

}  // namespace lithe::plan
