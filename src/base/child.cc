#include "base/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>

#include "base/text.h"
#include "lithe/error.h"

namespace lithe::base {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostBytes = 64 << 10;
constexpr int kThrew = 97;  // the exit status after an exception

// Both ends of a pipe, each closed when it is no longer needed.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw Error(ErrorKind::machine, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

void write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void be_the_child(const std::function<std::string()>& work, int answer, int words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it must not outlive its parent
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTERM, SIGINT})
    ::signal(signal, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(words, STDERR_FILENO);
  try {
    write_all(answer, work());
    ::_exit(0);
  } catch (const std::exception& error) {
    write_all(words, error.what());
  } catch (...) {
    write_all(words, "an unknown exception");
  }
  ::_exit(kThrew);
}

// Appends what there is to read; false at the end. What is beyond the most is dropped.
bool drain(int from, std::string& text) {
  std::array<char, 4096> piece;
  const ssize_t got = ::read(from, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (text.size() < kMostBytes) text.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

// Reads both pipes until they end; false if time ran out first.
bool listen(Pipe& answer, Pipe& words, std::string& text, std::string& said,
            Clock::time_point until) {
  std::array<pollfd, 2> both{{{answer.ends[0], POLLIN, 0}, {words.ends[0], POLLIN, 0}}};
  while (both[0].fd >= 0 || both[1].fd >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    if (::poll(both.data(), both.size(), static_cast<int>(left)) < 0 && errno != EINTR)
      return false;
    if (both[0].revents != 0 && !drain(both[0].fd, text)) both[0].fd = -1;
    if (both[1].revents != 0 && !drain(both[1].fd, said)) both[1].fd = -1;
  }
  return true;
}

// Waits for the child's end, which follows that of its pipes at once unless it closed them itself.
bool ended(pid_t child, int& status, Clock::time_point until) {
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= until) return false;
    ::usleep(200);
  }
  return true;
}

// The end of what a failing library wrote to standard error says more than the signal.
std::string last_line(std::string_view said) {
  said = trim(said);
  const std::size_t begin = said.rfind('\n');
  if (begin != std::string_view::npos) said.remove_prefix(begin + 1);
  std::string line(said.substr(0, 300));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return line;
}

std::string problem_of(int status, bool in_time, std::chrono::milliseconds limit,
                       const std::string& said) {
  const std::string words = last_line(said);
  if (!in_time) return fmt::format("did not end within {} ms", limit.count());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kThrew) return words;
  const std::string how =
      WIFSIGNALED(status) ? fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                                        ::strsignal(WTERMSIG(status)))
                          : fmt::format("ended the program with status {}", WEXITSTATUS(status));
  return words.empty() ? how : how + ": " + words;
}

}  // namespace

ChildAnswer run_in_child(const std::function<std::string()>& work,
                         std::chrono::milliseconds limit) {
  Pipe answer, words;
  const pid_t child = ::fork();
  if (child < 0)
    throw Error(ErrorKind::machine, fmt::format("no new process: {}", std::strerror(errno)));
  if (child == 0) be_the_child(work, answer.ends[1], words.ends[1]);
  answer.close(1);
  words.close(1);
  ChildAnswer result;
  std::string said;
  const auto until = Clock::now() + limit;
  const bool heard = listen(answer, words, result.text, said, until);
  int status = 0;
  const bool in_time = heard && ended(child, status, until);
  if (!in_time) {
    ::kill(child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  result.problem = problem_of(status, in_time, limit, said);
  if (!result.problem.empty()) result.text.clear();
  return result;
}

}  // namespace lithe::base
