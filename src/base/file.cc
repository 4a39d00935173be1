#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lithe/error.h"

namespace lithe::base {

namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path, int error) {
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT) remedy = "free some space on that disk";
  if (error == EACCES || error == EPERM || error == EROFS)
    remedy = "choose a folder that you may write to";
  throw Error(ErrorKind::io,
              fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(error)), {},
              remedy);
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

void write_all(int descriptor, std::span<const std::uint8_t> bytes,
               const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// A device, a pipe or the like: no file that another could take the place of.
bool is_device(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

// Makes the rename itself durable. Some file systems refuse to sync a folder: nothing to be done.
void sync_folder(const std::filesystem::path& folder) {
  Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() >= 0) (void)::fsync(descriptor.get());
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::size_t limit) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) fail("open", path, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) fail("inspect", path, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::io, fmt::format("'{}' is not a file", path.string()));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit)
    throw Error(ErrorKind::io, fmt::format("'{}' has {} bytes, more than the {} allowed here",
                                           path.string(), size, limit));
  std::vector<std::uint8_t> bytes(size);
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(descriptor.get(), bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;  // the file shrank meanwhile
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  if (is_device(path_)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("write", path_, errno);
    return;
  }
  const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  temporary_ = (folder / ("." + path_.filename().string() + ".XXXXXX")).string();
  descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail("write", path_, errno);
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::append(std::span<const std::uint8_t> bytes) { write_all(descriptor_, bytes, path_); }

void NewFile::overwrite_start(std::span<const std::uint8_t> bytes) {
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) fail("write", path_, errno);
  write_all(descriptor_, bytes, path_);
  if (::lseek(descriptor_, 0, SEEK_END) < 0) fail("write", path_, errno);
}

void NewFile::commit() {
  if (temporary_.empty()) return;  // all has been written
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(descriptor_, 0666 & ~mask) != 0) fail("write", path_, errno);
  if (::fsync(descriptor_) != 0) fail("write", path_, errno);
  // Closing can report a write that failed late.
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("write", path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("write", path_, errno);
  temporary_.clear();
  sync_folder(path_.has_parent_path() ? path_.parent_path() : std::filesystem::path("."));
}

void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::span<const std::uint8_t>> pieces) {
  NewFile file(path);
  for (const auto& piece : pieces) file.append(piece);
  file.commit();
}

void write_file_atomically(const std::filesystem::path& path, const std::string& text) {
  const std::span<const std::uint8_t> piece(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  write_file_atomically(path, std::span(&piece, 1));
}

}  // namespace lithe::base
