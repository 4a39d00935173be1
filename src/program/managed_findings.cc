#include "program/managed_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace lithe::program {

namespace {

// "java.lang.Double.valueOf", "java.lang.Integer.intValue", and Scala's own.
bool boxes(std::string_view name) {
  if (name.starts_with("scala.runtime.BoxesRunTime.")) return true;
  constexpr std::string_view kPackage = "java.lang.";
  if (!name.starts_with(kPackage)) return false;
  name.remove_prefix(kPackage.size());
  constexpr std::string_view kTypes[] = {"Double", "Float", "Integer", "Long", "Short", "Byte"};
  const std::string_view type = name.substr(0, name.find('.'));
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes) &&
         (name.ends_with(".valueOf") || name.ends_with("Value"));
}

// The functions that compute with boxed numbers: the numbers are objects, which are allocated,
// collected, and read from all over the memory, so all that these functions do is slow.
std::set<FunctionName> functions_that_box(const ProgramFacts& facts) {
  constexpr double kSome = 0.1;
  return functions_with(facts, kSome,
                        [](const LineFacts& line) { return largest(line.inside, boxes); });
}

// The lines of functions that call those that box: they pass such numbers on. The virtual machine
// tells of few places in their code, so that a line next to the calling one may have its time. What
// takes much time besides is another matter.
std::vector<LineFacts*> functions_that_call(const ProgramFacts& facts,
                                            const std::vector<LineFacts*>& others, double boxing) {
  constexpr double kMostly = 0.5, kLittle = 0.2;
  std::set<std::pair<std::string, std::string>> callers;
  for (const auto& [place, line] : facts.inclusive)
    if (line.all > kMostly * boxing) callers.insert({std::get<0>(place), std::get<2>(place)});
  std::vector<LineFacts*> lines;
  double all = 0;
  for (LineFacts* line : others)
    if (callers.contains({line->file, line->function})) {
      lines.push_back(line);
      all += line->all;
    }
  return all < kLittle * boxing ? lines : std::vector<LineFacts*>();
}

void find_boxing(ProgramFacts& facts, Findings& findings) {
  const auto functions = functions_that_box(facts);
  Found found(facts);
  std::vector<LineFacts*> others;
  for (LineFacts& line : facts.lines)
    if (functions.contains({line.file, line.function}))
      found.add(line, line.all);
    else
      others.push_back(&line);
  constexpr double kMuch = 0.08;
  if (found.all() < kMuch) return;
  const std::vector<LineFacts*> pass = functions_that_call(facts, others, found.all());
  for (LineFacts* line : pass) found.add(*line, line->all);
  ProgramFinding finding =
      make("boxing",
           fmt::format("functions that compute with boxed numbers (Double, Integer) take {} of the "
                       "time: each number is an object of its own",
                       percent(found.all())),
           "keep numbers in arrays of a primitive type: double[] in the place of List<Double>, "
           "int in the place of Integer, a Map of primitives (fastutil) in the place of "
           "Map<Integer, Double>",
           estimate(found.all(), 0.03, 0.08));
  finding.instead = "double[] values = new double[count];";
  findings.push_back(found.finish(std::move(finding)));
}

}  // namespace

void managed_findings(ProgramFacts& facts, Findings& findings) { find_boxing(facts, findings); }

}  // namespace lithe::program
