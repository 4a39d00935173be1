// Parses the records of performance events (perf_event_open(2)) from the bytes of their ring
// buffers.
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
  std::int32_t parent = 0;  // for a fork
  // For a sample: the address, and whether it is in the kernel. Then `entered_from` is the user's
  // address from which the kernel was entered, 0 if that is unknown.
  std::uint64_t address = 0;
  bool in_kernel = false;
  std::uint64_t entered_from = 0;
  Mapping mapping;         // of code
  std::uint64_t lost = 0;  // number of events that did not fit into the buffer
};

// Passes on the complete records in `bytes` in order. Skips irrelevant and malformed ones.
// `registers`: samples contain the user's instruction pointer.
void parse_events(std::span<const std::uint8_t> bytes, bool registers,
                  const std::function<void(Event&&)>& take);

}  // namespace lithe::program
