#include "program/generated_code.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "program/clock.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostPerfMaps = 64;
constexpr std::uint64_t kMostOfMap = 256 << 20;  // bytes of a file that are read

// Passes on what a file has from `at` on.
template <typename Take>
void read_from(int descriptor, std::uint64_t& at, const Take& take) {
  std::array<char, 1 << 16> buffer;
  while (at < kMostOfMap) {
    const ssize_t count = ::pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (count <= 0) return;
    at += static_cast<std::uint64_t>(count);
    take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  }
}

std::string after_value_of(const char* variable, const std::string& more) {
  const char* now = std::getenv(variable);
  return now == nullptr || *now == '\0' ? more : fmt::format("{} {}", now, more);
}

}  // namespace

GeneratedCode::GeneratedCode(std::filesystem::path maps)
    : folder_(std::move(maps)), records_file_(::memfd_create("lithe-code", MFD_CLOEXEC)) {}

GeneratedCode::~GeneratedCode() {
  if (records_file_ >= 0) ::close(records_file_);
  for (const auto& [process, map] : perf_maps_)
    if (map.descriptor >= 0) ::close(map.descriptor);
  if (asked_) remove_files();
}

// Node writes a map, and a log of its own, "isolate-0x1a2b-PID-v8.log", into its folder.
void GeneratedCode::remove_files() const {
  for (const auto& [process, folder] : nodes_) {
    ::unlink(path_of(process).c_str());
    const std::string end = fmt::format("-{}-v8.log", process);
    std::vector<std::filesystem::path> logs;
    std::error_code error;
    std::filesystem::directory_iterator file(folder, error);
    for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
      const std::string name = file->path().filename().native();
      if (name.starts_with("isolate-0x") && name.ends_with(end)) logs.push_back(file->path());
    }
    for (const std::filesystem::path& log : logs) std::filesystem::remove(log, error);
  }
}

Variables GeneratedCode::variables(const std::filesystem::path& preload) {
  asked_ = true;
  Variables set;
  set.emplace_back(
      "NODE_OPTIONS",
      after_value_of("NODE_OPTIONS", "--perf-basic-prof --interpreted-frames-native-stack"));
  if (records_file_ >= 0)
    set.emplace_back(
        "JAVA_TOOL_OPTIONS",
        after_value_of("JAVA_TOOL_OPTIONS",
                       fmt::format("-XX:+IgnoreUnrecognizedVMOptions -XX:+PreserveFramePointer "
                                   "-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints "
                                   "-agentpath:{}=/proc/{}/fd/{}",
                                   preload.string(), ::getpid(), records_file_)));
  return set;
}

void GeneratedCode::mapped(pid_t process, std::string_view file_name) {
  if (!file_name.starts_with("node") && !file_name.starts_with("libnode")) return;
  std::error_code error;
  nodes_[process] = std::filesystem::read_symlink(fmt::format("/proc/{}/cwd", process), error);
}

std::string GeneratedCode::path_of(pid_t process) const {
  return (folder_ / fmt::format("perf-{}.map", process)).string();
}

void GeneratedCode::read_records() {
  if (records_file_ < 0) return;
  read_from(records_file_, records_read_, [this](std::string_view text) { records_.take(text); });
}

void GeneratedCode::read_perf_map(pid_t process) {
  if (perf_maps_.size() >= kMostPerfMaps && !perf_maps_.contains(process)) return;
  PerfMap& map = perf_maps_[process];
  if (map.descriptor < 0) {
    const int file =
        ::open(path_of(process).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    struct stat status {};
    if (file < 0) return;
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(file);
      return;
    }
    map.descriptor = file;
  }
  read_from(map.descriptor, map.read, [&](std::string_view text) {
    constexpr std::size_t kLongestLine = 1 << 16;
    const std::size_t end = text.rfind('\n');
    if (end == text.npos) {
      if (map.rest.size() < kLongestLine) map.rest += text;
      return;
    }
    map.rest += text.substr(0, end + 1);
    maps_[process].add_perf_map(map.rest);
    map.rest = text.substr(end + 1);
  });
}

std::vector<CodeMap::Frame> GeneratedCode::find(pid_t process, std::uint64_t address) {
  constexpr std::uint64_t kOften = 50'000'000;  // nanoseconds
  std::uint64_t& looked = looked_[process];
  if (const std::uint64_t now = clock_nanoseconds(); looked + kOften < now) {
    looked = now;
    read_records();
    read_perf_map(process);
  }
  const auto map = maps_.find(process);
  return map == maps_.end() ? std::vector<CodeMap::Frame>() : map->second.find(address);
}

}  // namespace lithe::program
