#include "environments/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "lithe/error.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kLongestLine = std::size_t{32} << 20;  // bytes
constexpr std::size_t kLongestStderrLine = 400;

[[noreturn]] void fail_program(const std::string& problem) {
  throw Error(ErrorKind::machine, problem);
}

void close_end(int& end) {
  if (end >= 0) ::close(end);
  end = -1;
}

std::string ending(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

Process::Process(const std::string& command, LineHandler on_stderr)
    : on_stderr_(std::move(on_stderr)) {
  std::array<int, 2> sockets, words;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    fail_program(fmt::format("no socket: {}", std::strerror(errno)));
  socket_ = sockets[0];
  if (::pipe2(words.data(), O_CLOEXEC) != 0) {
    const std::string why = std::strerror(errno);
    ::close(sockets[1]);
    close_end(socket_);
    fail_program("no pipe: " + why);
  }
  stderr_ = words[0];
  start(command, sockets[1], words[1]);
  ::close(sockets[1]);
  ::close(words[1]);
  if (id_ < 0) {
    const std::string why = std::strerror(errno);
    close_end(socket_);
    close_end(stderr_);
    fail_program("no new process: " + why);
  }
  ::setpgid(id_, id_);  // parent or child, whichever comes first
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  ::fcntl(stderr_, F_SETFL, O_NONBLOCK);
}

// The child of a process with threads may only call async-signal-safe functions: no allocation.
void Process::start(const std::string& command, int input, int words) {
  const char* const text = command.c_str();
  id_ = ::fork();
  if (id_ != 0) return;
  ::setpgid(0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(input, STDIN_FILENO);
  ::dup2(input, STDOUT_FILENO);
  ::dup2(words, STDERR_FILENO);
  ::execl("/bin/sh", "sh", "-c", text, static_cast<char*>(nullptr));
  ::_exit(127);
}

Process::~Process() {
  finish(Clock::now());
  close_end(stderr_);
}

void Process::close_input() {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_WR);
}

bool Process::reap() {
  if (id_ < 0) return true;
  const pid_t got = ::waitpid(id_, &status_, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return false;
  ::kill(-id_, SIGKILL);  // the processes that it started
  id_ = -1;
  return true;
}

void Process::finish(Clock::time_point until) {
  close_input();
  while (!reap()) {
    if (Clock::now() >= until) {
      ::kill(-id_, SIGKILL);
      ::kill(id_, SIGKILL);
      while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
      }
      id_ = -1;
      break;
    }
    read_stderr();
    ::usleep(500);
  }
  close_end(socket_);
}

void Process::read_stderr() {
  std::array<char, 4096> piece;
  // A program that never stops writing must not keep its caller from looking at the time.
  constexpr int kMostPieces = 16;
  for (int pieces = 0; pieces < kMostPieces; ++pieces) {
    const ssize_t got = stderr_ >= 0 ? ::read(stderr_, piece.data(), piece.size()) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) close_end(stderr_);
    if (got <= 0) return;
    for (const char c : std::string_view(piece.data(), static_cast<std::size_t>(got))) {
      if (c != '\n') {
        if (stderr_line_.size() < kLongestStderrLine)
          stderr_line_ += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        continue;
      }
      if (on_stderr_) on_stderr_(stderr_line_);
      if (!stderr_line_.empty()) last_stderr_line_.swap(stderr_line_);
      stderr_line_.clear();
    }
  }
}

void Process::read_answer() {
  if (returned_ > 0) {
    buffer_.erase(0, returned_);
    searched_ -= returned_;
    returned_ = 0;
  }
  constexpr std::size_t kPiece = 65536;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kPiece);
  const ssize_t got = ::recv(socket_, buffer_.data() + had, kPiece, MSG_DONTWAIT);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) at_end_ = true;
}

// Waits until the socket can be written or read, and reads standard error meanwhile.
bool Process::wait_for(short events, Clock::time_point until) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 2> both{{{socket_, events, 0}, {stderr_, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), static_cast<int>(std::min<long long>(left, 60000))) < 0 &&
        errno != EINTR)
      return false;
    if (both[1].revents != 0) read_stderr();
    if (both[0].revents != 0) return true;
  }
}

void Process::fail_ended() {
  const auto until = Clock::now() + std::chrono::seconds(2);
  while (!reap() && Clock::now() < until) {
    read_stderr();
    ::usleep(500);
  }
  read_stderr();
  if (id_ >= 0) fail_program("the program closed its output");
  const std::string& said = stderr_line_.empty() ? last_stderr_line_ : stderr_line_;
  fail_program(fmt::format("the program {}{}{}", ending(status_), said.empty() ? "" : ": ", said));
}

void Process::send(std::string_view line, Clock::time_point until) {
  if (socket_ < 0 || at_end_) fail_ended();
  if (returned_ < buffer_.size()) fail_program("the program sent more lines than it was asked for");
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT, until))
        fail_program("the program did not read what it was sent in time");
    } else if (errno != EINTR) {
      fail_ended();
    }
  }
}

std::string_view Process::receive(Clock::time_point until) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', std::max(searched_, returned_));
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(returned_, end - returned_);
      returned_ = searched_ = end + 1;
      return line;
    }
    searched_ = buffer_.size();
    if (buffer_.size() - returned_ > kLongestLine)
      fail_program(fmt::format("the program's answer is longer than {} MiB", kLongestLine >> 20));
    if (at_end_) fail_ended();
    if (!wait_for(POLLIN, until)) fail_program("the program did not answer in time");
    read_answer();
  }
}

}  // namespace lithe::environments
