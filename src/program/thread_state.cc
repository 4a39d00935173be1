#include "program/thread_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "base/text.h"

namespace lithe::program {

namespace {

// A small file of /proc in one read. An fstream takes ten times as long.
std::string_view read_small(const char* path, std::array<char, 512>& buffer) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t count = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

constexpr long kSleeps[] = {SYS_nanosleep, SYS_clock_nanosleep};
constexpr long kSyncs[] = {SYS_fsync, SYS_fdatasync, SYS_sync, SYS_syncfs, SYS_msync};
// Starting a program with vfork waits until it has begun.
constexpr long kChildren[] = {SYS_wait4, SYS_waitid, SYS_clone, SYS_clone3,
#if defined(__x86_64__)
                              SYS_vfork,
#endif
                              SYS_execve};
constexpr long kSockets[] = {SYS_connect, SYS_accept,  SYS_accept4, SYS_recvfrom,
                             SYS_sendto,  SYS_recvmsg, SYS_sendmsg};
constexpr long kTransfers[] = {SYS_read,   SYS_write,  SYS_pread64, SYS_pwrite64, SYS_readv,
                               SYS_writev, SYS_preadv, SYS_pwritev, SYS_sendfile};
constexpr long kEvents[] = {SYS_ppoll,       SYS_pselect6, SYS_epoll_pwait,
#if defined(__x86_64__)
                            SYS_poll,        SYS_select,   SYS_epoll_wait,
#endif
                            SYS_epoll_pwait2};

template <std::size_t N>
bool among(const long (&calls)[N], long call) {
  return std::find(std::begin(calls), std::end(calls), call) != std::end(calls);
}

// What the file behind a descriptor is: "pipe:[1]", "socket:[1]", "/dev/..." or a path.
Wait wait_for_file(pid_t process, std::uint64_t descriptor) {
  std::array<char, 512> target;
  const std::string link = fmt::format("/proc/{}/fd/{}", process, descriptor);
  const ssize_t count = ::readlink(link.c_str(), target.data(), target.size());
  const std::string_view text(target.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  if (text.starts_with("pipe:")) return Wait::pipe;
  if (text.starts_with("socket:")) return Wait::network;
  if (text.starts_with("/dev/pts") || text.starts_with("/dev/tty")) return Wait::terminal;
  if (text.starts_with("anon_inode:")) return Wait::events;
  return Wait::disk;
}

// "202 0x7f.. 0x189 ... stack instruction": the call, its six arguments, and where it was made.
void read_call(std::string_view text, pid_t process, ThreadState& state) {
  const auto number = [&text](int base) {
    const std::string part(base::take_until(text, ' '));
    return std::strtoull(part.c_str(), nullptr, base);
  };
  const auto call = static_cast<long>(number(10));
  std::array<std::uint64_t, 6> arguments;
  for (std::uint64_t& argument : arguments) argument = number(16);
  state.stack = number(16);
  state.instruction = number(16);
  state.limited = call == SYS_futex && arguments[3] != 0;
  if (call == SYS_futex)
    state.wait = Wait::lock;
  else if (among(kSleeps, call))
    state.wait = Wait::sleep;
  else if (among(kSyncs, call))
    state.wait = Wait::sync;
  else if (among(kChildren, call))
    state.wait = Wait::child;
  else if (among(kSockets, call))
    state.wait = Wait::network;
  else if (among(kTransfers, call))
    state.wait = wait_for_file(process, arguments[0]);
  else if (among(kEvents, call))
    // A call that waits for no file is a sleep.
    state.wait = arguments[1] == 0 && call != SYS_epoll_pwait ? Wait::sleep : Wait::events;
}

// Of the fields of `stat` from the state on.
int processor_in(std::string_view fields) {
  constexpr int kBefore = 36;
  for (int i = 0; i < kBefore; ++i) base::take_until(fields, ' ');
  return fields.empty() ? -1 : base::to_number(base::take_until(fields, ' '), -1);
}

}  // namespace

// `syscall` is read first and decides whether the thread runs: it tells the call of the same
// moment. A wait that is as short as a look may have ended when a second file is read.
ThreadState thread_state(pid_t process, pid_t thread) {
  ThreadState state;
  std::array<char, 512> of_call, of_state;
  char path[64];
  const auto name = [&](const char* file) {
    *fmt::format_to_n(path, sizeof(path) - 1, "/proc/{}/task/{}/{}", process, thread, file).out =
        '\0';
    return path;
  };
  const std::string_view call = read_small(name("syscall"), of_call);
  const std::string_view text = read_small(name("stat"), of_state);
  const std::size_t name_end = text.rfind(')');
  if (name_end == text.npos || name_end + 2 >= text.size()) return state;
  const char letter = text[name_end + 2];
  state.processor = processor_in(text.substr(name_end + 2));
  if (letter == 'Z' || letter == 'X') return state;
  state.exists = true;
  if (letter == 'T' || letter == 't') {
    state.wait = Wait::stopped;
    return state;
  }
  state.runs = call.empty() ? letter == 'R' : call.starts_with("running");
  if (state.runs) return state;
  state.wait = letter == 'D' ? Wait::disk : Wait::unknown;
  if (!call.empty() && call[0] != '-')  // -1: in a page fault, or an interrupt
    read_call(call, process, state);
  return state;
}

std::vector<pid_t> threads_of(pid_t process) {
  constexpr std::size_t kMost = 4096;
  std::vector<pid_t> threads;
  std::error_code error;
  const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", process), error);
  if (error) return threads;
  for (auto task = begin(tasks); !error && task != end(tasks) && threads.size() < kMost;
       task.increment(error))
    threads.push_back(base::to_number(task->path().filename().native(), pid_t{0}));
  return threads;
}

}  // namespace lithe::program
