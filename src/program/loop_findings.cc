#include "program/loop_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "program/line_report.h"
#include "program/source_text.h"

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
             estimate(found.all(), 0.02, 0.1));
    findings.push_back(found.finish(std::move(finding)));
  }
}

// ---- Many small calls ----

// PyTorch computes the gradients of all that was computed before in one call: what that takes is
// due to the lines that computed.
bool is_backward(const std::string& text) { return text.find(".backward(") != text.npos; }

// Whether a line is in a loop of its function: a line before it with less indentation begins one.
bool in_loop(SourceText& sources, const std::string& file, int number) {
  const auto indentation = [&](int n) { return sources.indentation(file, n); };
  int inner = indentation(number);
  for (int n = number; n > 0 && inner > 0; --n) {
    const std::string text = sources.line(file, n);
    if (text.empty() || (n < number && indentation(n) >= inner)) continue;
    inner = indentation(n);
    if (text.starts_with("for ") || text.starts_with("while ") || text.starts_with("async for "))
      return true;
    if (text.starts_with("def ") || text.starts_with("class ")) return false;
    if (text.find(" for ") != text.npos && text.find(" in ") != text.npos) return true;
  }
  return false;
}

}  // namespace

std::optional<ProgramLine> loop_line(const ProgramFacts& facts) {
  constexpr double kMost = 0.5;
  double forward = 1;
  for (const LineFacts& line : facts.lines)
    if (is_backward(source_line(line.file, line.line))) forward -= line.all;
  SourceText sources;
  std::optional<ProgramLine> best;
  double depth = -1;
  for (const auto& [place, inside] : facts.inclusive) {
    const auto& [file, number, function] = place;
    if (inside.all < kMost * forward || inside.depth <= depth) continue;
    std::string text = sources.line(file, number);
    if (is_backward(text) || !in_loop(sources, file, number)) continue;
    depth = inside.depth;
    best.emplace();
    best->file = file;
    best->line = number;
    best->function = function;
    best->text = std::move(text);
    best->share = inside.all;
  }
  return best;
}

namespace {

// Whether a loop with this line takes a mini-batch at a time.
bool in_batches(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kSigns[] = {"batch", "loader", ".fit("};
  return holds_one(text, kSigns);
}

// The examples in a mini-batch, where the program's text names them ("BATCH = 10",
// "batch_size=64"), or 0.
int batch_size(const ProgramFacts& facts) {
  static const std::regex kBatch("batch\\w*(: *int)? *= *(\\d{1,5})\\b", std::regex::icase);
  SourceText sources;
  std::set<std::string> seen;
  for (const LineFacts& line : facts.lines) {
    if (!line.python || !seen.insert(line.file).second) continue;
    std::string text;
    for (int number = 1; number <= sources.count(line.file); ++number) {
      text = sources.line(line.file, number);
      std::smatch found;
      if (std::regex_search(text, found, kBatch) && std::stoi(found[2]) > 1)
        return std::stoi(found[2]);
    }
  }
  return 0;
}

// What remains of the time with `batch` examples in a call where there was one: of the calls that
// part, products of matrices in the place of vectors, and loops whose start was what they took.
double with_batch(const ProgramFacts& facts, double batch, bool from_one) {
  double calls = facts.interpreter + facts[Activity::framework] + facts[Activity::allocation] +
                 facts[Activity::copies];
  if (from_one) calls += facts[Activity::other] + facts[Activity::monitoring];
  const double products = facts[Activity::products], loops = facts[Activity::loops];
  const double product = std::clamp(2.5 / batch, 0.05, 1.0);
  const double loop = std::min(1.0, 0.2 + 1 / batch);
  constexpr double kSlices = 0.005;  // what a call still takes for each example
  return 1 - (1 - product) * products - (1 - loop) * loops - (1 - 1 / batch - kSlices) * calls;
}

// An agent that acts in one environment asks its network about one observation at a time.
bool find_single_environment(ProgramFacts& facts, Findings& findings) {
  constexpr int kEnvironments = 8;
  const auto in_rollouts = [](std::string_view name) {
    return name.starts_with("stable_baselines3.") && name.ends_with("collect_rollouts");
  };
  const auto in_environment = [](std::string_view name) { return name.starts_with("gymnasium."); };
  LineFacts* learns = nullptr;
  double acts = 0;
  for (LineFacts& line : facts.lines) {
    const double here = largest(line.inside, in_rollouts) - largest(line.inside, in_environment);
    if (here <= acts) continue;
    acts = here;
    learns = &line;
  }
  constexpr double kMuch = 0.15;
  if (acts < kMuch) return false;
  const auto cost = [acts](double environments) { return gain(acts * (1 - 1 / environments)); };
  ProgramFinding finding = make(
      "overhead",
      fmt::format("the agent asks its network about one observation at a time, which takes {} "
                  "of the time",
                  percent(acts)),
      fmt::format("let it act in {0} environments side by side; with n_steps an {0}th of what it "
                  "was it learns from as many steps at a time as before",
                  kEnvironments),
      Estimate{cost(kEnvironments), cost(2), cost(4 * kEnvironments)});
  finding.instead = fmt::format(
      "from stable_baselines3.common.env_util import make_vec_env; "
      "environment = make_vec_env(\"CartPole-v1\", n_envs={})",
      kEnvironments);
  finding.place = report_line(*learns);
  findings.push_back(std::move(finding));
  return true;
}

void find_overhead(ProgramFacts& facts, Findings& findings) {
  if (find_single_environment(facts, findings)) return;
  const double interpreter = facts.interpreter, framework = facts[Activity::framework];
  constexpr double kMuch = 0.2, kWorthAWord = 0.01;
  if (interpreter + framework < kMuch || facts.lines.empty()) return;
  const std::optional<ProgramLine> place = loop_line(facts);
  const LineFacts& most = facts.lines.front();
  const bool batches = in_batches(place ? place->text : source_line(most.file, most.line));
  constexpr int kUsual = 16, kLarger = 4;
  const int named = batch_size(facts);
  const double batch = batches ? kLarger : named > 0 ? named : kUsual;
  const auto gain = [&](double size) {
    return 1 / std::max(0.005, with_batch(facts, size, !batches));
  };
  std::string where = fmt::format("the interpreter takes {} of the time", percent(interpreter));
  if (framework > kWorthAWord)
    where += fmt::format(", the framework's own functions {}", percent(framework));
  ProgramFinding finding =
      make("overhead", where + ": many calls, each with little to do",
           batches ? "larger mini-batches (four times, say, with a larger learning rate), or a "
                     "compiled step: torch.compile(model), jax.jit"
                   : fmt::format("give each call more to do: a mini-batch of {:.0f} at a time in "
                                 "the place of an example, and one product for all of it",
                                 batch),
           Estimate{gain(batch), gain(std::max(1.5, batch / 4)), gain(4 * batch)});
  finding.evidence =
      fmt::format("products take {}, numeric loops {}", percent(facts[Activity::products]),
                  percent(facts[Activity::loops]));
  finding.place = place ? place : report_line(facts.lines.front());
  findings.push_back(std::move(finding));
}

}  // namespace

void loop_findings(ProgramFacts& facts, Findings& findings) {
  find_loops(facts, findings);
  find_overhead(facts, findings);
}

}  // namespace lithe::program
