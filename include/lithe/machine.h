// What this machine is, and its limits, which reports compare their figures with.
//
//   auto machine = lithe::identify_machine();
//   auto limits = lithe::machine_limits(machine);  // measured once, then kept in the user's cache
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lithe {

struct Cache {
  int level = 0;
  std::size_t bytes = 0;
  int shared_by = 1;  // hardware threads
};

struct MachineIdentity {
  std::string processor, vendor;
  int family = 0, model = 0, stepping = 0;  // on x86
  int sockets = 1, numa_nodes = 1, cores = 1, hardware_threads = 1;
  // The processors that this process may use: those in its affinity mask, or fewer where a
  // container has a quota of processor time.
  double usable_cpus = 1;
  std::vector<Cache> caches;  // data caches of the first core, nearest first
  std::uint64_t memory_bytes = 0;
  std::vector<std::string> instruction_sets;  // of the processor: "sse4", "avx2", "fma", ...
  bool virtual_machine = false;
  std::string system;  // "Linux 6.1.0-18-amd64"

  // A short hash of this kind of machine. It stays the same after a restart, after an upgrade of
  // the system, and in a container with a quota.
  std::string key() const;
};

MachineIdentity identify_machine();

// The instruction sets of Lithe's kernels that this machine supports, best first: "avx512", "avx2",
// "sse4"; "neon". --isa accepts these names.
std::vector<std::string> supported_isas();

struct Bandwidth {
  std::string level;            // "L1", "L2", "L3", "memory"
  std::size_t working_set = 0;  // bytes that were read repeatedly
  double bytes_per_second = 0;
};

// The peak of one core with one instruction set.
struct Limits {
  std::string isa;
  double flops_float32 = 0, flops_float64 = 0;  // a second; a multiply-add counts as two
  // Of products of bfloat16 values summed in float32 by vdpbf16ps; 0 where the instruction set or
  // the processor has no such instruction.
  double flops_bfloat16 = 0;
  std::vector<Bandwidth> read;  // nearest first
  // Other programs used the processor during the measurement, so that the true limits may be
  // higher.
  bool under_load = false;
  std::int64_t measured_at = 0;  // seconds since 1970
};

// Measures for about 0.2 s on the calling thread. `isa` is one of supported_isas() or "auto" for
// the best of them. The limits of "scalar", the plain reference, are those of the best one too.
Limits measure_limits(const MachineIdentity& identity, const std::string& isa = "auto");

enum class Measure { if_unknown, again };

// Returns the limits stored in the user's cache folder, or measures and stores them where there are
// none or they are impossible. Limits that were measured under load are measured again, at most
// once a minute, and the best of each figure is stored, until a measurement was undisturbed. If the
// folder cannot be written to, each call measures again.
Limits machine_limits(const MachineIdentity& identity, const std::string& isa = "auto",
                      Measure measure = Measure::if_unknown);

// The file of the stored limits: machine-KEY.json in $XDG_CACHE_HOME/lithe or ~/.cache/lithe, or
// machine-KEY-debug.json for a build without optimisation or with a sanitizer. Empty if neither
// folder is known.
std::filesystem::path limits_file(const MachineIdentity& identity);

}  // namespace lithe
