#include "cpu/topology.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace lithe::cpu {

namespace {

namespace fs = std::filesystem;

std::string read_line(const fs::path& path) {
  return std::string(base::trim(base::read_text(path)));
}

// The folders in `parent` called `prefix` and a number, by that number.
std::vector<fs::path> numbered(const fs::path& parent, std::string_view prefix) {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(parent, unreadable)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const int number = base::to_number(std::string_view(name).substr(prefix.size()), -1);
    if (number >= 0) found.emplace_back(number, entry.path());
  }
  std::ranges::sort(found);
  std::vector<fs::path> folders;
  for (auto& [number, path] : found) folders.push_back(std::move(path));
  return folders;
}

// How many processors a list such as "0-3,8" names.
int count_processors(std::string_view list) {
  int count = 0;
  while (!list.empty()) {
    std::string_view range = base::take_until(list, ',');
    const std::string_view first = base::take_until(range, '-');
    const int low = base::to_number(first, -1),
              high = range.empty() ? low : base::to_number(range, -1);
    if (low >= 0 && high >= low) count += high - low + 1;
  }
  return count;
}

// "48K", "2048K", "32M"; 0 for anything else.
std::size_t parse_size(std::string_view text) {
  std::size_t unit = 1;
  if (text.ends_with('K')) unit = std::size_t{1} << 10;
  if (text.ends_with('M')) unit = std::size_t{1} << 20;
  if (unit > 1) text.remove_suffix(1);
  return base::to_number(text, std::size_t{0}) * unit;
}

// Which processors are threads of one core; the older name of the file is still that of some
// kernels.
std::string core_of(const fs::path& topology) {
  const std::string list = read_line(topology / "core_cpus_list");
  return list.empty() ? read_line(topology / "thread_siblings_list") : list;
}

std::vector<Cache> data_caches(const fs::path& processor) {
  std::vector<Cache> caches;
  for (const fs::path& index : numbered(processor / "cache", "index")) {
    if (read_line(index / "type") == "Instruction") continue;
    const Cache cache{base::to_number(read_line(index / "level"), 0),
                      parse_size(read_line(index / "size")),
                      std::max(count_processors(read_line(index / "shared_cpu_list")), 1)};
    if (cache.level > 0 && cache.bytes > 0) caches.push_back(cache);
  }
  std::ranges::stable_sort(caches, {}, &Cache::level);
  return caches;
}

}  // namespace

void fill_topology(MachineIdentity& machine, const fs::path& root) {
  const fs::path system = root / "sys/devices/system";
  std::set<std::string> packages, cores;
  int threads = 0;
  for (const fs::path& processor : numbered(system / "cpu", "cpu")) {
    const fs::path topology = processor / "topology";
    std::error_code unreadable;
    if (!fs::exists(topology, unreadable)) continue;  // switched off
    if (threads++ == 0) machine.caches = data_caches(processor);
    packages.insert(read_line(topology / "physical_package_id"));
    const std::string core = core_of(topology);
    cores.insert(core.empty() ? processor.string() : core);
  }
  if (threads == 0) return;
  machine.hardware_threads = threads;
  machine.sockets = static_cast<int>(packages.size());
  machine.cores = static_cast<int>(cores.size());
  machine.numa_nodes = std::max(static_cast<int>(numbered(system / "node", "node").size()), 1);
}

}  // namespace lithe::cpu
