// Feeds the readers of debugging information and of unwind tables anything at all.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "program/machine_code.h"
#include "program/native_stack.h"
#include "program/source_lines.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithe::program;
  const int file = memfd_create("fuzz", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  {
    SourceLines lines(path);
    for (std::uint64_t offset = 0; offset <= size; offset += 1 + size / 32) {
      require(lines.frames(offset).size() <= 1000);
      require(lines.producer(offset).size() <= size);
    }
    NativeStack stack;
    constexpr std::uint64_t kStart = 0x400000;
    stack.map({kStart, kStart + size, 0, path});
    UserState user;
    user.knows_saved = true;
    user.stack = 0x7ffd0000;
    user.memory.assign(4096, 0);
    for (std::size_t i = 0; i < user.memory.size(); ++i)
      user.memory[i] = size > 0 ? data[i % size] : std::uint8_t{0};
    for (std::uint64_t offset = 0; offset < size; offset += 1 + size / 8) {
      user.instruction = kStart + offset;
      require(stack.unwind(user).size() <= 64);
    }
    const MachineCode code({data, size}, 0);
    code.whole();
    code.loop_at(size / 2);
  }
  close(file);
  return 0;
}
