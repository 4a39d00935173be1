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
constexpr std::size_t kLongestWords = 400;

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::machine, problem); }

void close_end(int& end) {
  if (end >= 0) ::close(end);
  end = -1;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace

Process::Process(const std::string& command, Words on_words) : on_words_(std::move(on_words)) {
  std::array<int, 2> talk, words;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk.data()) != 0)
    fail(fmt::format("no socket: {}", std::strerror(errno)));
  talk_ = talk[0];
  if (::pipe2(words.data(), O_CLOEXEC) != 0) {
    const std::string why = std::strerror(errno);
    ::close(talk[1]);
    close_end(talk_);
    fail("no pipe: " + why);
  }
  words_ = words[0];
  start(command, talk[1], words[1]);
  ::close(talk[1]);
  ::close(words[1]);
  if (id_ < 0) {
    const std::string why = std::strerror(errno);
    close_end(talk_);
    close_end(words_);
    fail("no new process: " + why);
  }
  ::setpgid(id_, id_);  // whoever is first, parent or child
  ::fcntl(talk_, F_SETFL, O_NONBLOCK);
  ::fcntl(words_, F_SETFL, O_NONBLOCK);
}

// In the child only what may follow a fork among threads: no allocation.
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
  close_end(words_);
}

void Process::close_input() {
  if (talk_ >= 0) ::shutdown(talk_, SHUT_WR);
}

bool Process::reap() {
  if (id_ < 0) return true;
  const pid_t got = ::waitpid(id_, &status_, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return false;
  ::kill(-id_, SIGKILL);  // what it started and left behind
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
    read_words();
    ::usleep(500);
  }
  close_end(talk_);
}

void Process::read_words() {
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = words_ >= 0 ? ::read(words_, piece.data(), piece.size()) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) close_end(words_);
    if (got <= 0) return;
    for (const char c : std::string_view(piece.data(), static_cast<std::size_t>(got))) {
      if (c != '\n') {
        if (words_line_.size() < kLongestWords)
          words_line_ += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        continue;
      }
      if (on_words_) on_words_(words_line_);
      if (!words_line_.empty()) last_words_.swap(words_line_);
      words_line_.clear();
    }
  }
}

void Process::read_answer() {
  if (given_ > 0) {
    buffer_.erase(0, given_);
    searched_ -= given_;
    given_ = 0;
  }
  constexpr std::size_t kPiece = 65536;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kPiece);
  const ssize_t got = ::recv(talk_, buffer_.data() + had, kPiece, MSG_DONTWAIT);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) at_end_ = true;
}

// Waits until the program can be written to or read from, reading its words meanwhile.
bool Process::wait_for(short events, Clock::time_point until) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 2> both{{{talk_, events, 0}, {words_, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), static_cast<int>(std::min<long long>(left, 60000))) < 0 &&
        errno != EINTR)
      return false;
    if (both[1].revents != 0) read_words();
    if (both[0].revents != 0) return true;
  }
}

void Process::fail_ended() {
  const auto until = Clock::now() + std::chrono::seconds(2);
  while (!reap() && Clock::now() < until) {
    read_words();
    ::usleep(500);
  }
  read_words();
  if (id_ >= 0) fail("the program closed its output");
  const std::string& said = words_line_.empty() ? last_words_ : words_line_;
  fail(fmt::format("the program {}{}{}", how_it_ended(status_), said.empty() ? "" : ": ", said));
}

void Process::send(std::string_view line, Clock::time_point until) {
  if (talk_ < 0 || at_end_) fail_ended();
  if (given_ < buffer_.size()) fail("the program said more than it was asked");
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t sent = ::send(talk_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT, until)) fail("the program did not read what it was sent in time");
    } else if (errno != EINTR) {
      fail_ended();
    }
  }
}

std::string_view Process::receive(Clock::time_point until) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', std::max(searched_, given_));
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(given_, end - given_);
      given_ = searched_ = end + 1;
      return line;
    }
    searched_ = buffer_.size();
    if (buffer_.size() - given_ > kLongestLine)
      fail(fmt::format("the program's answer is longer than {} MiB", kLongestLine >> 20));
    if (at_end_) fail_ended();
    if (!wait_for(POLLIN, until)) fail("the program did not answer in time");
    read_answer();
  }
}

}  // namespace lithe::environments
