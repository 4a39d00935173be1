#include "sweep/link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "lithe/error.h"

namespace lithe::sweep {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, int error) {
  throw Error(ErrorKind::io,
              fmt::format("cannot write '{}': {}", file.string(), std::strerror(error)), {},
              "a folder that you may write to, with space left");
}

// 0, or an error number; EEXIST where the file is there.
int write_new(const fs::path& file, const std::string& content) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  std::size_t done = 0;
  int error = 0;
  while (done < content.size() && error == 0) {
    const ssize_t written = ::write(descriptor, content.data() + done, content.size() - done);
    if (written >= 0)
      done += static_cast<std::size_t>(written);
    else if (errno != EINTR)
      error = errno;
  }
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) ::unlink(file.c_str());
  return error;
}

// Beside `file`, of this process alone. A host's name keeps machines apart that share the folder.
fs::path temporary_name(const fs::path& file) {
  static std::atomic<unsigned> count{0};
  char host[65] = {};
  ::gethostname(host, sizeof(host) - 1);
  return file.parent_path() /
         fmt::format(".{}.{}.{}.{}", file.filename().string(), host, ::getpid(), count++);
}

bool has_two_names(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && status.st_nlink == 2;
}

}  // namespace

bool create(const fs::path& file, const std::string& content) {
  const fs::path temporary = temporary_name(file);
  if (const int error = write_new(temporary, content); error != 0) fail(file, error);
  int error = ::link(temporary.c_str(), file.c_str()) == 0 ? 0 : errno;
  // A network file system may do it, lose its answer, and do it again.
  if (error != 0 && has_two_names(temporary)) error = 0;
  ::unlink(temporary.c_str());
  if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK)
    error = write_new(file, content);  // a file system without hard links
  if (error != 0 && error != EEXIST) fail(file, error);
  return error == 0;
}

}  // namespace lithe::sweep
