#include "program/array_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "program/line_report.h"

namespace lithe::program {

namespace {

bool is_product(const std::string& text) {
  constexpr std::string_view kProducts[] = {"@",       "dot(",       "matmul(",
                                            "einsum(", "tensordot(", "inner("};
  return holds_one(text, kProducts);
}

void find_strided(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  constexpr std::string_view kWithoutBlas[] = {"_noblas"};
  for (LineFacts& line : facts.lines) {
    const double slow = sum(line.native_code, [&kWithoutBlas](std::string_view name) {
      return holds_one(name, kWithoutBlas);
    });
    // Where NumPy has no symbols, a product whose time is not in the BLAS.
    const double loops = line[Activity::loops];
    const bool unnamed = slow == 0 && loops > 4 * line[Activity::products] &&
                         loops > line.all / 2 && is_product(source_line(line.file, line.line));
    found.add(line, slow > 0 ? slow : unnamed ? loops : 0);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding = make(
      "strided",
      fmt::format("a product takes {} of the time and is not computed by the BLAS, which needs "
                  "float32 or float64 whose rows or columns lie side by side",
                  percent(found.all())),
      "copy the array once, before the loop, so that its numbers lie side by side: "
      "np.ascontiguousarray(x); products of integers: x.astype(np.float32)",
      estimate(found.all(), 0.01, 0.15));
  finding.instead = "x = np.ascontiguousarray(x)    # once, where the view is made";
  findings.push_back(found.finish(std::move(finding)));
}

void find_copies(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double copied = line[Activity::copies];
    const double faults = line[Activity::page_faults] + line[Activity::allocation];
    constexpr double kMostly = 0.25;
    if (copied > kMostly * computed(line)) found.add(line, copied + faults);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("copies", fmt::format("copies of arrays take {} of the time", percent(found.all())),
           "x[start:stop] is a view and copies nothing; np.array(x), x.copy(), x[list], "
           "np.concatenate and astype copy: do that once, before the loop, or only with the rows "
           "that are needed",
           estimate(found.all(), 0.002, 0.1));
  findings.push_back(found.finish(std::move(finding)));
}

bool of_double(std::string_view name) {
  constexpr std::string_view kDouble[] = {
      "dgemm", "dgemv", "dsyrk",   "dtrsm",           "dtrmm",   "ddot",
      "daxpy", "dger",  "DOUBLE_", "simd_exp_DOUBLE", "_dgemm_", "_dgemv_"};
  return begins_with_one(name, kDouble) || name.find("blas_avx512_dgemm") != name.npos ||
         name.find("simd_exp_f64") != name.npos;
}

// Takes nothing away: what else costs the same time costs it in float32 too.
void find_float64(ProgramFacts& facts, Findings& findings) {
  double doubles = 0, most = 0;
  const LineFacts* place = nullptr;
  for (const LineFacts& line : facts.lines) {
    const double named = sum(line.native_code, of_double);
    double floats = sum(line.native_code, [](std::string_view name) {
      return name.starts_with("sgem") || name.starts_with("FLOAT_") || name.starts_with("sdot");
    });
    // What is not named on such a line is as what is.
    const double numeric = line[Activity::products] + line[Activity::loops] +
                           line[Activity::copies] + line[Activity::page_faults];
    const double share = named > 2 * floats ? std::max(named, numeric) : named;
    doubles += share;
    if (share > most) {
      most = share;
      place = &line;
    }
  }
  constexpr double kMuch = 0.2;
  if (doubles < kMuch || place == nullptr) return;
  ProgramFinding finding = make(
      "float64",
      fmt::format("{} of the time is arithmetic in float64, which takes twice the time of float32",
                  percent(doubles)),
      "float32 suffices for neural networks: make all arrays so, also weights and constants, for "
      "one float64 array makes the result float64. astype(float), np.zeros(n), np.random.randn and "
      "np.loadtxt give float64",
      Estimate{gain(doubles, 0.5), gain(doubles, 0.75), gain(doubles, 0.4)});
  finding.instead = "x = x.astype(np.float32)    # once; np.zeros(n, np.float32)";
  finding.place = report_line(*place);
  findings.push_back(std::move(finding));
}

}  // namespace

void array_findings(ProgramFacts& facts, Findings& findings) {
  find_strided(facts, findings);
  find_copies(facts, findings);
  find_float64(facts, findings);
}

}  // namespace lithe::program
