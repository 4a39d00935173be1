// Reads the memory of another process while that runs.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lithe::program {

class RemoteMemory {
 public:
  explicit RemoteMemory(pid_t process) : process_(process) {}

  // Reads all the bytes, or returns false. The process goes on running, so what was read may be
  // half old and half new.
  bool read(std::uint64_t address, std::span<std::byte> to) const;

  template <typename T>
  bool read(std::uint64_t address, T& value) const {
    return read(address, std::as_writable_bytes(std::span(&value, 1)));
  }

  // At most `most` bytes; empty if they cannot be read.
  std::string bytes(std::uint64_t address, std::uint64_t count, std::uint64_t most) const;

 private:
  friend class MemoryWindow;

  pid_t process_;
};

// A copy of the bytes before an address, all of one moment: what lies in it is read from there, and
// the rest from the process.
class MemoryWindow {
 public:
  // The bytes up to `end`, as far back as they can be read and there is room.
  MemoryWindow(RemoteMemory memory, std::uint64_t end);

  bool read(std::uint64_t address, std::span<std::byte> to) const;

 private:
  static constexpr std::size_t kBytes = 16384;

  RemoteMemory memory_;
  std::array<std::byte, kBytes> bytes_;  // the last `count_` of them
  std::uint64_t end_;
  std::size_t count_ = 0;
};
// The top of a stack, as far as it can be read, at most 8 KiB.
std::vector<std::uint8_t> stack_memory(pid_t process, std::uint64_t from);

}  // namespace lithe::program
