// What the rules that find causes have in common.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

using Findings = std::vector<ProgramFinding>;

inline constexpr double kWorth = 0.05;  // of the time, below which a cause is not reported

std::string percent(double share);

// The speedup when `share` of the time shrinks to `left` of it.
double gain(double share, double left = 0);

struct Estimate {
  double factor = 1, low = 1, high = 1;
};

// `likely` of the share remains when it is mended, and at most `most`. What else the time passes
// with is the small part of it where the share is large, and known less precisely: the range allows
// for a third of that, and for less where the share is small.
Estimate estimate(double share, double likely, double most);

// The same of what leaves the caches cold, because it moves much memory, as loading and copying do,
// sleeps, or calls the system again and again: what else the program does gets faster too when its
// data stay in the caches, by a fifth at most.
Estimate estimate_with_caches(double share, double likely, double most);

ProgramFinding make(const char* name, std::string problem, std::string remedy);
ProgramFinding make(const char* name, std::string problem, std::string remedy,
                    const Estimate& cost);

bool begins_with_one(std::string_view text, std::span<const std::string_view> beginnings);
bool holds_one(std::string_view text, std::span<const std::string_view> parts);

using FitsName = std::function<bool(std::string_view)>;

// The largest share of a name that fits. Names are counted once in a moment, so the largest is
// that of the function through which the others were called.
double largest(const std::map<std::string, double>& shares, const FitsName& fits);
double sum(const std::map<std::string, double>& shares, const FitsName& fits);

using FunctionName = std::pair<std::string, std::string>;  // its file, and its name

inline FunctionName function_of(const LineFacts& line) { return {line.file, line.function}; }

// The functions that spend more than `mostly` of their own time on a part of their lines.
std::set<FunctionName> functions_with(const ProgramFacts& facts, double mostly,
                                      const std::function<double(const LineFacts&)>& part);

inline double computed(const Spent& spent) {
  return spent.interpreter + spent.native + spent.system;
}

// What a rule found: the share of each line that it explains.
class Found {
 public:
  explicit Found(ProgramFacts& facts) : facts_(facts) {}

  void add(LineFacts& line, double share);
  double all() const { return all_; }
  const LineFacts* most() const { return most_; }

  // Makes the finding about the line with the largest part, and takes the time from the facts.
  ProgramFinding finish(ProgramFinding finding);

 private:
  ProgramFacts& facts_;
  double all_ = 0, most_share_ = 0;
  LineFacts* most_ = nullptr;
  std::vector<std::pair<LineFacts*, double>> lines_;
};

}  // namespace lithe::program
