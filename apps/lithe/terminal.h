// A progress bar, on a terminal only.
#pragma once

#include <chrono>
#include <string_view>

namespace lithe::app {

// Draws at most ten times a second on standard error, and nothing where that is no terminal.
// Allocates nothing. The line is cleared when the bar goes.
class ProgressBar {
 public:
  ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void draw(std::string_view label, double share);  // share from 0 to 1
  void clear();

 private:
  bool terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

// From here on, the first Ctrl-C or SIGTERM sets a flag instead of ending the program; the second
// ends it.
void catch_interrupt();
// And from here on, it ends the program.
void release_interrupt();
bool interrupted();

}  // namespace lithe::app
