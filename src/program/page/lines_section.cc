// The program's own lines with their time, and the source around them.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "program/page/sections.h"
#include "program/paths.h"

namespace lithe::program::page {

namespace {

constexpr std::size_t kShown = 20;
constexpr double kWorthACell = 0.0005;

// Narrow pages show the name of the part beside it.
std::string cell(double share, const char* part) {
  return share < kWorthACell ? "<td></td>"
                             : fmt::format("<td data-part=\"{}\">{}</td>", part, percent(share));
}

std::string line_row(const ProgramLine& line, const std::string& folder) {
  const std::string in = line.function.empty() ? "" : " in " + line.function;
  return fmt::format(
      "<tr><td data-part=\"share\">{}</td>{}{}{}{}<td class=\"text\"><code>{}</code><span "
      "class=\"soft place\">{}{}"
      "</span></td></tr>\n",
      percent(line.share), cell(line.interpreter, "interpreter"), cell(line.native, "compiled"),
      cell(line.system, "system"), cell(line.waiting, "waiting"), text(line.text),
      text(where(line, folder)), text(in));
}

std::string line_table(const ProgramReport& report, std::size_t from, std::size_t to,
                       const std::string& folder) {
  std::string rows;
  for (std::size_t i = from; i < to; ++i) rows += line_row(report.lines[i], folder);
  return "<div class=\"scroll\"><table class=\"lines\"><tr><th>share</th><th>interpreter</th>"
         "<th>compiled</th><th>system</th><th>waiting</th><th class=\"text\">line</th></tr>\n" +
         rows + "</table></div>\n";
}

std::string expanded(const std::string& line) {
  std::string spaces;
  for (const char c : line) spaces += c == '\t' ? std::string(4, ' ') : std::string(1, c);
  return spaces;
}

using SharesByLine = std::map<std::pair<std::string, int>, double>;

std::string excerpt_rows(const SourceExcerpt& excerpt, const SharesByLine& shares) {
  std::string rows;
  int number = excerpt.first;
  for (const std::string& line : excerpt.lines) {
    const auto at = shares.find({excerpt.file, number});
    const double share = at == shares.end() ? 0 : at->second;
    rows += fmt::format("<tr{}><td>{}</td><td>{}</td><td class=\"source\">{}</td></tr>\n",
                        share > 0 ? " class=\"hot\"" : "", number++,
                        share > 0 ? percent(share) : "", text(expanded(line)));
  }
  return rows;
}

std::string listings(const ProgramReport& report, const std::string& folder) {
  SharesByLine shares;
  for (const ProgramLine& line : report.lines) shares[{line.file, line.line}] += line.share;
  std::string html;
  std::string_view last;
  for (const SourceExcerpt& excerpt : report.sources) {
    if (excerpt.file != last) {
      if (!last.empty()) html += "</table></div></details>\n";
      html += fmt::format(
          "<details{}><summary><code>{}</code></summary><div class=\"scroll\"><table "
          "class=\"listing\">\n",
          last.empty() ? " open=\"open\"" : "", text(below(excerpt.file, folder)));
      last = excerpt.file;
    } else {
      html += "<tr class=\"gap\"><td colspan=\"3\">…</td></tr>\n";
    }
    html += excerpt_rows(excerpt, shares);
  }
  return html.empty() ? html : "<h3>Source</h3>\n" + html + "</table></div></details>\n";
}

}  // namespace

std::string lines_section(const ProgramReport& report) {
  std::string html = "<section>\n<h2>Lines of the program</h2>\n";
  if (report.lines.empty())
    return html + "<p>No line of the program's own source was seen.</p>\n</section>\n";
  const std::string folder = common_folder(report);
  const std::size_t count = report.lines.size(), shown = std::min(kShown, count);
  html += fmt::format(
      "<p>Each line with the time that it and all that it calls outside the program's own code "
      "take, in shares of the main thread's time in {}: in the interpreter, in compiled code, in "
      "the system, and waiting.</p>\n",
      report.lines_of_later_epochs ? "the epochs after the first" : "the whole run");
  html += line_table(report, 0, shown, folder);
  if (shown < count)
    html += fmt::format("<details><summary>{} more lines</summary>{}</details>\n", count - shown,
                        line_table(report, shown, count, folder));
  return html + listings(report, folder) + "</section>\n";
}

}  // namespace lithe::program::page
