#include "base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lithe/error.h"

namespace lithe::base {

namespace {

[[noreturn]] void fail_to(const char* verb, const std::filesystem::path& path, int error) {
  throw Error(ErrorKind::io,
              fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)));
}

// Maps and leaves the descriptor open. Returns null for an empty file.
const void* map(int descriptor, const std::filesystem::path& path, std::size_t& size) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail_to("inspect", path, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::io, fmt::format("'{}' is not a file", path.string()));
  size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return nullptr;  // the system maps no empty files
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) fail_to("map", path, errno);
  ::madvise(data, size, MADV_SEQUENTIAL);
  return data;
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail_to("open", path, errno);
  try {
    data_ = static_cast<const std::uint8_t*>(map(descriptor, path, size_));
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);  // a mapping outlives it
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

}  // namespace lithe::base
