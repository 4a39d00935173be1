// Where CPython keeps its threads, frames and code objects in memory, by its version.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace lithe::program {

// Offsets in bytes; kNone where a version has no such field.
struct PythonLayout {
  static constexpr std::uint16_t kNone = 0xffff;

  std::uint16_t runtime_interpreters = 0;
  std::uint16_t runtime_gil = kNone;  // up to 3.11 the lock belongs to the runtime
  std::uint16_t interpreter_next = 0, interpreter_threads = 0, interpreter_collecting = 0;
  std::uint16_t interpreter_gil = kNone;  // a pointer to the lock
  std::uint16_t gil_holder = 0, gil_locked = 8;
  std::uint16_t thread_next = 8, thread_pthread = 0, thread_native = kNone;
  std::uint16_t thread_frame = 0;
  std::uint16_t c_frame = kNone;  // 3.11 and 3.12: thread_frame points to a struct with the frame
  std::uint16_t frame_previous = 0, frame_code = 0, frame_instruction = 0;
  std::uint16_t code_file = 0, code_name = 0, code_first_line = 0, code_lines = 0;
  std::uint16_t code_instructions = kNone;  // none: frame_instruction is an index
  std::uint16_t ascii_text = 48, compact_text = 72;
};

// The layout of 3.9 to 3.12 on 64-bit systems, which the headers of each version fix; nothing for
// others.
std::optional<PythonLayout> python_layout(int minor);

// From 3.13 on the interpreter describes itself: the table at the beginning of its runtime, in
// words. Nothing if it is not such a table, of a version that is known, with offsets that can be.
using PythonDescription = std::array<std::uint64_t, 96>;
std::optional<PythonLayout> python_layout(const PythonDescription& words, int& minor);

}  // namespace lithe::program
