// What the system's performance events (perf_event_open(2)) tell of a running program, read from
// the bytes of their ring buffers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "program/address_space.h"

namespace lithe::program {

struct Event {
  enum class Kind { sample, mapping, fork, exec, exit, lost };
  Kind kind = Kind::sample;
  std::uint64_t time = 0;  // nanoseconds, of one clock for all processors
  std::int32_t process = 0, thread = 0;
  std::int32_t parent = 0;  // fork: the process that this one is a copy of
  // Of a sample: where the thread was, and whether in the system; then where it had entered it
  // from, 0 if that is unknown.
  std::uint64_t address = 0;
  bool in_kernel = false;
  std::uint64_t entered_from = 0;
  Mapping mapping;         // of code
  std::uint64_t lost = 0;  // events for which there was no room
};

// The whole records in `bytes`, in their order; those of no interest are left out. `registers`:
// samples bear the user's instruction pointer. What is cut off or cannot be is left out too.
void parse_events(std::span<const std::uint8_t> bytes, bool registers,
                  const std::function<void(Event&&)>& take);

}  // namespace lithe::program
