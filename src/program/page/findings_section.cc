// The findings: the first ones in full, the others folded.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "program/amounts.h"
#include "program/page/sections.h"

namespace lithe::program::page {

namespace {

constexpr int kOpen = 5;

const char* source_of_cost(const ProgramFinding& finding) {
  if (finding.tried) return "tried: the program ran with the change and without it";
  if (finding.factor == 0) return "";
  return finding.estimated ? "estimated" : "measured";
}

// With a capital at its beginning, if a word is there and not a name in a program.
std::string sentence(std::string words) {
  const std::size_t end = words.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (words.empty() || end == 0) return words;
  if (end == words.npos || words[end] == ' ' || words[end] == ',')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

std::string row(const char* label, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, html);
}

std::string block(const std::string& raw) {
  if (raw.empty()) return {};
  std::string html = "<pre>";
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = std::min(raw.find('\n', at), raw.size());
    html += (at > 0 ? "\n" : "") + text(std::string_view(raw).substr(at, end - at));
    at = end + 1;
  }
  return html + "</pre>";
}

std::string place_of(const ProgramFinding& finding) {
  if (!finding.place) return {};
  const ProgramLine& line = *finding.place;
  return fmt::format("<code>{}:{}</code>{}{}", text(line.file), line.line,
                     line.function.empty() ? "" : ", in <code>" + text(line.function) + "</code>",
                     block(line.text));
}

std::string one(int number, const ProgramFinding& finding) {
  std::string commands;
  for (const std::string& command : finding.commands) commands += command + "\n";
  std::string html = fmt::format(
      "<details{}><summary><span class=\"number\">{}</span> <b>{}</b> "
      "<span class=\"cost\">{}</span> <span class=\"soft\">{}</span></summary>\n<dl>\n",
      number <= kOpen ? " open=\"open\"" : "", number, text(sentence(finding.problem)),
      text(cost_text(finding)), source_of_cost(finding));
  html += row("Where", place_of(finding));
  html += row("Measured", text(sentence(finding.evidence)));
  html += row("Only if", text(finding.only_if));
  html += row("What to do", text(sentence(finding.remedy)));
  html += row("For example", block(finding.instead));
  html += row("Commands", block(commands));
  html += row("To check", block(finding.check));
  return html + "</dl></details>\n";
}

}  // namespace

std::string findings_section(const ProgramReport& report) {
  std::string html = "<section>\n<h2>Findings</h2>\n", small;
  int number = 0;
  for (const ProgramFinding& finding : report.findings)
    if (is_worth_words(finding))
      html += one(++number, finding);
    else
      small += (small.empty() ? "" : ", ") + text(finding.name);
  if (number == 0) html += "<p>Nothing makes it slow that could be seen.</p>\n";
  if (!small.empty())
    html += fmt::format("<p class=\"soft\">Below 1.05 times each: {}.</p>\n", small);
  return html + "</section>\n";
}

}  // namespace lithe::program::page
