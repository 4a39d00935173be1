#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "doctor_output.h"
#include "labelled_lines.h"
#include "program/amounts.h"
#include "program_lines.h"
#include "program_output.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using program::bytes_text;
using program::cost_text;
using program::count_text;

class ProgramWriter {
 public:
  ProgramWriter(const ProgramReport& report, bool all_lines) : r_(report), all_lines_(all_lines) {}

  std::string write() {
    end();
    time();
    shares();
    waits();
    lines();
    limit();
    heap();
    libraries();
    for (const std::string& sentence : r_.missing) line("not seen", "{}", sentence);
    if (all_lines_) text_ += lines_listing(r_);
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
    if (r_.process != 0) {
      line("program", "{}, process {}, which was running already", r_.command.front(), r_.process);
      return;
    }
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
    if (all_lines_) return;
    const char* label = "lines";
    for (const std::string& row : costly_lines(r_, kMost))
      line(std::exchange(label, ""), "{}", row);
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

  // How near the limit of the processor it is.
  void limit() {
    if (r_.products_need_seconds <= 0) return;
    const bool whole = r_.epochs.empty();
    const ProgramEpoch usual = usual_epoch(r_);
    const ProductUse& use = whole ? r_.products : usual.products;
    const double seconds = whole ? r_.seconds : usual.seconds;
    const char* of = whole ? "the run" : "an epoch";
    line("limit", "{} takes {:.3g} s; its products need {:.2g} s on one core at its peak", of,
         seconds, r_.products_need_seconds);
    line("", "({} calls of the BLAS: {:.3g} GFLOP in float32, {:.3g} in float64)",
         count_text(use.calls), static_cast<double>(use.flops32) / 1e9,
         static_cast<double>(use.flops64) / 1e9);
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

  std::string one_finding(int number, const ProgramFinding& f) const {
    std::string text = fmt::format("{}. {}: {}\n", number, cost_text(f), f.problem);
    const auto more = [&text](const char* label, const std::string& words) {
      if (!words.empty()) text += fmt::format("   {:12}{}\n", label, words);
    };
    if (f.place) {
      more("where", fmt::format("{}:{}{}", f.place->file, f.place->line,
                                f.place->function.empty() ? "" : ", in " + f.place->function));
      more("", f.place->text);
    }
    more("measured", f.evidence);
    more("do", f.remedy);
    more("write", f.instead);
    for (const std::string& command : f.commands) more("", "  " + unbroken(command));
    more("check", unbroken(f.check));
    return text;
  }

  // The first findings in full, a line for each of the others, and one for all below 1.05 times.
  std::string program_findings() {
    constexpr int kInFull = 6;
    std::string text;
    std::vector<std::string> small;
    int number = 0;
    for (const ProgramFinding& f : r_.findings)
      if (!program::is_worth_words(f))
        small.push_back(f.name);
      else if (++number <= kInFull)
        text += one_finding(number, f);
      else
        text += fmt::format("{}. {}: {}\n", number, cost_text(f), f.problem);
    if (text.empty()) text = "Nothing makes it slow that could be seen.\n";
    if (number > kInFull)
      text += fmt::format("What to do about {} to {}: --report page.html shows it.\n", kInFull + 1,
                          number);
    if (!small.empty()) text += fmt::format("Below 1.05 times each: {}.\n", fmt::join(small, ", "));
    return text;
  }

  const ProgramReport& r_;
  bool all_lines_;
  std::string text_;
};

}  // namespace

std::string program_text(const ProgramReport& report, bool all_lines) {
  return ProgramWriter(report, all_lines).write();
}

}  // namespace lithe::app
