#include "doctor/circumstances.h"

#include <sys/statvfs.h>

#include <string>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "cpu/cgroup.h"
#include "cpu/targets.h"

namespace lithe::doctor {

namespace {

namespace fs = std::filesystem;
using base::read_text;
using base::take_until;
using base::to_number;
using base::trim;

// A figure in a file whose lines are "NAME NUMBER" or "NAME: NUMBER kB".
double figure(const std::string& text, std::string_view wanted) {
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view value = take_until(rest, '\n');
    std::string_view name = take_until(value, ' ');
    if (name.ends_with(':')) name.remove_suffix(1);
    if (name != wanted) continue;
    value = trim(value);
    return to_number(take_until(value, ' '), 0.0);
  }
  return 0;
}

}  // namespace

std::string huge_page_mode(const fs::path& root) {
  // "always [madvise] never": the one in brackets holds.
  const std::string text = read_text(root / "sys/kernel/mm/transparent_hugepage/enabled");
  std::string_view rest = text;
  take_until(rest, '[');
  return rest.find(']') == std::string_view::npos ? "" : std::string(take_until(rest, ']'));
}

std::uint64_t hot_events(const fs::path& root) {
  std::uint64_t sum = 0;
  std::error_code error;
  const fs::path folder = root / "sys/devices/system/cpu";
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    for (const char* name : {"core_throttle_count", "package_throttle_count"})
      sum += to_number(read_text(it->path() / "thermal_throttle" / name, 64), std::uint64_t{0});
  return sum;
}

Turbo turbo(const fs::path& root) {
  const fs::path folder = root / "sys/devices/system/cpu";
  const std::string no_turbo(trim(read_text(folder / "intel_pstate/no_turbo", 64)));
  if (no_turbo == "0" || no_turbo == "1") return no_turbo == "1" ? Turbo::off : Turbo::on;
  const std::string boost(trim(read_text(folder / "cpufreq/boost", 64)));
  if (boost == "0" || boost == "1") return boost == "1" ? Turbo::on : Turbo::off;
  return Turbo::unknown;
}

MemoryRoom memory_room(const fs::path& root) {
  constexpr double kKiB = 1024;
  const std::string text = read_text(root / "proc/meminfo");
  MemoryRoom room;
  room.all = kKiB * figure(text, "MemTotal");
  room.available = kKiB * figure(text, "MemAvailable");
  room.swap = kKiB * figure(text, "SwapTotal");
  room.swapped = room.swap - kKiB * figure(text, "SwapFree");
  const cpu::MemoryLimit limit = cpu::memory_limit(root);
  room.limit = limit.most;
  room.used = limit.used;
  struct statvfs shared {};
  if (::statvfs((root / "dev/shm").c_str(), &shared) == 0)
    room.shared = static_cast<double>(shared.f_blocks) * static_cast<double>(shared.f_frsize);
  return room;
}

std::uint64_t swapped_pages(const fs::path& root) {
  const std::string text = read_text(root / "proc/vmstat");
  return static_cast<std::uint64_t>(figure(text, "pswpin") + figure(text, "pswpout"));
}

BuildFacts build_facts() {
  BuildFacts facts;
#if defined(__OPTIMIZE__)
  facts.optimized = true;
#else
  facts.optimized = false;
#endif
#if !defined(NDEBUG)
  facts.assertions = true;
#endif
#if defined(__SANITIZE_ADDRESS__)
  facts.sanitizer = "address";
#elif defined(__SANITIZE_THREAD__)
  facts.sanitizer = "thread";
#elif defined(LITHE_SANITIZED)
  facts.sanitizer = "address or thread";
#endif
  return facts;
}

}  // namespace lithe::doctor
