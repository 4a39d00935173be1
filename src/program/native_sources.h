// Names the functions and lines of compiled code in the stacks of a program.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "program/address_space.h"
#include "program/elf_image.h"
#include "program/source_lines.h"
#include "program/stack_counts.h"

namespace lithe::program {

class NativeSources {
 public:
  explicit NativeSources(const Files& files) : files_(files) {}

  // The stacks with a function and a line in the place of each address. A program's own functions
  // without debugging information have the program's file and line 0; those of libraries without it
  // have no file.
  StackCounts name(const StackCounts& stacks);

  // Of the compiler that made the code; empty: unknown.
  std::string producer(const Place& place);

  // Whether the file is a program, or a library, that does not belong to the system.
  bool own(const Place& place) const;

  // The programs without debugging information that were met.
  std::vector<std::string> without_lines() const;

 private:
  using Named = std::vector<StackFrame>;

  SourceLines& lines_of(std::uint32_t file);
  const Named& named(const Place& place, StackCounts& to);
  StackFrame frame(const SourceFrame& source, const Place& place, StackCounts& to);

  const Files& files_;
  std::map<std::uint32_t, SourceLines> lines_;
  std::map<std::uint32_t, ElfImage> images_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Named> named_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const PythonCode>> codes_;
};

// Whether a file of code, not of source, may belong to the program that is examined.
bool is_own_binary(std::string_view path);

}  // namespace lithe::program
