// Gives the reader of Python's stacks a memory that holds anything at all: its own process is the
// one that is read. The first byte chooses the version; then come the words of the memory. A word
// that begins with a certain mark is a distance from the beginning, so that structures can point to
// each other.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "program/python_lines.h"
#include "program/python_reader.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithe::program;
  if (size < 2) return 0;
  const int minor = 9 + data[0] % 7;
  std::vector<std::uint64_t> memory((size - 1) / sizeof(std::uint64_t) + 1);
  std::memcpy(memory.data(), data + 1, size - 1);
  const auto begin = reinterpret_cast<std::uint64_t>(memory.data());
  const std::uint64_t bytes = memory.size() * sizeof(std::uint64_t);
  constexpr std::uint64_t kMark = 0x4c4c, kDistance = 0xffffffff;
  for (std::uint64_t& word : memory)
    if (word >> 48 == kMark) word = begin + (word & kDistance) % bytes;
  // The runtime and the type of code objects are where the memory begins.
  if (const auto reader = PythonReader::at(::getpid(), begin, begin, minor))
    for (int i = 0; i < 2; ++i)
      for (const PythonThread& thread : reader->read()) {
        require(thread.frames.size() <= 200);
        for (const PythonFrame& frame : thread.frames)
          require(frame.code != nullptr && frame.code->file.size() <= 4 * 4096);
      }
  const std::string_view table(reinterpret_cast<const char*>(data), size);
  for (const std::uint64_t instruction : {0U, 1U, 100U, 1U << 24})
    python_line(minor, table, 1, instruction);
  return 0;
}
