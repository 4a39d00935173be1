// Parses the records of performance events (perf_event_open(2)) from the bytes of their ring
// buffers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "program/address_space.h"

namespace lithe::program {

#if defined(__aarch64__)
inline constexpr std::size_t kSavedRegisters = 12;  // x19 to x30
#else
inline constexpr std::size_t kSavedRegisters = 6;  // rbx, rbp, r12 to r15
#endif

// What a thread's stack is read from.
struct UserState {
  std::uint64_t instruction = 0, stack = 0;  // registers
  bool knows_saved = false;
  std::array<std::uint64_t, kSavedRegisters> saved{};  // those that a function must not change
  std::vector<std::uint8_t> memory;                    // from the address `stack` on
};

// What a sample contains of the user's state.
enum class SampledState { nothing, instruction, stack };

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
  std::shared_ptr<const UserState> user;  // where samples contain the stack
  Mapping mapping;                        // of code
  std::uint64_t lost = 0;                 // number of events that did not fit into the buffer
};

// Passes on the complete records in `bytes` in order. Skips irrelevant and malformed ones.
void parse_events(std::span<const std::uint8_t> bytes, SampledState state,
                  const std::function<void(Event&&)>& take);

}  // namespace lithe::program
