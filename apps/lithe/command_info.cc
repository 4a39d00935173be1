// lithe info: this machine, what Lithe found on it, what it will use.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "command.h"
#include "lithe/data.h"
#include "lithe/machine.h"
#include "parse.h"

namespace lithe::app {

namespace {

void print_text(const MachineIdentity& m, const Limits& limits,
                const std::vector<BlasLibrary>& libraries) {
  fmt::print("processor    {}{}\n", m.processor, m.virtual_machine ? " (virtual machine)" : "");
  fmt::print("             {} core{}, {} thread{}, {} socket{}; this program may use {:.3g}\n",
             m.cores, m.cores == 1 ? "" : "s", m.hardware_threads,
             m.hardware_threads == 1 ? "" : "s", m.sockets, m.sockets == 1 ? "" : "s",
             m.usable_cpus);
  std::vector<std::string> caches;
  for (const Cache& cache : m.caches)
    caches.push_back(fmt::format("L{} {} KiB", cache.level, cache.bytes / 1024));
  fmt::print("caches       {}\n", fmt::join(caches, ", "));
  fmt::print("memory       {:.1f} GiB\n", static_cast<double>(m.memory_bytes) / (1 << 30));
  fmt::print("system       {}\n", m.system);
  fmt::print("instructions {}\n", fmt::join(m.instruction_sets, " "));
  const auto isas = supported_isas();
  fmt::print("Lithe uses   {} (kernels for {})\n", isas.empty() ? "scalar" : isas.front(),
             fmt::join(isas, ", "));
  fmt::print("limits       one core: {:.0f} GFLOP/s in float32, {:.0f} in float64\n",
             limits.flops_float32 / 1e9, limits.flops_float64 / 1e9);
  for (const Bandwidth& b : limits.read)
    fmt::print("             {:6} {:.0f} GB/s\n", b.level, b.bytes_per_second / 1e9);
  for (const BlasLibrary& blas : libraries) {
    fmt::print("BLAS found   {} ({})\n", blas.name, blas.path);
    if (!blas.core.empty()) fmt::print("             runs kernels for {}\n", blas.core);
    if (!blas.note.empty()) fmt::print("             {}\n", blas.note);
  }
  fmt::print("BLAS used    none: Lithe's kernels are its own\n");
  fmt::print("data folder  {}\n", data_folder("").string());
}

void print_json(const MachineIdentity& m, const Limits& limits,
                const std::vector<BlasLibrary>& libraries) {
  using nlohmann::json;
  json caches = json::array(), bandwidths = json::array(), blas = json::array();
  for (const Cache& c : m.caches)
    caches.push_back({{"level", c.level}, {"bytes", c.bytes}, {"shared_by", c.shared_by}});
  for (const Bandwidth& b : limits.read)
    bandwidths.push_back({{"level", b.level}, {"bytes_per_second", b.bytes_per_second}});
  for (const BlasLibrary& b : libraries)
    blas.push_back({{"name", b.name}, {"path", b.path}, {"core", b.core}, {"note", b.note}});
  fmt::print("{}\n", json{{"version", LITHE_VERSION},
                          {"machine", m.key()},
                          {"processor", m.processor},
                          {"cores", m.cores},
                          {"hardware_threads", m.hardware_threads},
                          {"usable_cpus", m.usable_cpus},
                          {"virtual_machine", m.virtual_machine},
                          {"memory_bytes", m.memory_bytes},
                          {"system", m.system},
                          {"instruction_sets", m.instruction_sets},
                          {"isas", supported_isas()},
                          {"caches", caches},
                          {"limits",
                           {{"isa", limits.isa},
                            {"flops_float32", limits.flops_float32},
                            {"flops_float64", limits.flops_float64},
                            {"read", bandwidths}}},
                          {"blas", blas},
                          {"data_folder", data_folder("").string()}}
                         .dump(2));
}

}  // namespace

int info(const Arguments& arguments) {
  CLI::App app("This machine, what Lithe found on it, and what it will use.", "lithe info");
  bool json = false, again = false;
  app.add_flag("--json", json, "print one JSON object");
  app.add_flag("--measure", again, "measure the limits again");
  if (const auto status = parse(app, arguments)) return *status;
  const MachineIdentity machine = identify_machine();
  const Limits limits =
      machine_limits(machine, "auto", again ? Measure::again : Measure::if_unknown);
  json ? print_json(machine, limits, find_blas()) : print_text(machine, limits, find_blas());
  return 0;
}

}  // namespace lithe::app
