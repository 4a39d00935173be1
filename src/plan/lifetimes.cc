#include "plan/lifetimes.h"

#include <algorithm>

namespace lithe::plan {

namespace {

// Stages that no barrier separates, across the end of the list too, are of one phase.
std::vector<std::size_t> phases(const std::vector<bool>& barrier_before) {
  std::vector<std::size_t> result;
  std::size_t phase = 0;
  for (std::size_t i = 0; i < barrier_before.size(); ++i)
    result.push_back(phase += i > 0 && barrier_before[i]);
  if (!barrier_before[0])
    for (std::size_t& of : result) of = of == phase ? 0 : of;
  return result;
}

}  // namespace

template <typename T>
Lifetimes lifetimes(const Lowering<T>& lowering, const std::vector<bool>& barrier_before,
                    bool one_thread, const std::vector<std::size_t>& outputs, bool keeps_all) {
  Lifetimes result;
  const std::size_t last_stage = lowering.stages.size() - 1;
  const std::vector<std::size_t> phase = phases(barrier_before);
  const auto together = [&](std::size_t i, std::size_t j) {
    return one_thread ? i == j : phase[i] == phase[j];
  };
  for (std::size_t b = 0; b < lowering.buffer_names.size(); ++b) {
    if (lowering.buffer_bytes[b] == 0) continue;
    Booking booking{lowering.buffer_names[b], lowering.buffer_bytes[b], last_stage, 0};
    for (std::size_t i = 0; i <= last_stage; ++i)
      for (const Access& access : lowering.stages[i].access.buffers)
        for (std::size_t j = 0; j <= last_stage && access.buffer == b; ++j)
          if (together(i, j)) {
            booking.first = std::min(booking.first, j);
            booking.last = std::max(booking.last, j);
          }
    // What is packed ahead lives on into the next step; the output is read after the last stage.
    const bool lives_on =
        keeps_all || std::find(outputs.begin(), outputs.end(), b) != outputs.end() ||
        std::find(lowering.persistent.begin(), lowering.persistent.end(), b) !=
            lowering.persistent.end() ||
        std::any_of(lowering.double_buffers.begin(), lowering.double_buffers.end(),
                    [b](const DoubleBuffer& pair) { return pair.a == b || pair.b == b; });
    if (lives_on) booking.first = 0, booking.last = last_stage;
    result.bookings.push_back(booking);
    result.buffer.push_back(b);
  }
  return result;
}

template Lifetimes lifetimes(const Lowering<float>&, const std::vector<bool>&, bool,
                             const std::vector<std::size_t>&, bool);
template Lifetimes lifetimes(const Lowering<double>&, const std::vector<bool>&, bool,
                             const std::vector<std::size_t>&, bool);

}  // namespace lithe::plan
