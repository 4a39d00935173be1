// Preloaded, makes the n-th call that writes a file fail, and those that follow for as many as are
// asked for: FAIL_CALL=3 FAIL_COUNT=1 FAIL_ERROR=5. Calls are write, fsync and rename; of write
// only those to regular files count.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace {

long number(const char* name, long fallback) {
  const char* const text = std::getenv(name);
  return text == nullptr ? fallback : std::atol(text);
}

bool fails() {
  static std::atomic<long> calls{0};
  static const long first = number("FAIL_CALL", 0), count = number("FAIL_COUNT", 1);
  const long call = ++calls;
  if (first == 0 || call < first || call >= first + count) return false;
  errno = static_cast<int>(number("FAIL_ERROR", EIO));
  return true;
}

template <typename Function>
Function original(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  static const auto real = original<ssize_t (*)(int, const void*, size_t)>("write");
  struct stat status {};
  const bool is_file = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  return is_file && fails() ? -1 : real(file, bytes, count);
}

int fsync(int file) {
  static const auto real = original<int (*)(int)>("fsync");
  struct stat status {};
  const bool is_file = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  return is_file && fails() ? -1 : real(file);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = original<int (*)(const char*, const char*)>("rename");
  return fails() ? -1 : real(from, to);
}

}  // extern "C"
