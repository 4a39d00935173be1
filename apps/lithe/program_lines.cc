#include "program_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "program/paths.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr std::size_t kLabel = 13, kLeastText = 12;

// At most `most` characters, with dots where some are left out.
std::string cut_to(std::string_view text, std::size_t most) {
  std::string result;
  std::size_t characters = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    if (begins && ++characters > most) break;
    result += c;
  }
  if (characters <= most) return result;
  while (!result.empty() && (static_cast<unsigned char>(result.back()) & 0xc0) == 0x80)
    result.pop_back();
  for (int dots = 0; dots < 3 && !result.empty();) {
    const bool begins = (static_cast<unsigned char>(result.back()) & 0xc0) != 0x80;
    result.pop_back();
    dots += begins ? 1 : 0;
  }
  return result + "...";
}

// The end of a path, where the name of the file is.
std::string end_of_path(std::string_view path, std::size_t most) {
  if (path.size() <= most) return std::string(path);
  return "..." + std::string(path.substr(path.size() - (most - 3)));
}

std::string folder_of(const std::vector<ProgramLine>& lines) {
  std::vector<std::string> files;
  for (const ProgramLine& line : lines) files.push_back(line.file);
  return program::common_folder(files);
}

// A share in a column of its own; nothing where there is next to none.
std::string column(double share, int width) {
  return share < 0.005 ? std::string(static_cast<std::size_t>(width), ' ')
                       : fmt::format("{:{}.0f}%", 100 * share, width - 1);
}

// Only programs with an interpreter have a column for it.
std::string file_listing(const std::vector<const ProgramLine*>& lines, bool interpreter) {
  const std::size_t before = interpreter ? 50 : 38;
  const std::size_t width = std::max(terminal_width(), before + kLeastText);
  std::string text = fmt::format("share {}compiled system waiting   line  source\n",
                                 interpreter ? "interpreter " : "");
  for (const ProgramLine* line : lines)
    text += unbroken(fmt::format("{} {}{} {} {}  {:5}  {}", column(line->share, 5),
                                 interpreter ? column(line->interpreter, 11) + " " : "",
                                 column(line->native, 8), column(line->system, 6),
                                 column(line->waiting, 7), line->line,
                                 cut_to(visible(line->text), width - before))) +
            "\n";
  return text;
}

}  // namespace

std::vector<std::string> costly_lines(const ProgramReport& report, std::size_t most) {
  constexpr std::size_t kShare = 6, kMostWhere = 30;
  const std::string folder = folder_of(report.lines);
  const std::size_t count = std::min(most, report.lines.size());
  std::vector<std::string> wheres;
  std::size_t widest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const ProgramLine& line = report.lines[i];
    wheres.push_back(end_of_path(
        visible(fmt::format("{}:{}", program::below(line.file, folder), line.line)), kMostWhere));
    widest = std::max(widest, wheres.back().size());
  }
  const std::size_t before = kLabel + kShare + widest + 2;
  const std::size_t room = std::max(terminal_width(), before + kLeastText) - before;
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back(
        unbroken(fmt::format("{:3.0f}%  {:{}}  {}", 100 * report.lines[i].share, wheres[i], widest,
                             cut_to(visible(report.lines[i].text), room))));
  return rows;
}

std::string lines_listing(const ProgramReport& report) {
  std::vector<std::string> order;  // of files: the most costly line first
  std::map<std::string, std::vector<const ProgramLine*>> by_file;
  for (const ProgramLine& line : report.lines) {
    if (!by_file.contains(line.file)) order.push_back(line.file);
    by_file[line.file].push_back(&line);
  }
  const bool interpreter = std::any_of(report.lines.begin(), report.lines.end(),
                                       [](const ProgramLine& l) { return l.interpreter > 0; });
  std::string text;
  const std::string folder = folder_of(report.lines);
  for (const std::string& file : order) {
    std::vector<const ProgramLine*>& lines = by_file[file];
    std::stable_sort(lines.begin(), lines.end(),
                     [](const ProgramLine* a, const ProgramLine* b) { return a->line < b->line; });
    text += fmt::format("\n{}\n", visible(program::below(file, folder))) +
            file_listing(lines, interpreter);
  }
  return text.empty() ? "\nNo line of the program's own source was seen.\n" : text;
}

}  // namespace lithe::app
