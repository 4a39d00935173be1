#include "program/memory_traffic.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <thread>

#include "base/text.h"

namespace lithe::program {

namespace {

constexpr std::size_t kEnoughLooks = 4, kMostLooks = 1000;

bool take_marks_away(pid_t process) {
  const int file =
      ::open(fmt::format("/proc/{}/clear_refs", process).c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = ::write(file, "1", 1) == 1;
  ::close(file);
  return done;
}

// Of all marked pages; negative: unknown.
double marked_bytes(pid_t process) {
  const std::string text = base::read_text(fmt::format("/proc/{}/smaps_rollup", process), 4096);
  constexpr std::string_view kLine = "\nReferenced:";
  const std::size_t at = text.find(kLine);
  if (at == text.npos) return -1;
  std::string_view rest = std::string_view(text).substr(at + kLine.size());
  return 1024 * base::to_number(base::take_until(rest, 'k'), -1.0);
}

}  // namespace

void MemoryTraffic::look(pid_t process, bool later) {
  const auto begin = Clock::now();
  if (begin < next_ || all_.size() >= kMostLooks || !take_marks_away(process)) return;
  const auto without = Clock::now();
  constexpr std::chrono::milliseconds kWindow{1};
  std::this_thread::sleep_for(kWindow);
  const auto reading = Clock::now();
  const double bytes = marked_bytes(process);
  const auto end = Clock::now();
  // Both go through all pages of the program, which takes milliseconds for a gigabyte.
  constexpr int kRarely = 30;
  next_ = end + kRarely * ((without - begin) + (end - reading));
  if (bytes < 0) return;
  // From the middle of the one to the middle of the other.
  const std::chrono::duration<double> seconds = ((end - without) + (reading - begin)) / 2;
  all_.push_back(bytes / seconds.count());
  if (later) later_.push_back(all_.back());
}

const std::vector<double>& MemoryTraffic::rates() const {
  return later_.size() >= kEnoughLooks ? later_ : all_;
}

}  // namespace lithe::program
