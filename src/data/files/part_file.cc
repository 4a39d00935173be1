#include "data/files/part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lithe/error.h"

namespace lithe::data {

namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  throw Error(ErrorKind::io,
              fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)), {},
              full ? "free some space on that disk"
                   : "choose a folder that you may write to with LITHE_DATA or --data-dir");
}

}  // namespace

PartFile::PartFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) fail("write", path_, errno);
  // Some network file systems know no locks: there, the digest still catches a mixed file.
  const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  struct stat status {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  // No link is left where the other process has just finished and removed the file.
  if (locked || !known || status.st_nlink == 0) {
    ::close(descriptor_);
    throw Error(ErrorKind::io, fmt::format("another process is fetching '{}'", path_.string()), {},
                "wait until it is done");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

PartFile::~PartFile() {
  // Removed before the lock goes with the descriptor, so that nobody else's file is removed.
  if (size_ == 0) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void PartFile::append(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_, errno);
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PartFile::restart() {
  if (::ftruncate(descriptor_, 0) != 0) fail("shorten", path_, errno);
  size_ = 0;
}

}  // namespace lithe::data
