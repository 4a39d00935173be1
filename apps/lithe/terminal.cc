#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

namespace lithe::app {

namespace {

volatile std::sig_atomic_t interrupt_seen = 0;

void on_interrupt(int signal) {
  interrupt_seen = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::draw(std::string_view label, double share) {
  constexpr auto kInterval = std::chrono::milliseconds(100);
  constexpr int kWidth = 40;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < kInterval) return;
  last_ = now;
  char line[160];
  const auto end = fmt::format_to_n(line, sizeof(line), "\r{} [{:=<{}}{: <{}}] {:3.0f}% ", label,
                                    "", static_cast<int>(share * kWidth), "",
                                    kWidth - static_cast<int>(share * kWidth), 100 * share);
  drawn_ = write(STDERR_FILENO, line, static_cast<std::size_t>(end.out - line)) > 0;
}

void ProgressBar::clear() {
  constexpr std::string_view kErase = "\r\033[K";
  if (drawn_ && write(STDERR_FILENO, kErase.data(), kErase.size()) > 0) drawn_ = false;
}

// Ctrl-C, and what schedulers and `timeout` send.
void catch_interrupt() {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_interrupt);
}
void release_interrupt() {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}
bool interrupted() { return interrupt_seen != 0; }

}  // namespace lithe::app
