#include "cpu/identity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/threads.h"
#include "cpu/cgroup.h"
#include "cpu/cpuinfo.h"
#include "cpu/isa.h"
#include "cpu/topology.h"

namespace lithe {

namespace cpu {

std::string fingerprint(const MachineIdentity& machine) {
  std::string text = fmt::format(
      "{} ({}, {}.{}.{}), {} sockets, {} cores, {} threads{}, {}", machine.processor,
      machine.vendor, machine.family, machine.model, machine.stepping, machine.sockets,
      machine.cores, machine.hardware_threads, machine.virtual_machine ? ", virtual" : "",
      fmt::join(machine.instruction_sets, " "));
  for (const Cache& cache : machine.caches)
    text += fmt::format(", L{} {} bytes for {}", cache.level, cache.bytes, cache.shared_by);
  return text;
}

namespace {

// FNV-1a, by Fowler, Noll and Vo.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::string system_name() {
  utsname names{};
  if (::uname(&names) != 0) return "unknown system";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

}  // namespace

// The total, since the kernel's figures for each NUMA node may miss memory that was plugged into a
// running virtual machine.
std::uint64_t memory_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
}
}  // namespace cpu

std::string MachineIdentity::key() const {
  return fmt::format("{:016x}", cpu::hash(cpu::fingerprint(*this)));
}

MachineIdentity identify_machine() {
  MachineIdentity identity;
  cpu::CpuInfo cpu = cpu::parse_cpuinfo(base::read_text("/proc/cpuinfo"));
  identity.processor = std::move(cpu.processor);
  identity.vendor = std::move(cpu.vendor);
  identity.family = cpu.family;
  identity.model = cpu.model;
  identity.stepping = cpu.stepping;
  identity.instruction_sets = std::move(cpu.instruction_sets);
  identity.virtual_machine = cpu.hypervisor || std::filesystem::exists("/sys/hypervisor/type");
  identity.system = cpu::system_name();
  identity.memory_bytes = cpu::memory_bytes();
  cpu::fill_topology(identity);
  identity.usable_cpus = std::min(static_cast<double>(base::usable_processors()), cpu::cpu_quota());
  return identity;
}

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (const cpu::Isa isa : cpu::supported_isas()) names.emplace_back(cpu::name(isa));
  return names;
}

}  // namespace lithe
