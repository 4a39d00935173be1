#include "terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace lithe::app {

namespace {

constexpr char kUnbrokenSpace = '\x1f';  // the unit separator, which no text of ours has

volatile std::sig_atomic_t interrupt_seen = 0;
constexpr int kCaught[] = {SIGINT, SIGTERM, SIGHUP};
int lost_output = 0;  // an error number

void on_interrupt(int signal) {
  interrupt_seen = 1;
  std::signal(signal, SIG_DFL);
}

// Of UTF-8, each character taking one column.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Where the text begins that stands behind a label, or two columns deeper than the line.
std::size_t usual_hang(std::string_view line) {
  constexpr std::size_t kLabels = 30;  // columns that a label may take
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.find("  ", indent);
  if (gap > kLabels) return indent + 2;
  return std::min(line.find_first_not_of(' ', gap), line.size());
}

// The place of the last space before `width`, or of the first behind it; npos: there is none.
std::size_t break_at(std::string_view line, std::size_t from, std::size_t width) {
  std::size_t last = std::string_view::npos, column = columns_of(line.substr(0, from));
  for (std::size_t i = from; i < line.size(); ++i) {
    if (line[i] == ' ') {
      if (column > width) return last == std::string_view::npos ? i : last;
      last = i;
    }
    column += (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80;
  }
  return column > width ? last : std::string_view::npos;
}

void fold_line(std::string& result, std::string line, std::size_t width, std::size_t hang) {
  if (hang == std::string::npos) hang = usual_hang(line);
  if (hang + 20 > width) hang = std::min<std::size_t>(hang, 2);  // no column of single words
  std::size_t text = std::min(line.find_first_not_of(' '), line.size());
  text = std::max(text, std::min(hang, line.size()));
  while (columns_of(line) > width) {
    const std::size_t at = break_at(line, text, width);
    if (at == std::string::npos) break;
    result.append(line, 0, line.find_last_not_of(' ', at) + 1).append("\n");
    const std::size_t rest = line.find_first_not_of(' ', at);
    line = std::string(hang, ' ') + (rest == line.npos ? "" : line.substr(rest));
    text = hang;
  }
  result += line;
}

}  // namespace

std::size_t terminal_width() {
  constexpr std::size_t kUnknown = 80, kLeast = 40, kMost = 1000;
  if (const char* columns = std::getenv("COLUMNS")) {
    const long set = std::strtol(columns, nullptr, 10);
    if (set > 0) return std::clamp(static_cast<std::size_t>(set), kLeast, kMost);
  }
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      return std::clamp<std::size_t>(size.ws_col, kLeast, kMost);
  }
  return kUnknown;
}

std::string visible(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters, too.
    const bool second =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (text[i] == '\n')
      result += "\\n";
    else if (second)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    else if ((byte < 0x20 && text[i] != kUnbrokenSpace) || byte == 0x7F)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += text[i];
  }
  return result;
}

std::string unbroken(std::string text) {
  std::replace(text.begin(), text.end(), ' ', kUnbrokenSpace);
  return text;
}

std::string fold(std::string_view text, std::size_t width, std::size_t hang) {
  std::string result;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    fold_line(result, std::string(text.substr(from, to - from)), width, hang);
    if (to < text.size()) result += '\n';
    from = to + 1;
  }
  std::replace(result.begin(), result.end(), kUnbrokenSpace, ' ');
  return result;
}

void print_text(std::FILE* to, std::string_view text) {
  std::string clean;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to_end = std::min(text.find('\n', from), text.size());
    clean += visible(text.substr(from, to_end - from));
    if (to_end < text.size()) clean += '\n';
    from = to_end + 1;
  }
  fmt::print(to, "{}", fold(clean, terminal_width()));
}

std::string time_text(double seconds) {
  constexpr double kMinute = 60, kHour = 3600;
  if (seconds < 2 * kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * kHour) return fmt::format("{:.0f} min", seconds / kMinute);
  return fmt::format("{:.1f} h", seconds / kHour);
}

std::string accuracy_text(std::size_t correct, std::size_t total) {
  return fmt::format(
      "{}/{} {:.1f}%", correct, total,
      100 * static_cast<double>(correct) / static_cast<double>(std::max<std::size_t>(total, 1)));
}

std::string join_fields(const std::vector<std::string>& fields, std::size_t hang) {
  const std::size_t width = terminal_width();
  std::string text, line;
  for (const std::string& field : fields) {
    if (field.empty()) continue;
    if (!line.empty() && columns_of(line) + 2 + columns_of(field) > width) {
      text += line + "\n";
      line = std::string(hang, ' ') + field;
    } else {
      line += (line.empty() ? "" : "  ") + field;
    }
  }
  return text + line;
}

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::draw(std::string_view label, double share) {
  constexpr auto kInterval = std::chrono::milliseconds(100);
  const int width =
      std::clamp(static_cast<int>(terminal_width()) - 24 - static_cast<int>(label.size()), 0, 40);
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < kInterval) return;
  last_ = now;
  const double spent = std::chrono::duration<double>(now - start_).count();
  const double left = share > 0 ? spent * (1 - share) / share : 0;
  const int done = static_cast<int>(share * width);
  char line[256];
  auto end = fmt::format_to_n(line, sizeof(line), "\r{} [{:=<{}}{: <{}}] {:3.0f}%", label, "", done,
                              "", width - done, 100 * share);
  const auto rest = sizeof(line) - static_cast<std::size_t>(end.out - line);
  if (spent > 1 && left > 1) end = fmt::format_to_n(end.out, rest, "  {} left", time_text(left));
  end =
      fmt::format_to_n(end.out, sizeof(line) - static_cast<std::size_t>(end.out - line), "\033[K");
  drawn_ = write(STDERR_FILENO, line, static_cast<std::size_t>(end.out - line)) > 0;
}

void ProgressBar::clear() {
  constexpr std::string_view kErase = "\r\033[K";
  if (drawn_ && write(STDERR_FILENO, kErase.data(), kErase.size()) > 0) drawn_ = false;
}

// Ctrl-C, what schedulers and `timeout` send, and a terminal that is closed. Under nohup, SIGHUP is
// ignored and stays so. A write beyond a limit of the file's size fails instead of ending the
// program.
void catch_interrupt() {
  for (const int signal : kCaught)
    if (std::signal(signal, on_interrupt) == SIG_IGN) std::signal(signal, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}
void release_interrupt() {
  for (const int signal : kCaught)
    if (std::signal(signal, SIG_DFL) == SIG_IGN) std::signal(signal, SIG_IGN);
}
bool interrupted() { return interrupt_seen != 0; }

void lose_output(int error) {
  lost_output = error;
  interrupt_seen = 1;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
  std::clearerr(stdout);
}

int output_error() {
  if (lost_output == 0 && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0))
    lost_output = errno;
  return lost_output;
}

}  // namespace lithe::app
