// Reads the memory of another process while that runs.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

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
  pid_t process_;
};

}  // namespace lithe::program
