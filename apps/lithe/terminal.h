// What commands print with: text folded at the terminal's width, and a progress bar.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace lithe::app {

// Columns of the terminal: $COLUMNS where it is set, else what the terminal says, else 80.
std::size_t terminal_width();

// Breaks lines that are wider at spaces. What is carried over stands `hang` columns in; by default
// below the text behind a label ("memory       23 GiB"), else two columns deeper than its line. A
// word that is wider alone, such as a path, stays whole.
std::string fold(std::string_view text, std::size_t width, std::size_t hang = std::string::npos);

// Text that fold() leaves whole and that can be copied: a command line.
std::string unbroken(std::string text);

// Text of the user's (names of classes, files and columns) as it may be printed: control
// characters, which a terminal would obey, as \x1b, \n and so on.
std::string visible(std::string_view text);

// As fmt::print, folded at the terminal's width, and visible() but for its ends of lines.
void print_text(std::FILE* to, std::string_view text);
template <typename... Values>
void print_folded(std::FILE* to, fmt::format_string<Values...> format, Values&&... values) {
  print_text(to, fmt::format(format, std::forward<Values>(values)...));
}
template <typename... Values>
void print_folded(fmt::format_string<Values...> format, Values&&... values) {
  print_text(stdout, fmt::format(format, std::forward<Values>(values)...));
}

std::string time_text(double seconds);                              // "12 s", "3 min"
std::string accuracy_text(std::size_t correct, std::size_t total);  // "9229/10000 92.3%"

// Fields with two spaces between them, on as few lines as the terminal's width allows; what is
// carried over stands `hang` columns in. Fields without text are left out.
std::string join_fields(const std::vector<std::string>& fields, std::size_t hang);

// Draws at most ten times a second on standard error, with the time that is left if the rest takes
// as long as what is done; nothing where that is no terminal. Allocates nothing. The line is
// cleared when the bar goes.
class ProgressBar {
 public:
  ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void draw(std::string_view label, double share);  // share from 0 to 1
  void clear();
  bool shown() const { return terminal_; }

 private:
  bool terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_;
};

// From here on, the first Ctrl-C, SIGTERM or SIGHUP sets a flag instead of ending the program; the
// second ends it. A reader of standard output that goes away no longer ends it either.
void catch_interrupt();
// And from here on, it ends the program.
void release_interrupt();
bool interrupted();

void lose_output(int error);
// Calls print(). Where standard output cannot be written, the program goes on without it, as if it
// had been interrupted; output_error() says why.
template <typename Print>
void print_or_stop(const Print& print) {
  try {
    print();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) lose_output(errno);
  } catch (const std::system_error& error) {
    lose_output(error.code().value());
  }
}
// Writes what waits to be written. 0 where all of it could be, also by print_or_stop; otherwise an
// error number.
int output_error();

}  // namespace lithe::app
