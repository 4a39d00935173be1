#include "base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>

#include "lithe/error.h"

namespace lithe::base {

namespace {

std::mutex list_mutex;
MappedFile* first = nullptr;

[[noreturn]] void fail_to(const char* verb, const std::filesystem::path& path, int error) {
  throw Error(ErrorKind::io,
              fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)), {},
              error == EACCES || error == EPERM ? "a file that you may read" : "");
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

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path.string()) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail_to("open", path, errno);
  try {
    data_ = static_cast<const std::uint8_t*>(map(descriptor, path, size_));
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);  // a mapping outlives it
  const std::lock_guard lock(list_mutex);
  next_ = first;
  if (first != nullptr) first->previous_ = this;
  first = this;
}

MappedFile::~MappedFile() {
  {
    const std::lock_guard lock(list_mutex);
    (previous_ == nullptr ? first : previous_->next_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

// The thread that reads a mapping does not hold the lock; one that does will let it go.
const char* MappedFile::containing(const void* address) {
  const std::lock_guard lock(list_mutex);
  const auto* const at = static_cast<const std::uint8_t*>(address);
  for (const MappedFile* file = first; file != nullptr; file = file->next_)
    if (at >= file->data_ && at < file->data_ + file->size_) return file->path_.c_str();
  return nullptr;
}

}  // namespace lithe::base
