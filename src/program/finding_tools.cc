#include "program/finding_tools.h"

#include <fmt/format.h>

#include <algorithm>

#include "program/line_report.h"

namespace lithe::program {

std::string percent(double share) { return fmt::format("{:.0f}%", 100 * share); }

double gain(double share, double left) {
  const double rest = 1 - std::min(share, 0.999) * (1 - left);
  return 1 / rest;
}

Estimate estimate(double share, double likely, double most) {
  constexpr double kUnsure = 1.0 / 3;
  const double rest = kUnsure * share * (1 - share);
  return {gain(share, likely), gain(share - rest, most), gain(share + rest, likely)};
}

Estimate estimate_with_caches(double share, double likely, double most) {
  constexpr double kCold = 0.2;
  const Estimate as_it_is = estimate(share, likely, most);
  const double warm = (1 - share) * (1 - kCold * share);
  return {1 / std::max(0.001, warm + likely * share), as_it_is.low, as_it_is.high};
}

ProgramFinding make(const char* name, std::string problem, std::string remedy) {
  ProgramFinding finding;
  finding.name = name;
  finding.problem = std::move(problem);
  finding.remedy = std::move(remedy);
  return finding;
}

ProgramFinding make(const char* name, std::string problem, std::string remedy,
                    const Estimate& cost) {
  ProgramFinding finding = make(name, std::move(problem), std::move(remedy));
  finding.factor = cost.factor;
  finding.low = cost.low;
  finding.high = cost.high;
  finding.estimated = true;
  return finding;
}

bool begins_with_one(std::string_view text, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [text](std::string_view with) { return text.starts_with(with); });
}

bool holds_one(std::string_view text, std::span<const std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return text.find(part) != text.npos; });
}

double largest(const std::map<std::string, double>& shares, const FitsName& fits) {
  double most = 0;
  for (const auto& [name, share] : shares)
    if (fits(name)) most = std::max(most, share);
  return most;
}

double sum(const std::map<std::string, double>& shares, const FitsName& fits) {
  double all = 0;
  for (const auto& [name, share] : shares)
    if (fits(name)) all += share;
  return all;
}

std::set<FunctionName> functions_with(const ProgramFacts& facts, double mostly,
                                      const std::function<double(const LineFacts&)>& part) {
  struct Time {
    double all = 0, part = 0;
  };
  std::map<FunctionName, Time> functions;
  for (const LineFacts& line : facts.lines) {
    Time& time = functions[function_of(line)];
    time.all += line.all;
    time.part += part(line);
  }
  std::set<FunctionName> found;
  for (const auto& [name, time] : functions)
    if (time.part > mostly * time.all) found.insert(name);
  return found;
}

void Found::add(LineFacts& line, double share) {
  share = std::min(share, line.all);
  if (share <= 0) return;
  all_ += share;
  lines_.emplace_back(&line, share);
  if (share > most_share_) {
    most_share_ = share;
    most_ = &line;
  }
}

ProgramFinding Found::finish(ProgramFinding finding) {
  if (most_ != nullptr && !finding.place) finding.place = report_line(*most_);
  for (auto& [line, share] : lines_) {
    facts_.add(*line, -1);
    line->shrink(1 - share / line->all);
    facts_.add(*line);
  }
  return finding;
}

}  // namespace lithe::program
