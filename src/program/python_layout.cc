#include "program/python_layout.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace lithe::program {

namespace {

PythonLayout layout_of_9() {
  PythonLayout layout;
  layout.runtime_interpreters = 32;
  layout.runtime_gil = 360;
  layout.interpreter_threads = 8;
  layout.interpreter_collecting = 816;
  layout.thread_pthread = 176;
  layout.thread_frame = 24;
  layout.frame_previous = 24;
  layout.frame_code = 32;
  layout.frame_instruction = 104;
  layout.code_file = 104;
  layout.code_name = 112;
  layout.code_first_line = 40;
  layout.code_lines = 120;
  return layout;
}

PythonLayout layout_of_10() {
  PythonLayout layout = layout_of_9();
  layout.frame_instruction = 96;
  return layout;
}

PythonLayout layout_of_11() {
  PythonLayout layout;
  layout.runtime_interpreters = 40;
  layout.runtime_gil = 368;
  layout.interpreter_threads = 16;
  layout.interpreter_collecting = 848;
  layout.thread_pthread = 152;
  layout.thread_native = 160;
  layout.thread_frame = 56;
  layout.c_frame = 8;
  layout.frame_previous = 48;
  layout.frame_code = 32;
  layout.frame_instruction = 56;
  layout.code_file = 112;
  layout.code_name = 128;
  layout.code_first_line = 72;
  layout.code_lines = 136;
  layout.code_instructions = 184;
  return layout;
}

PythonLayout layout_of_12() {
  PythonLayout layout = layout_of_11();
  layout.runtime_gil = PythonLayout::kNone;
  layout.interpreter_gil = 384;
  layout.gil_holder = 8;
  layout.gil_locked = 16;
  layout.interpreter_threads = 72;
  layout.interpreter_collecting = 312;
  layout.thread_pthread = 136;
  layout.thread_native = 144;
  layout.c_frame = 0;
  layout.frame_previous = 8;
  layout.frame_code = 0;
  layout.code_first_line = 68;
  layout.code_instructions = 192;
  layout.ascii_text = 40;
  layout.compact_text = 56;
  return layout;
}

// The places of the fields in the table (Include/internal/pycore_debug_offsets.h of CPython).
struct Words {
  int next_interpreter, threads, gc, gil, gil_locked, gil_holder;
  int next, frame, pthread, native;
  int previous, executable, instruction;
  int file, qualified_name, lines, first_line, instructions;
  int collecting;
};

constexpr Words kWordsOf13 = {8,  9,  10, 14, 17, 18, 21, 23, 24, 25,
                              29, 30, 31, 35, 37, 38, 39, 43, 72};
constexpr Words kWordsOf14 = {8,  9,  11, 15, 18, 19, 24, 26, 27, 28,
                              32, 33, 34, 40, 42, 43, 44, 48, 82};

}  // namespace

std::optional<PythonLayout> python_layout(int minor) {
  switch (minor) {
    case 9:
      return layout_of_9();
    case 10:
      return layout_of_10();
    case 11:
      return layout_of_11();
    case 12:
      return layout_of_12();
    default:
      return {};
  }
}

std::optional<PythonLayout> python_layout(const PythonDescription& words, int& minor) {
  constexpr std::string_view kCookie = "xdebugpy";
  if (std::memcmp(words.data(), kCookie.data(), kCookie.size()) != 0) return {};
  constexpr int kInterpreters = 5, kVersion = 1;
  const auto version = static_cast<std::uint32_t>(words[kVersion]);
  minor = static_cast<int>(version >> 16 & 0xff);
  if (version >> 24 != 3 || (minor != 13 && minor != 14)) return {};
  const Words& at = minor == 13 ? kWordsOf13 : kWordsOf14;
  bool sound = true;
  const auto offset = [&words, &sound](int word, std::uint64_t base = 0) {
    const std::uint64_t value = base + words[static_cast<std::size_t>(word)];
    sound = sound && value < PythonLayout::kNone;
    return static_cast<std::uint16_t>(value);
  };
  PythonLayout layout = layout_of_12();
  layout.c_frame = PythonLayout::kNone;
  layout.runtime_interpreters = offset(kInterpreters);
  layout.interpreter_next = offset(at.next_interpreter);
  layout.interpreter_threads = offset(at.threads);
  layout.interpreter_collecting = offset(at.collecting, words[static_cast<std::size_t>(at.gc)]);
  layout.interpreter_gil = offset(at.gil);
  layout.thread_next = offset(at.next);
  layout.thread_frame = offset(at.frame);
  layout.thread_pthread = offset(at.pthread);
  layout.thread_native = offset(at.native);
  layout.frame_previous = offset(at.previous);
  layout.frame_code = offset(at.executable);
  layout.frame_instruction = offset(at.instruction);
  layout.code_file = offset(at.file);
  layout.code_name = offset(at.qualified_name);
  layout.code_lines = offset(at.lines);
  layout.code_first_line = offset(at.first_line);
  layout.code_instructions = offset(at.instructions);
  return sound ? std::optional(layout) : std::nullopt;
}

}  // namespace lithe::program
