// What was measured besides: the command, time, the heap, libraries, and what was not seen.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "program/amounts.h"
#include "program/page/sections.h"

namespace lithe::program::page {

namespace {

std::string fact(const char* label, const std::string& raw) {
  return raw.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, text(raw));
}

std::string facts(const char* label, const std::vector<std::string>& all) {
  std::string html;
  for (const std::string& one : all)
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html.empty() ? label : "", text(one));
  return html;
}

std::string heap_words(const ProgramEpoch& epoch) {
  return fmt::format("{} in {} calls, {}, {} page faults", bytes_text(epoch.heap.bytes),
                     count_text(epoch.heap.calls), seconds(epoch.seconds),
                     count_text(epoch.faults));
}

std::string heap_facts(const ProgramReport& r) {
  if (!r.counted) return {};
  std::string html =
      fact("Heap", fmt::format("{} in {} calls, at most {} at once", bytes_text(r.heap.bytes),
                               count_text(r.heap.calls), bytes_text(r.peak_bytes)));
  if (r.epochs.empty()) return html;
  html += fact(r.divided ? "Each epoch" : "First epoch", heap_words(r.epochs.front()));
  if (r.epochs.size() > 1 && !r.divided)
    html += fact("Later epochs", heap_words(usual_epoch(r)) + " each (medians)");
  return html;
}

std::string blas_words(const BlasLibrary& blas) {
  std::string words = fmt::format("{} ({}", blas.path, blas.kind);
  if (!blas.core.empty()) words += ", kernels for " + blas.core;
  if (blas.flops_float32 > 0)
    words += fmt::format(", one thread {:.3g} GFLOP/s in float32", blas.flops_float32 / 1e9);
  return words + ")" + (blas.problem.empty() ? "" : "; tried alone, it " + blas.problem);
}

std::vector<std::string> share_words(const ProgramReport& report) {
  std::vector<std::string> words;
  for (const ActivityShare& share : report.shares)
    words.push_back(fmt::format("{} {}{}", percent(share.share), name(share.activity),
                                share.mostly.empty() ? "" : ", mostly " + share.mostly));
  return words;
}

}  // namespace

std::string facts_section(const ProgramReport& r) {
  std::string html = "<section>\n<h2>Facts</h2>\n<dl>\n";
  html += fact("Command", fmt::format("{}", fmt::join(r.command, " ")));
  html += fact("Time", fmt::format("{} by the clock; of the processors {} in the program and {} in "
                                   "the system; {} page faults",
                                   seconds(r.seconds), seconds(r.user_seconds),
                                   seconds(r.system_seconds), count_text(r.faults)));
  html += facts("All threads", share_words(r));
  if (r.products_need_seconds > 0)
    html += fact("Products",
                 fmt::format("those of {} need {:.2g} s on one core at its measured peak",
                             r.epochs.empty() ? "the run" : "an epoch", r.products_need_seconds));
  html += heap_facts(r);
  std::vector<std::string> blas;
  for (const BlasLibrary& one : r.blas) blas.push_back(blas_words(one));
  html += facts("BLAS", blas) + facts("OpenMP", r.openmp) + facts("Not seen", r.missing);
  return html + "</dl>\n</section>\n";
}

}  // namespace lithe::program::page
