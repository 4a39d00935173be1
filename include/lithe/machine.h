// What this machine is and what its limits are: the figures that a report is held against.
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
  // What this process may use of them: the processors it is bound to, or fewer where a container
  // grants only a share of their time.
  double usable_cpus = 1;
  std::vector<Cache> caches;  // data caches of the first core, nearest first
  std::uint64_t memory_bytes = 0;
  std::vector<std::string> instruction_sets;  // "sse4", "avx2", "fma", ...: what the processor has
  bool virtual_machine = false;
  std::string system;  // "Linux 6.1.0-18-amd64"

  // A short hash that names this kind of machine: the same after a restart, an upgrade of the
  // system, or in a container that grants less of it.
  std::string key() const;
};

MachineIdentity identify_machine();

// Instruction sets that Lithe has kernels for and this machine runs, best first: "avx512", "avx2",
// "sse4"; "neon". They are what --isa accepts.
std::vector<std::string> supported_isas();

struct Bandwidth {
  std::string level;            // "L1", "L2", "L3", "memory"
  std::size_t working_set = 0;  // bytes that were read over and over
  double bytes_per_second = 0;
};

// What one core can do at most, with one instruction set.
struct Limits {
  std::string isa;
  double flops_float32 = 0, flops_float64 = 0;  // a second; a multiply-add counts as two
  std::vector<Bandwidth> read;                  // nearest first
  // Whether other programs took so much of the processor meanwhile that the true limits may be
  // higher.
  bool under_load = false;
  std::int64_t measured_at = 0;  // seconds since 1970
};

// Measures for about 0.2 s on the calling thread. `isa` is one of supported_isas() or "auto", the
// best one. "scalar", the plain reference, is held against the best one too.
Limits measure_limits(const MachineIdentity& identity, const std::string& isa = "auto");

enum class Measure { if_unknown, again };

// The limits kept in the user's cache folder; measured and kept there if they are not, or cannot be
// right. Those that were measured under load are measured again by and by (a minute must have
// passed), and the best of each figure is kept, until a measurement is undisturbed. A folder that
// cannot be written to costs only the time to measure again.
Limits machine_limits(const MachineIdentity& identity, const std::string& isa = "auto",
                      Measure measure = Measure::if_unknown);

// Where they are kept: machine-KEY.json in $XDG_CACHE_HOME/lithe or ~/.cache/lithe, or
// machine-KEY-debug.json for a build without optimisation or with a sanitizer. Empty if no such
// folder is known.
std::filesystem::path limits_file(const MachineIdentity& identity);

}  // namespace lithe
