#include "info_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "labelled_lines.h"
#include "lithe/data.h"
#include "terminal.h"

namespace lithe::app {

namespace {

std::string counted(int count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;
  return bytes >= kMiB ? fmt::format("{:.3g} MiB", static_cast<double>(bytes) / kMiB)
                       : fmt::format("{} KiB", bytes / kKiB);
}

class InfoWriter {
 public:
  InfoWriter(const MachineReport& report, bool all) : r_(report), m_(report.identity), all_(all) {}

  std::string write() {
    processor();
    limits();
    circumstances();
    blas();
    settings();
    if (all_)
      line("data folder", "{}",
           data_folder("").empty() ? "unknown: HOME is not set" : data_folder("").string());
    findings();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(const char* label, fmt::format_string<Values...> format, Values&&... values) {
    labelled_line(text_, label, format, std::forward<Values>(values)...);
  }

  void processor() {
    line("processor", "{}{}", m_.processor, m_.virtual_machine ? " (virtual machine)" : "");
    if (all_)
      line("", "{}, family {}, model {}, stepping {}", m_.vendor, m_.family, m_.model, m_.stepping);
    line("", "{}, {}, {}, {}; this program may use {:.3g}", counted(m_.cores, "core"),
         counted(m_.hardware_threads, "thread"), counted(m_.sockets, "socket"),
         counted(m_.numa_nodes, "NUMA node"), m_.usable_cpus);
    std::vector<std::string> caches;
    for (const Cache& cache : m_.caches)
      caches.push_back(
          fmt::format("L{} {}{}", cache.level, size_text(cache.bytes),
                      cache.shared_by > 1 ? fmt::format(" for {} threads", cache.shared_by) : ""));
    line("caches", "{}", fmt::join(caches, ", "));
    line("memory", "{:.1f} GiB", static_cast<double>(m_.memory_bytes) / (1 << 30));
    line("system", "{}", m_.system);
    const auto isas = supported_isas();
    line("instructions", "{}", fmt::join(m_.instruction_sets, " "));
    line(
        "", "Lithe uses {}{}", isas.empty() ? "none of them" : isas.front(),
        r_.unused_sets.empty() ? "" : fmt::format(", and not {}", fmt::join(r_.unused_sets, ", ")));
  }

  void limits() {
    const AllCoresLimits& t = r_.all_cores;
    line("arithmetic", "one core {:.0f} GFLOP/s in float32, {:.0f} in float64{}{}",
         r_.limits.flops_float32 / 1e9, r_.limits.flops_float64 / 1e9,
         r_.limits.flops_bfloat16 > 0
             ? fmt::format(", {:.0f} of bfloat16 values", r_.limits.flops_bfloat16 / 1e9)
             : "",
         r_.limits.under_load ? " (measured under load)" : "");
    constexpr double kMuch = 0.2;  // of the processors
    line("", "{} {:.0f} GFLOP/s in float32, {:.0f} in float64{}",
         t.threads == 1 ? "its one processor" : fmt::format("all {} processors", t.threads),
         t.flops_float32 / 1e9, t.flops_float64 / 1e9,
         t.others > kMuch * t.threads ? " (measured under load)" : "");
    std::vector<std::string> levels;
    for (const Bandwidth& b : r_.limits.read)
      levels.push_back(fmt::format("{} {:.0f}", b.level, b.bytes_per_second / 1e9));
    line("reading", "one core {} GB/s{}", fmt::join(levels, ", "),
         t.read_memory > 0 ? fmt::format("; all, memory {:.0f} GB/s", t.read_memory / 1e9) : "");
    line("frequency", "{:.2f} GHz, {:.2f} with all processors at work{}", t.clock_one_core / 1e9,
         t.clock_all_cores / 1e9,
         r_.most_clock > 0 ? fmt::format(", {:.2f} at most", r_.most_clock / 1e9) : "");
  }

  void circumstances() {
    if (r_.quota.processors > 0)
      line("quota", "the time of {:.3g} processors; stopped in {:.0f}% of the periods",
           r_.quota.processors, 100 * r_.quota.stopped_periods);
    else if (all_)
      line("quota", "none");
    line("other load", "{:.1f} processors busy with other programs, {:.1f} taken by the host",
         r_.all_cores.others, r_.all_cores.stolen);
  }

  void blas() {
    constexpr std::size_t kScreen = 4;
    if (r_.blas.empty()) line("BLAS", "none found");
    const std::size_t shown = all_ ? r_.blas.size() : std::min(r_.blas.size(), kScreen);
    for (std::size_t i = 0; i < shown; ++i) one_blas(r_.blas[i], i == 0 ? "BLAS" : "");
    if (shown < r_.blas.size()) line("", "{} more: lithe info --all", r_.blas.size() - shown);
  }

  void one_blas(const BlasLibrary& b, const char* label) {
    line(label, "{}{}", b.by_loader ? b.names.front() : b.path,
         b.by_loader ? " (what programs get by this name)" : "");
    if (!b.problem.empty()) {
      line("", "  cannot be used: {}", b.problem);
      return;
    }
    const std::string kernels = b.core.empty() ? "" : fmt::format(", kernels for {}", b.core);
    const std::string threads = b.threads > 0 ? ", " + counted(b.threads, "thread") : "";
    const std::string speed =
        b.flops_float32 > 0
            ? fmt::format("; one thread {:.3g} GFLOP/s in float32, {:.3g} in float64",
                          b.flops_float32 / 1e9, b.flops_float64 / 1e9)
            : "";
    const std::string bits =
        b.integer_bits > 0 ? fmt::format(", {}-bit integers", b.integer_bits) : "";
    line("", "  {}{}{}{}{}", b.kind, kernels, bits, threads, speed);
    if (!all_) return;
    for (const std::string& name : b.names)
      if (name != (b.by_loader ? b.names.front() : b.path)) line("", "  also {}", name);
    if (!b.version.empty()) line("", "  {}", b.version);
    if (!b.note.empty()) line("", "  {}", b.note);
  }

  void settings() {
    if (r_.settings.empty() && all_) line("environment", "nothing about threads or kernels is set");
    for (std::size_t i = 0; i < r_.settings.size(); ++i) {
      const ThreadSetting& s = r_.settings[i];
      line(i == 0 ? "environment" : "", "{}={}: {}", s.variable, s.value, s.meaning);
    }
  }

  void findings() {
    constexpr std::size_t kScreen = 4;
    if (r_.findings.empty()) {
      line("verdict", "nothing is wrong that could be seen");
      return;
    }
    const std::size_t shown = all_ ? r_.findings.size() : std::min(r_.findings.size(), kScreen);
    for (std::size_t i = 0; i < shown; ++i) {
      const Finding& f = r_.findings[i];
      line(i == 0 ? "verdict" : "", "{}{}", f.problem,
           f.factor >= 1.05 ? fmt::format(": {:.1f} times slower", f.factor) : "");
      line("", "  try: {}", f.remedy);
      if (!f.commands.empty()) line("", "       {}", unbroken(f.commands.front()));
    }
    if (shown < r_.findings.size())
      line("", "{} more: lithe info --all", r_.findings.size() - shown);
  }

  const MachineReport& r_;
  const MachineIdentity& m_;
  bool all_;
  std::string text_;
};

}  // namespace

std::string info_text(const MachineReport& report, bool all) {
  return InfoWriter(report, all).write();
}

}  // namespace lithe::app
