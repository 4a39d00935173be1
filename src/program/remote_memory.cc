#include "program/remote_memory.h"

#include <sys/uio.h>

namespace lithe::program {

bool RemoteMemory::read(std::uint64_t address, std::span<std::byte> to) const {
  const iovec here{to.data(), to.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of the other process
  const iovec there{reinterpret_cast<void*>(address), to.size()};
  return ::process_vm_readv(process_, &here, 1, &there, 1, 0) == static_cast<ssize_t>(to.size());
}

std::string RemoteMemory::bytes(std::uint64_t address, std::uint64_t count,
                                std::uint64_t most) const {
  if (count > most) return {};
  std::string text(count, '\0');
  return read(address, std::as_writable_bytes(std::span(text))) ? text : std::string();
}

}  // namespace lithe::program
