// Feeds the readers of ELF files anything at all: the functions of an examined program, and the
// headers of a library before it is loaded.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "blas/elf.h"
#include "program/elf_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lithe::blas::elf_problem(std::span(data, size), size);
  const int file = memfd_create("fuzz", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  {
    const lithe::program::ElfImage image("/proc/self/fd/" + std::to_string(file), "/nowhere");
    volatile std::size_t letters = 0;
    for (std::uint64_t offset = 0; offset <= size; offset += 1 + size / 64) {
      const auto function = image.function_at(offset);
      letters = letters + function.name.size() + function.before.size() + function.after.size();
      letters = letters + image.after_system_call(offset) + image.in_spin_loop(offset);
    }
  }
  close(file);
  return 0;
}
