// One page about a run of a program.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

#include "program/amounts.h"
#include "program/page/script.h"
#include "program/page/sections.h"
#include "program/page/style.h"
#include "report/html.h"
#include "report/page_style.h"

namespace lithe {

namespace program::page {

namespace {

std::string command_of(const ProgramReport& report) {
  constexpr std::size_t kMost = 300;
  return text(report::shorten(fmt::format("{}", fmt::join(report.command, " ")), kMost));
}

// "python3 train.py": without folders, and without what comes after the script.
std::string title_of(const ProgramReport& report) {
  constexpr std::size_t kMost = 60;
  std::string title;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, report.command.size()); ++i) {
    const std::string& word = report.command[i];
    title += (i > 0 ? " " : "") + word.substr(word.rfind('/') + 1);
  }
  return text(report::shorten(title, kMost));
}

// Nothing is loaded, and no script runs but the page's own.
std::string page_head(const ProgramReport& report) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>lithe doctor: {}</title>\n<style>{}{}</style>\n</head>\n<body>\n",
      kScriptHash, title_of(report), report::kPageStyle, kStyle);
}

std::string card(const char* label, const std::string& value, const std::string& more) {
  return fmt::format("<div class=\"card\"><span>{}</span><b>{}</b><span>{}</span></div>\n", label,
                     text(value), text(more));
}

std::string end_of(const ProgramReport& report) {
  if (report.process != 0) return fmt::format("of process {}", report.process);
  if (report.signal != 0) return fmt::format("ended by signal {}", report.signal);
  return fmt::format("ended with status {}", report.status);
}

std::string cards(const ProgramReport& r) {
  std::string all = card("time", seconds(r.seconds), end_of(r));
  all += card("processor time", seconds(r.user_seconds + r.system_seconds),
              fmt::format("{} of it in the system", seconds(r.system_seconds)));
  if (r.epochs.size() > 1 && !r.divided)
    all += card("later epochs", seconds(usual_epoch(r).seconds),
                fmt::format("each; the first took {}", seconds(r.epochs.front().seconds)));
  all += card("memory", bytes_text(r.memory_bytes), "most resident in one process");
  all += card("threads", fmt::format("{}", r.threads),
              fmt::format("at most in a process; {} process{}; {:.3g} processors", r.processes,
                          r.processes == 1 ? "" : "es", r.processors));
  return "<div class=\"cards\">\n" + all + "</div>\n";
}

}  // namespace

}  // namespace program::page

std::string program_page(const ProgramReport& report) {
  using namespace program::page;
  std::string page = page_head(report);
  page += fmt::format("<header>\n<h1>Report on {}</h1>\n<p><code>{}</code></p>\n</header>\n",
                      title_of(report), command_of(report));
  page += cards(report);
  page += findings_section(report) + timeline_section(report) + flame_section(report) +
          lines_section(report) + facts_section(report);
  page += fmt::format("<script>{}</script>\n", kScript);
  return page + "</body>\n</html>\n";
}

}  // namespace lithe
