#include "program/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "base/text.h"
#include "lithe/error.h"

namespace lithe::program {

namespace {

void close_end(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

// Waits for a byte, then becomes the program, or writes why it cannot. It runs between fork and
// exec and must not allocate, because another thread may hold the heap's lock.
[[noreturn]] void become(char* const* arguments, char* const* environment, int start, int problem,
                         bool silent) {
  // However this process ends, the program does not outlive it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  char byte = 0;
  if (::read(start, &byte, 1) != 1) ::_exit(127);  // the parent has ended
  if (silent) {
    ::setpgid(0, 0);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
  }
  ::execvpe(arguments[0], arguments, environment);
  const int error = errno;
  if (::write(problem, &error, sizeof(error)) < 0) ::_exit(126);
  ::_exit(127);
}

// "NAME=value" for every variable of this process and of `variables`, which take precedence.
std::vector<std::string> environment_with(const Variables& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    bool replaced = false;
    for (const auto& [name, value] : variables)
      replaced = replaced || line.substr(0, line.find('=')) == name;
    if (!replaced) all.emplace_back(line);
  }
  for (const auto& [name, value] : variables)
    if (!value.empty()) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

[[noreturn]] void cannot_run(const std::string& program, int error) {
  if (error == ENOENT)
    throw Error(ErrorKind::usage, "there is no such program, or what runs it is missing", program,
                "give its path, or the name of a program in PATH");
  if (error == EACCES)
    throw Error(
        ErrorKind::usage, "it is not executable", program,
        fmt::format("chmod +x {}, or run it with its interpreter: lithe doctor -- python3 {}",
                    program, program));
  throw Error(ErrorKind::usage, fmt::format("it cannot be run: {}", std::strerror(error)), program);
}

int process_descriptor(pid_t process) {
#ifdef SYS_pidfd_open
  return static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
#else
  static_cast<void>(process);
  return -1;
#endif
}

}  // namespace

std::vector<std::string> without_assignments(std::vector<std::string> command,
                                             const Variables& variables) {
  if (command.empty() || (command[0] != "env" && !command[0].ends_with("/env"))) return command;
  auto end = command.begin() + 1;
  while (end != command.end() && end->find('=') != std::string::npos && !end->starts_with('-'))
    ++end;
  const auto set_again = [&variables](const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    return std::any_of(variables.begin(), variables.end(),
                       [&name](const auto& variable) { return variable.first == name; });
  };
  command.erase(std::remove_if(command.begin() + 1, end, set_again), end);
  const bool bare = command.size() > 1 && command[1].find('=') == std::string::npos &&
                    !command[1].starts_with('-');
  if (bare) command.erase(command.begin());
  return command;
}

Launched::Launched(std::vector<std::string> command, const Variables& variables, bool silent)
    : command_(std::move(command)), silent_(silent) {
  int start[2] = {-1, -1}, problem[2] = {-1, -1};
  // Not a pipe: writing to one whose reader was killed ends the writer too.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, start) != 0 ||
      ::pipe2(problem, O_CLOEXEC) != 0) {
    close_end(start[0]);
    close_end(start[1]);
    throw Error(ErrorKind::machine, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  std::vector<std::string> environment = environment_with(variables);
  const std::vector<char*> arguments = pointers(command_), settings = pointers(environment);
  start_ = start[1];
  problem_ = problem[0];
  process_ = ::fork();
  if (process_ == 0) {
    ::close(start[1]);
    become(arguments.data(), settings.data(), start[0], problem[1], silent);
  }
  const int error = errno;
  ::close(start[0]);
  ::close(problem[1]);
  if (process_ > 0) {
    descriptor_ = process_descriptor(process_);
    return;
  }
  close_end(start_);
  close_end(problem_);
  throw Error(ErrorKind::machine, fmt::format("no new process: {}", std::strerror(error)));
}

Launched::~Launched() {
  close_end(start_);
  close_end(problem_);
  if (silent_) ::kill(-process_, SIGKILL);
  if (!ended_) {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_end(descriptor_);
}

void Launched::go() {
  begin_ = Clock::now();
  const char byte = 1;
  const bool started = ::send(start_, &byte, 1, MSG_NOSIGNAL) == 1;
  close_end(start_);
  int error = started ? 0 : errno;
  ssize_t got = 0;
  if (started)  // the pipe closes when the program begins
    while ((got = ::read(problem_, &error, sizeof(error))) < 0 && errno == EINTR) {
    }
  close_end(problem_);
  if (!started || got == sizeof(error)) cannot_run(command_.front(), error);
}

bool wait_for_end(int process, std::chrono::microseconds most) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec limit{whole.count(), 1000L * (most - whole).count()};
  pollfd watched{process, POLLIN, 0};
  return ::ppoll(&watched, process >= 0 ? 1 : 0, &limit, nullptr) > 0;
}

bool Launched::ended(std::chrono::microseconds wait) {
  if (ended_) return true;
  wait_for_end(descriptor_, wait);
  const pid_t got = ::wait4(process_, &status_, WNOHANG, &usage_);
  ended_ = got == process_ || (got < 0 && errno == ECHILD);
  if (ended_) seconds_ = std::chrono::duration<double>(Clock::now() - begin_).count();
  return ended_;
}

namespace {

// "number (name) state parent group ... user system user-of-children system-of-children", in ticks.
double seconds_in_group(std::string_view stat, pid_t group) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return 0;
  std::string_view rest = stat.substr(name_end + 1);
  constexpr int kGroup = 3, kFirst = 12, kLast = 15;
  double ticks = 0;
  for (int field = 0; field <= kLast; ++field) {
    const std::string_view word = base::take_until(rest, ' ');
    if (field == kGroup && base::to_number(word, pid_t{0}) != group) return 0;
    if (field >= kFirst) ticks += base::to_number(word, 0.0);
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double Launched::processor_seconds() const {
  if (ended_) return program::seconds(usage_.ru_utime) + program::seconds(usage_.ru_stime);
  double seconds = 0;
  std::error_code error;
  const std::filesystem::directory_iterator processes("/proc", error);
  if (error) return 0;
  for (auto entry = begin(processes); !error && entry != end(processes); entry.increment(error)) {
    constexpr std::size_t kMost = 512;
    if (base::to_number(entry->path().filename().native(), 0) > 0)
      seconds += seconds_in_group(base::read_text(entry->path() / "stat", kMost), process_);
  }
  return seconds;
}

struct ForwardSignals::Saved {
  int signal;
  struct sigaction action;
};

namespace {

std::atomic<pid_t> receiver{0};

void forward(int signal) {
  const int before = errno;
  if (const pid_t process = receiver.load(); process > 0) ::kill(process, signal);
  errno = before;
}

}  // namespace

ForwardSignals::ForwardSignals(pid_t process) {
  receiver = process;
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    now.sa_handler = signal == SIGINT || signal == SIGQUIT ? SIG_IGN : forward;
    now.sa_flags = SA_RESTART;
    Saved saved{signal, {}};
    ::sigaction(signal, &now, &saved.action);
    saved_.push_back(saved);
  }
}

ForwardSignals::~ForwardSignals() {
  for (const Saved& saved : saved_) ::sigaction(saved.signal, &saved.action, nullptr);
  receiver = 0;
}

}  // namespace lithe::program
