#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "doctor_output.h"
#include "labelled_lines.h"
#include "program/amounts.h"
#include "program_output.h"

namespace lithe::app {

namespace {

using program::bytes_text;
using program::count_text;

class ProgramWriter {
 public:
  explicit ProgramWriter(const ProgramReport& report) : r_(report) {}

  std::string write() {
    end();
    time();
    shares();
    waits();
    lines();
    heap();
    libraries();
    for (const std::string& sentence : r_.missing) line("not seen", "{}", sentence);
    text_ += '\n';
    text_ += program_findings();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(const char* label, fmt::format_string<Values...> format, Values&&... values) {
    labelled_line(text_, label, format, std::forward<Values>(values)...);
  }

  void end() {
    const std::string how = r_.signal != 0 ? fmt::format("was ended by signal {} ({})", r_.signal,
                                                         ::strsignal(r_.signal))
                                           : fmt::format("ended with status {}", r_.status);
    line("program", "{} {}", r_.command.front(), how);
  }

  void time() {
    line("time", "{:.3g} s; of the processors {:.3g} s in the program and {:.3g} s in the system",
         r_.seconds, r_.user_seconds, r_.system_seconds);
    line("", "at most {} thread{} in a process; {} resident; {} page faults", r_.threads,
         r_.threads == 1 ? "" : "s", bytes_text(r_.memory_bytes), count_text(r_.faults));
  }

  void shares() {
    constexpr double kWorthALine = 0.005;
    const char* label = "went into";
    for (const ActivityShare& share : r_.shares) {
      if (share.share < kWorthALine) continue;
      line(std::exchange(label, ""), "{:3.0f}% {:17}{}", 100 * share.share, name(share.activity),
           share.mostly.empty() ? "" : "mostly " + share.mostly);
    }
    if (r_.samples > 0)
      line("", "({} samples of {})", count_text(r_.samples),
           r_.shares_of_later_epochs ? "the epochs after the first" : "the whole run");
    if (r_.samples == 0) line("went into", "nothing that could be sampled");
  }

  void waits() {
    const char* label = "waited";
    for (const WaitShare& wait : r_.waits)
      line(std::exchange(label, ""), "{:3.0f}% for {}", 100 * wait.share, name(wait.wait));
  }

  void lines() {
    constexpr std::size_t kMost = 8;
    const char* label = "lines";
    for (std::size_t i = 0; i < std::min(kMost, r_.lines.size()); ++i) {
      const ProgramLine& l = r_.lines[i];
      line(std::exchange(label, ""), "{:3.0f}% {}:{} {}", 100 * l.share, l.file, l.line, l.text);
    }
  }

  void one_epoch(const char* label, const std::string& which, const ProgramEpoch& epoch) {
    line(label, "{}: {} in {} calls, {:.3g} s, {} page faults{}", which,
         bytes_text(epoch.heap.bytes), count_text(epoch.heap.calls), epoch.seconds,
         count_text(epoch.faults),
         epoch.heap.maps == 0 ? ""
                              : fmt::format("; {} mmaps of {}", count_text(epoch.heap.maps),
                                            bytes_text(epoch.heap.mapped_bytes)));
  }

  void heap() {
    if (!r_.counted) return;
    line("heap", "whole run: {} in {} calls, {} at once{}", bytes_text(r_.heap.bytes),
         count_text(r_.heap.calls), bytes_text(r_.heap.largest),
         r_.peak_bytes == 0 ? "" : fmt::format("; at most {} alive", bytes_text(r_.peak_bytes)));
    if (r_.epochs.empty()) return;
    if (r_.divided) {
      one_epoch("", fmt::format("the run divided by {}", r_.epochs.size()), r_.epochs.front());
      return;
    }
    one_epoch("", "start and first epoch", r_.epochs.front());
    if (r_.epochs.size() > 1)
      one_epoch("", fmt::format("each of {} later", r_.epochs.size() - 1), usual_epoch(r_));
  }

  void libraries() {
    const char* label = "BLAS";
    for (const BlasLibrary& b : r_.blas) {
      const std::string kernels = b.core.empty() ? "" : fmt::format(", kernels for {}", b.core);
      const std::string speed =
          b.flops_float32 > 0
              ? fmt::format(", one thread {:.3g} GFLOP/s in float32", b.flops_float32 / 1e9)
              : "";
      line(std::exchange(label, ""), "{} ({}{}{}{})", b.path, b.kind, kernels, speed,
           b.problem.empty() ? "" : "; tried alone, it " + b.problem);
    }
    if (r_.blas.empty()) line("BLAS", "none was loaded as a library");
    if (!r_.openmp.empty()) line("OpenMP", "{}", fmt::join(r_.openmp, ", "));
  }

  static std::string cost(const ProgramFinding& f) {
    if (f.tried > 0) return fmt::format("{:.2f} times as fast when tried", f.tried);
    if (f.factor < 1.005) return "cost unknown";
    return f.at_most ? fmt::format("mended, at most {:.2f} times as fast", f.factor)
                     : fmt::format("{:.2f} times slower", f.factor);
  }

  std::string program_findings() {
    std::string text;
    int number = 0;
    for (const ProgramFinding& finding : r_.findings)
      text += finding_text(++number, cost(finding), finding);
    return text.empty() ? "Nothing makes it slow that could be seen.\n" : text;
  }

  const ProgramReport& r_;
  std::string text_;
};

}  // namespace

std::string program_text(const ProgramReport& report) { return ProgramWriter(report).write(); }

}  // namespace lithe::app
