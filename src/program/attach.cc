#include "program/attach.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "base/text.h"
#include "lithe/error.h"
#include "program/address_space.h"
#include "program/launch.h"
#include "program/remote_memory.h"

namespace lithe::program {

namespace {

constexpr std::size_t kLongestMaps = 4 << 20, kLongestCommand = 1 << 17;

}  // namespace

Attached::Attached(pid_t process) : process_(process) {
  const std::string folder = fmt::format("/proc/{}", process);
  const std::string where = fmt::format("process {}", process);
  if (process <= 0 || ::access(folder.c_str(), F_OK) != 0)
    throw Error(ErrorKind::usage, "there is no such process", where,
                "ps -e lists all processes with their numbers");
  if (base::read_text(folder + "/maps", 1).empty())
    throw Error(ErrorKind::usage, "this user may not examine it", where,
                "the same command as the user whose process it is, or as root");
#ifdef SYS_pidfd_open
  descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
#endif
  read_use(before_);
  last_ = before_;
}

Attached::~Attached() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Attached::can_read_memory() const {
  const auto maps =
      parse_maps(base::read_text(fmt::format("/proc/{}/maps", process_), kLongestMaps));
  constexpr int kTries = 20;
  for (int i = 0; i < kTries && !maps.empty(); ++i) {
    char byte = 0;
    if (RemoteMemory(process_).read(maps.front().start, byte)) return true;
    if (ended(std::chrono::milliseconds(5))) break;
  }
  return false;
}

bool Attached::ended(std::chrono::microseconds wait) const {
  const bool ended = wait_for_end(descriptor_, wait);
  return descriptor_ >= 0 ? ended : ::kill(process_, 0) != 0;
}

// The fields of /proc/PID/stat after the name, which may hold anything.
bool Attached::read_use(ProcessUse& use) const {
  const std::string text = base::read_text(fmt::format("/proc/{}/stat", process_), 4096);
  std::string_view rest = text;
  const std::size_t name_end = rest.rfind(')');
  if (name_end == rest.npos) return false;
  rest.remove_prefix(std::min(rest.size(), name_end + 2));
  constexpr int kFields = 15, kFaults = 7, kUser = 11, kSystem = 12;  // 0 is the state
  std::uint64_t fields[kFields] = {};
  for (std::uint64_t& field : fields)
    field = base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  use.faults = fields[kFaults] + fields[kFaults + 1];
  use.user_seconds = static_cast<double>(fields[kUser] + fields[kUser + 2]) / ticks;
  use.system_seconds = static_cast<double>(fields[kSystem] + fields[kSystem + 2]) / ticks;
  return true;
}

ProcessUse Attached::use() {
  ProcessUse now;
  if (read_use(now)) last_ = now;
  return {last_.user_seconds - before_.user_seconds, last_.system_seconds - before_.system_seconds,
          last_.faults - before_.faults};
}

std::vector<std::string> Attached::command() const {
  const std::string text =
      base::read_text(fmt::format("/proc/{}/cmdline", process_), kLongestCommand);
  std::vector<std::string> words;
  for (std::string_view rest = text; !rest.empty();)
    words.emplace_back(base::take_until(rest, '\0'));
  if (words.empty()) words.push_back(program_name());
  return words;
}

std::string Attached::program_name() const {
  std::error_code error;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process_), error)
      .filename()
      .native();
}

}  // namespace lithe::program
