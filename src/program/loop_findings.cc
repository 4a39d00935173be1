#include "program/loop_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "program/line_report.h"

namespace lithe::program {

namespace {

struct FunctionTime : Spent {
  std::vector<LineFacts*> lines;
  double called = 0;  // of it in functions of others, in Python
};

std::map<std::pair<std::string, std::string>, FunctionTime> by_function(ProgramFacts& facts) {
  std::map<std::pair<std::string, std::string>, FunctionTime> functions;
  for (LineFacts& line : facts.lines) {
    FunctionTime& function = functions[{line.file, line.function}];
    function.add(line);
    function.lines.push_back(&line);
    for (const auto& [name, share] : line.calls) function.called += share;
  }
  return functions;
}

// The line of the program's own that called `line` through functions of others, mostly.
const LineFacts* caller_of(const LineFacts& line, const ProgramFacts& facts) {
  const auto most =
      std::max_element(line.callers.begin(), line.callers.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == line.callers.end()) return nullptr;
  for (const LineFacts& other : facts.lines)
    if (other.file == most->first.first && other.line == most->first.second) return &other;
  return nullptr;
}

void find_pandas(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  std::optional<ProgramLine> place;
  constexpr std::string_view kByRow[] = {"pandas.core.apply.",
                                         "pandas.core.frame.DataFrame.iterrows",
                                         "pandas.core.frame.DataFrame.itertuples",
                                         "pandas.core.frame.DataFrame.apply",
                                         "pandas.core.series.Series.apply",
                                         "pandas.core.series.Series.map",
                                         "pandas.core.algorithms.map"};
  const auto by_row = [&kByRow](std::string_view name) { return begins_with_one(name, kByRow); };
  for (LineFacts& line : facts.lines) {
    const double outside = largest(line.around, by_row);
    found.add(line, std::max(outside, largest(line.inside, by_row)));
    if (outside > line.all / 2 && found.most() == &line)
      if (const LineFacts* caller = caller_of(line, facts)) place = report_line(*caller);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("python_loop",
           fmt::format("pandas calls a function of Python for each row or element, which takes {} "
                       "of the time",
                       percent(found.all())),
           "compute with whole columns: frame[\"a\"] * frame[\"b\"], np.where(condition, x, y), "
           "Series.map(dictionary)",
           estimate(found.all(), 0.003, 0.05));
  finding.instead = "frame[\"z\"] = np.where(frame[\"a\"] > 0, frame[\"b\"], -frame[\"b\"])";
  finding.place = place;
  findings.push_back(found.finish(std::move(finding)));
}

// The part of the sampled time in the interpreter and in operations on single numbers.
double by_single_numbers(const FunctionTime& function) {
  constexpr std::string_view kSingle[] = {"libpython",
                                          "in python3",
                                          "in math.cpython",
                                          "gentype_",
                                          "scalar",
                                          "Scalar",
                                          "getitem",
                                          "setitem",
                                          "array_subscript",
                                          "array_item",
                                          "prepare_index",
                                          "convert_to_float",
                                          "convert_to_double",
                                          "float_",
                                          "double_",
                                          "fetestexcept",
                                          "feclearexcept",
                                          "npy_clear_floatstatus",
                                          "npy_get_floatstatus"};
  double single = 0, all = 0;
  for (const LineFacts* line : function.lines)
    for (const auto& [name, share] : line->native_code) {
      all += share;
      if (holds_one(name, kSingle)) single += share;
    }
  return all > 0 ? single / all : 0;
}

void find_loops(ProgramFacts& facts, Findings& findings) {
  for (auto& [name, function] : by_function(facts)) {
    const double work = computed(function);
    constexpr double kMostly = 0.5, kProducts = 0.25, kCalled = 0.5, kMuch = 0.08;
    if (work < kMuch || by_single_numbers(function) < kMostly ||
        function[Activity::products] > kProducts * work || function.called > kCalled * work)
      continue;
    Found found(facts);
    for (LineFacts* line : function.lines) found.add(*line, computed(*line));
    ProgramFinding finding =
        make("python_loop",
             fmt::format("a loop of Python in {} takes {} of the time, a number at a time",
                         name.second, percent(found.all())),
             "compute with whole arrays (NumPy: np.exp(x).sum(), np.where, boolean indices), or "
             "compile the function: @numba.njit",
             estimate(found.all(), 0.005, 0.1));
    findings.push_back(found.finish(std::move(finding)));
  }
}

// ---- Many small calls ----

// The innermost of the program's lines below which most of the time passes.
std::optional<ProgramLine> loop_line(const ProgramFacts& facts) {
  constexpr double kMost = 0.5;
  const std::tuple<std::string, int, std::string>* best = nullptr;
  double depth = -1;
  for (const auto& [place, line] : facts.inclusive)
    if (line.all >= kMost && line.depth > depth) {
      depth = line.depth;
      best = &place;
    }
  if (best == nullptr) return {};
  ProgramLine line;
  std::tie(line.file, line.line, line.function) = *best;
  line.text = source_line(line.file, line.line);
  line.share = facts.inclusive.at(*best).all;
  return line;
}

void find_overhead(ProgramFacts& facts, Findings& findings) {
  const double interpreter = facts.interpreter, framework = facts[Activity::framework];
  constexpr double kMuch = 0.2, kWorthAWord = 0.01;
  if (interpreter + framework < kMuch || facts.lines.empty()) return;
  const double products = facts[Activity::products], loops = facts[Activity::loops];
  // A batch of ten in the place of an example: a tenth of the calls, products of matrices, and
  // loops whose start is what they took.
  const double rest =
      interpreter + framework + facts[Activity::allocation] + facts[Activity::copies];
  const auto left = [&](double calls, double product, double loop) {
    return 1 /
           std::max(0.01, 1 - (1 - product) * products - (1 - loop) * loops - (1 - calls) * rest);
  };
  std::string where = fmt::format("the interpreter takes {} of the time", percent(interpreter));
  if (framework > kWorthAWord)
    where += fmt::format(", the framework's way to its kernels {}", percent(framework));
  ProgramFinding finding =
      make("overhead", where + ": many calls, each with little to do",
           "give each call more to do: a mini-batch at a time in the place of an example, and one "
           "product for all of it",
           Estimate{left(0.1, 0.25, 0.3), left(0.3, 1, 1), left(0.03, 0.1, 0.1)});
  finding.evidence =
      fmt::format("products take {}, numeric loops {}", percent(products), percent(loops));
  finding.place = loop_line(facts);
  findings.push_back(std::move(finding));
}

}  // namespace

void loop_findings(ProgramFacts& facts, Findings& findings) {
  find_pandas(facts, findings);
  find_loops(facts, findings);
  find_overhead(facts, findings);
}

}  // namespace lithe::program
