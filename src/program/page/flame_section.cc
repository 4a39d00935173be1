// The flame graph: the tree as JSON, which the page's script draws.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "program/page/sections.h"

namespace lithe::program::page {

namespace {

using Json = nlohmann::json;

class Tree {
 public:
  Json write(const FlameNode& root) {
    Json tree = node(root);
    return {{"files", std::move(files_)}, {"root", std::move(tree)}};
  }

 private:
  // [kind, name, file, line, seconds, seconds of later epochs, children]
  Json node(const FlameNode& from) {
    Json children = Json::array();
    for (const FlameNode& child : from.children) children.push_back(node(child));
    return Json::array({static_cast<int>(from.kind), from.name, file(from.file), from.line,
                        rounded(from.seconds), rounded(from.later_seconds), std::move(children)});
  }

  static double rounded(double amount) { return std::round(amount * 1e4) / 1e4; }

  std::size_t file(const std::string& name) {
    const auto [at, added] = numbers_.emplace(name, files_.size());
    if (added) files_.push_back(name);
    return at->second;
  }

  Json files_ = Json::array();
  std::map<std::string, std::size_t> numbers_;
};

// JSON that can stand in an element `script`: nothing in it ends the element or begins another.
std::string within_script(const Json& json) {
  std::string safe;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace))
    if (c == '<' || c == '>' || c == '&')
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      safe += c;
  return safe;
}

constexpr std::pair<FlameNode::Kind, const char*> kKinds[] = {
    {FlameNode::Kind::own, "your code"},          {FlameNode::Kind::library, "packages"},
    {FlameNode::Kind::compiled, "compiled code"}, {FlameNode::Kind::system, "the system"},
    {FlameNode::Kind::waiting, "waiting"},
};

std::string kinds() {
  std::string html = "<ul class=\"legend\">\n";
  for (const auto& [kind, words] : kKinds)
    html += fmt::format("<li><i style=\"background:var(--k{})\"></i>{}</li>\n",
                        static_cast<int>(kind), words);
  return html + "</ul>\n";
}

std::string controls(const ProgramReport& report) {
  std::string html =
      "<p class=\"controls\"><label>Search <input id=\"flame-search\" type=\"search\" "
      "autocomplete=\"off\" spellcheck=\"false\"/></label> "
      "<button type=\"button\" id=\"flame-reset\">Show all</button> ";
  if (report.flame.later_seconds > 0)
    html += fmt::format(
        "<label><input type=\"radio\" name=\"flame-part\" value=\"4\"{0}/> whole run</label> "
        "<label><input type=\"radio\" name=\"flame-part\" value=\"5\"{1}/> epochs after the first"
        "</label>",
        report.lines_of_later_epochs ? "" : " checked=\"checked\"",
        report.lines_of_later_epochs ? " checked=\"checked\"" : "");
  return html + "</p>\n<p id=\"flame-words\" class=\"soft\" aria-live=\"polite\"></p>\n";
}

}  // namespace

std::string flame_section(const ProgramReport& report) {
  if (report.flame.seconds <= 0) return {};
  return "<section>\n<h2>Where the time goes</h2>\n"
         "<p>A flame graph of the main thread's time by the clock: a function is as wide as its "
         "share of the time, and what it calls is below it. Click a function, or press Enter, to "
         "enlarge it; the arrow keys move between functions, and Escape shows all again.</p>\n" +
         kinds() + controls(report) +
         "<div id=\"flame\" role=\"group\" aria-label=\"Flame graph\"></div>\n"
         "<noscript><p>The flame graph is drawn by a script in this page, and scripts are turned "
         "off.</p></noscript>\n"
         "<script type=\"application/json\" id=\"flame-data\">" +
         within_script(Tree().write(report.flame)) + "</script>\n</section>\n";
}

}  // namespace lithe::program::page
