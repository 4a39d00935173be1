#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "lithe/error.h"

namespace lithe::base {

namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path, int error) {
  std::string remedy;
  const bool reads = std::string_view(verb) != "write";
  if (error == ENOSPC || error == EDQUOT) remedy = "free some space on that disk";
  if (error == EACCES || error == EPERM || error == EROFS)
    remedy = reads ? "a file that you may read" : "choose a folder that you may write to";
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

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// The file that a link names, so that the link stays when its file is replaced.
std::filesystem::path behind_links(const std::filesystem::path& path) {
  constexpr int kMostLinks = 40;  // as the system follows
  std::filesystem::path real = path;
  std::error_code unknown;  // there may be no file yet
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(real, unknown); ++i)
    real = folder_of(real) / std::filesystem::read_symlink(real, unknown);
  return real;
}

// Temporary files are named ".NAME.XXXXXX"; see mkstemp(3).
constexpr std::string_view kTemporaryEnd = "XXXXXX";
std::string temporary_start(const std::filesystem::path& path) {
  return "." + path.filename().string() + ".";
}

// Makes the rename itself durable. Some file systems refuse to sync a folder: nothing to be done.
void sync_folder(const char* folder) {
  Descriptor descriptor(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() >= 0) (void)::fsync(descriptor.get());
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::size_t limit) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) fail("open", path, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) fail("inspect", path, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::io, fmt::format("'{}' is not a file", path.string()), {},
                S_ISDIR(status.st_mode) ? "the name of a file in that folder" : "");
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

NewFile::NewFile(const std::filesystem::path& path, Later)
    : path_(behind_links(path)),
      folder_(folder_of(path_).string()),
      temporary_(
          (folder_of(path_) / (temporary_start(path_) + std::string(kTemporaryEnd))).string()),
      is_device_(is_device(path_)) {}

void NewFile::begin() {
  discard();
  if (is_device_) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    temporary_.replace(temporary_.size() - kTemporaryEnd.size(), kTemporaryEnd.size(),
                       kTemporaryEnd);
    descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
    exists_ = descriptor_ >= 0;
    // Says to remove_leftovers() that the file is in use; some file systems have no locks.
    if (exists_) (void)::flock(descriptor_, LOCK_EX | LOCK_NB);
  }
  if (descriptor_ < 0) fail("write", path_, errno);
}

void NewFile::discard() {
  if (exists_) ::unlink(temporary_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
  exists_ = false;
  descriptor_ = -1;
}

void NewFile::append(std::span<const std::uint8_t> bytes) { write_all(descriptor_, bytes, path_); }

void NewFile::overwrite_start(std::span<const std::uint8_t> bytes) {
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) fail("write", path_, errno);
  write_all(descriptor_, bytes, path_);
  if (::lseek(descriptor_, 0, SEEK_END) < 0) fail("write", path_, errno);
}

void NewFile::commit() {
  if (is_device_) return discard();  // all has been written
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(descriptor_, 0666 & ~mask) != 0) fail("write", path_, errno);
  if (::fsync(descriptor_) != 0) fail("write", path_, errno);
  // Renamed before it is closed, because the lock ends there.
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("write", path_, errno);
  exists_ = false;
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("write", path_, errno);
  sync_folder(folder_.c_str());
}

void remove_leftovers(const std::filesystem::path& path) {
  const std::filesystem::path real = behind_links(path);
  const std::string start = temporary_start(real);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(real), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || name.size() != start.size() + kTemporaryEnd.size()) continue;
    const Descriptor file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
      ::unlink(entry.path().c_str());
  }
}

FileLock::FileLock(const std::filesystem::path& path, const std::string& option) {
  const std::filesystem::path real = behind_links(path);
  if (is_device(real)) return;
  name_ = (folder_of(real) / ("." + real.filename().string() + ".lock")).string();
  // Another program may have removed the file that was opened here: then there is a new one.
  for (;;) {
    descriptor_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("write", path, errno);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const bool held = errno == EWOULDBLOCK;
      ::close(std::exchange(descriptor_, -1));
      if (!held) return;  // a file system without locks
      throw Error(ErrorKind::usage, fmt::format("another program is writing '{}'", path.string()),
                  option, "another file, or wait until that program has ended");
    }
    struct stat opened {
    }, named{};
    if (::fstat(descriptor_, &opened) == 0 && ::stat(name_.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino)
      return;
    ::close(std::exchange(descriptor_, -1));
  }
}
FileLock::FileLock(FileLock&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  ::unlink(name_.c_str());
  ::close(descriptor_);
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
