#include "doctor_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "terminal.h"

namespace lithe::app {

namespace {

constexpr double kNoticeable = 1.05;  // a factor that is worth a word

std::string cost(const Finding& finding) {
  if (finding.factor < kNoticeable) return "cost unknown";
  return fmt::format("{}{:.1f} times slower", finding.estimated ? "about " : "", finding.factor);
}

}  // namespace

std::string finding_text(int number, const std::string& costs, const Finding& finding) {
  std::string text = fmt::format("{}. {}: {}\n", number, costs, finding.problem);
  const auto line = [&text](const char* label, const std::string& words) {
    if (!words.empty()) text += fmt::format("   {:10}{}\n", label, words);
  };
  line("only if", finding.only_if);
  line("measured", finding.evidence);
  line("do", finding.remedy);
  for (const std::string& command : finding.commands) line("", "  " + unbroken(command));
  line("check", unbroken(finding.check));
  return text;
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  int number = 0;
  for (const Finding& finding : findings) text += finding_text(++number, cost(finding), finding);
  return text;
}

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
  auto all = nlohmann::ordered_json::array();
  for (const Finding& f : findings)
    all.push_back({{"name", f.name},
                   {"problem", f.problem},
                   {"factor", f.factor},
                   {"estimated", f.estimated},
                   {"only_if", f.only_if},
                   {"evidence", f.evidence},
                   {"remedy", f.remedy},
                   {"commands", f.commands},
                   {"check", f.check}});
  return all;
}

namespace {

// What costs only some programs is told of in a line, unless everything is asked for.
std::string verdict(std::size_t costly, std::size_t conditional, bool all) {
  std::string text;
  if (costly == 0) text = "Nothing that could be seen makes numeric programs slow here";
  if (conditional == 0 || all) return text.empty() ? text : text + ".\n";
  const bool one = conditional == 1;
  return text + fmt::format("{}{} thing{} slow{} only programs that do {}: lithe doctor --all\n",
                            text.empty() ? "" : "; ", conditional, one ? "" : "s", one ? "s" : "",
                            one ? "it" : "them");
}

}  // namespace

std::string checkup_text(const Checkup& checkup, bool all) {
  const auto& findings = checkup.report.findings;
  const auto costly = static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [](const Finding& f) { return f.only_if.empty(); }));
  // Those that cost everyone come first.
  const std::vector<Finding> shown(findings.begin(),
                                   all ? findings.end() : findings.begin() + costly);
  std::string text = findings_text(shown) + verdict(costly, findings.size() - costly, all);
  for (const std::string& name : checkup.trials.left_out)
    text += fmt::format("Not looked at, for want of time: {}\n", name);
  if (!all) return text;
  for (const Check& check : checkup.checks)
    if (check.passed) text += fmt::format("fine: {:16}{}\n", check.name, check.observed);
  return text + fmt::format("{:.1f} s\n", checkup.seconds);
}

namespace {

using Json = nlohmann::ordered_json;

Json threads_json(const BlasThreads& blas, const OpenMpThreads& openmp) {
  Json products = Json::array();
  for (const ProductTrial& p : blas.products)
    products.push_back({{"rows", p.rows},
                        {"inner", p.inner},
                        {"columns", p.columns},
                        {"default_seconds", p.by_default},
                        {"one_seconds", p.one},
                        {"all_seconds", p.all}});
  return {{"blas",
           {{"path", blas.path},
            {"problem", blas.problem},
            {"default", blas.by_default},
            {"all", blas.all},
            {"products", std::move(products)}}},
          {"openmp",
           {{"problem", openmp.problem},
            {"default", openmp.by_default},
            {"all", openmp.all},
            {"default_seconds", openmp.default_seconds},
            {"one_seconds", openmp.one_seconds},
            {"all_seconds", openmp.all_seconds}}}};
}

Json page_json(const PageCost& cost) {
  return {{"touch_seconds", cost.touch}, {"read_seconds", cost.read}};
}

// What was measured, 0 where it was not.
Json trials_json(const MachineTrials& t) {
  return {{"granted",
           {{"threads", t.granted.threads},
            {"processors", t.granted.processors},
            {"others", t.granted.others},
            {"stolen", t.granted.stolen},
            {"stopped_periods", t.granted.stopped_periods},
            {"hot_events", t.granted.hot_events}}},
          {"threads", threads_json(t.blas, t.openmp)},
          {"denormals",
           {{"float32", t.denormals.float32},
            {"float64", t.denormals.float64},
            {"flushed", t.denormals.flushed}}},
          {"memory", {{"threads", t.memory.threads}, {"one", t.memory.one}, {"all", t.memory.all}}},
          {"huge_pages",
           {{"mode", t.pages.mode},
            {"bytes", t.pages.bytes},
            {"small", page_json(t.pages.small)},
            {"huge", page_json(t.pages.huge)},
            {"by_default", page_json(t.pages.by_default)}}},
          {"left_out", t.left_out}};
}

}  // namespace

std::string checkup_json(const Checkup& checkup) {
  Json checks = Json::array();
  for (const Check& one : checkup.checks)
    checks.push_back({{"name", one.name}, {"observed", one.observed}, {"passed", one.passed}});
  constexpr std::size_t kColumns = 80;
  return Json{{"version", LITHE_VERSION},
              {"text", fold(checkup_text(checkup, false), kColumns)},
              {"machine", checkup.report.identity.key()},
              {"seconds", checkup.seconds},
              {"findings", findings_json(checkup.report.findings)},
              {"checks", std::move(checks)},
              {"trials", trials_json(checkup.trials)}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace lithe::app
