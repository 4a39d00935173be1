#include "sweep/worker.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "base/text.h"
#include "lithe/error.h"

namespace lithe::sweep {

namespace {

constexpr std::size_t kMostWords = 8192;

// "2026-12-01T05:00:01.250000+00:00", as Optuna writes it.
std::string time_now() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}+00:00",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

std::string host_here() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

void check_scores(const SweepScores& result, std::size_t seeds) {
  if (result.scores.size() != seeds)
    throw Error(ErrorKind::usage,
                fmt::format("{} scores of {} trainings", result.scores.size(), seeds));
  for (const double score : result.scores)
    if (!std::isfinite(score))
      throw Error(ErrorKind::numeric, "the score is not a number", {}, "a lower learning rate");
}

// What the task comes to, as the trial's file has it.
SweepTrial carry_out(const SweepFolder& folder, const SweepTask& task, const TrainTrial& train) {
  SweepTrial trial = folder.read_trial(task.trial).value_or(SweepTrial{});
  trial.number = task.trial;
  trial.values = task.values;
  trial.host = host_here();
  if (trial.started.empty()) trial.started = time_now();
  const auto start = std::chrono::steady_clock::now();
  try {
    SweepScores result = train(task);
    check_scores(result, folder.plan().seeds);
    trial.rungs.push_back({task.epochs, std::move(result.scores)});
    trial.test_scores = std::move(result.test_scores);
    trial.curves = std::move(result.curves);
  } catch (const std::bad_alloc&) {
    trial.error = "out of memory";
  } catch (const std::exception& error) {
    trial.error = *error.what() == '\0' ? "an exception without words" : error.what();
  }
  trial.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  trial.finished = time_now();
  return trial;
}

// A handler of the program's would run in the child too, and a signal that it ignores would be.
void take_signals() {
  for (const int one : {SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTERM, SIGPIPE, SIGCHLD})
    ::signal(one, SIG_DFL);
  // The terminal's signals go to all processes at once: the program that started this one decides.
  for (const int one : {SIGINT, SIGHUP, SIGQUIT}) ::signal(one, SIG_IGN);
}

[[noreturn]] void be_the_child(const SweepFolder& folder, const SweepTask& task,
                               const TrainTrial& train, int words, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before that
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  take_signals();
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(words, STDERR_FILENO);
  try {
    folder.write_trial(carry_out(folder, task, train));
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    std::fflush(stderr);
  }
  ::_exit(1);
}

std::string last_line_of(std::string_view said) {
  said = base::trim(said);
  const std::size_t begin = said.rfind('\n');
  std::string line(said.substr(begin == said.npos ? 0 : begin + 1).substr(0, 300));
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < ' '; }, ' ');
  return line;
}

std::string problem_of(int status, const std::string& said) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string words = last_line_of(said);
  const std::string how =
      WIFSIGNALED(status) ? fmt::format("its process was ended by signal {} ({})", WTERMSIG(status),
                                        ::strsignal(WTERMSIG(status)))
                          : fmt::format("its process ended with status {}", WEXITSTATUS(status));
  return words.empty() ? how : how + ": " + words;
}

}  // namespace

Worker::Worker(const SweepFolder& folder, const SweepTask& task, const TrainTrial& train)
    : task_(task) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error(ErrorKind::machine, fmt::format("no pipe: {}", std::strerror(errno)));
  std::fflush(nullptr);  // what waits to be written would be written twice
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) be_the_child(folder, task, train, ends[1], parent);
  const int error = errno;
  ::close(ends[1]);
  words_ = ends[0];
  ::fcntl(words_, F_SETFL, O_NONBLOCK);
  if (process_ > 0) return;
  ::close(words_);
  throw Error(ErrorKind::machine, fmt::format("no new process: {}", std::strerror(error)), {},
              "fewer --workers, or a higher limit (ulimit -u)");
}

Worker::Worker(Worker&& other) noexcept
    : task_(std::move(other.task_)),
      process_(std::exchange(other.process_, -1)),
      words_(std::exchange(other.words_, -1)),
      said_(std::move(other.said_)),
      problem_(std::move(other.problem_)) {}

Worker& Worker::operator=(Worker&& other) noexcept {
  std::swap(task_, other.task_);
  std::swap(process_, other.process_);
  std::swap(words_, other.words_);
  std::swap(said_, other.said_);
  std::swap(problem_, other.problem_);
  return *this;
}

bool Worker::poll() {
  std::array<char, 4096> piece;
  ssize_t got = 0;
  while ((got = ::read(words_, piece.data(), piece.size())) > 0) {
    said_.append(piece.data(), static_cast<std::size_t>(got));
    if (said_.size() > 2 * kMostWords) said_.erase(0, said_.size() - kMostWords);
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  ::close(std::exchange(words_, -1));
  problem_ = problem_of(status, said_);
  return true;
}

void Worker::kill() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  process_ = -1;
  if (words_ >= 0) ::close(std::exchange(words_, -1));
}

}  // namespace lithe::sweep
