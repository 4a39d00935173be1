#include "program/remote_memory.h"

#include <sys/uio.h>

#include <algorithm>

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

// The system copies piece by piece until one cannot be read, so the pieces end with pages, and the
// last ones come first.
MemoryWindow::MemoryWindow(RemoteMemory memory, std::uint64_t end) : memory_(memory), end_(end) {
  constexpr std::size_t kPage = 4096, kMost = kBytes / kPage + 1;
  std::array<iovec, kMost> here{}, there{};
  std::size_t pieces = 0, bytes = 0;
  while (bytes < std::min<std::uint64_t>(kBytes, end)) {
    const std::uint64_t until = end - bytes;
    const std::size_t piece = std::min<std::size_t>((until - 1) % kPage + 1, kBytes - bytes);
    bytes += piece;
    here[pieces] = {&bytes_[kBytes - bytes], piece};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of the other process
    there[pieces] = {reinterpret_cast<void*>(end - bytes), piece};
    ++pieces;
  }
  const ssize_t got =
      ::process_vm_readv(memory.process_, here.data(), pieces, there.data(), pieces, 0);
  count_ = got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool MemoryWindow::read(std::uint64_t address, std::span<std::byte> to) const {
  const std::uint64_t begin = end_ - count_;
  if (address < begin || address >= end_ || end_ - address < to.size())
    return memory_.read(address, to);
  std::copy_n(bytes_.end() - static_cast<std::ptrdiff_t>(end_ - address), to.size(), to.begin());
  return true;
}

std::vector<std::uint8_t> stack_memory(pid_t process, std::uint64_t from) {
  constexpr std::uint64_t kBytes = 8192, kPage = 4096;
  std::vector<std::uint8_t> bytes(kBytes);
  const RemoteMemory memory(process);
  for (std::uint64_t most = kBytes; most > 0; most -= kPage) {
    // Up to the end of a page, because the next one may not exist.
    const std::uint64_t count = most - from % kPage;
    if (!memory.read(from, std::as_writable_bytes(std::span(bytes).first(count)))) continue;
    bytes.resize(count);
    return bytes;
  }
  return {};
}

}  // namespace lithe::program
