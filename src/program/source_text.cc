#include "program/source_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace lithe::program {

namespace {

constexpr std::size_t kLongestLine = 200, kMostSourceBytes = 8 << 20, kMostSources = 200;

std::map<std::string, std::string>& known_texts() {
  static std::map<std::string, std::string> texts;
  return texts;
}

std::vector<std::string> lines_in(std::istream& source) {
  std::vector<std::string> lines;
  for (std::string text; std::getline(source, text);) {
    if (text.ends_with('\r')) text.pop_back();
    lines.push_back(text.substr(0, kLongestLine));
  }
  return lines;
}

// Files are named by the program's memory, so that any name is possible: a pipe or a device is not
// read.
std::vector<std::string> read_lines(const std::string& file) {
  if (const auto known = known_texts().find(file); known != known_texts().end()) {
    std::istringstream source(known->second);
    return lines_in(source);
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  if (std::filesystem::file_size(file, error) > kMostSourceBytes || error) return {};
  std::ifstream source(file);
  return lines_in(source);
}

}  // namespace

void SourceText::know(std::map<std::string, std::string> texts) {
  known_texts() = std::move(texts);
}

const std::vector<std::string>& SourceText::lines_of(const std::string& file) {
  const auto at = files_.find(file);
  if (at != files_.end()) return at->second;
  if (files_.size() >= kMostSources) files_.clear();
  return files_[file] = read_lines(file);
}

std::string SourceText::line(const std::string& file, int number) {
  const std::vector<std::string>& lines = lines_of(file);
  if (number < 1 || static_cast<std::size_t>(number) > lines.size()) return {};
  return std::string(base::trim(lines[static_cast<std::size_t>(number) - 1]));
}

int SourceText::indentation(const std::string& file, int number) {
  if (number < 1 || number > count(file)) return 0;
  const std::string& text = lines_of(file)[static_cast<std::size_t>(number) - 1];
  return static_cast<int>(std::min(text.find_first_not_of(" \t"), text.size()));
}

int SourceText::count(const std::string& file) { return static_cast<int>(lines_of(file).size()); }

int SourceText::find_in_function(const std::string& file, int first, std::string_view text) {
  const std::vector<std::string>& lines = lines_of(file);
  if (first < 1) return 0;
  const auto indentation = [](const std::string& line) { return line.find_first_not_of(" \t"); };
  for (auto i = static_cast<std::size_t>(first) - 1; i < lines.size(); ++i) {
    if (lines[i].find(text) != std::string::npos) return static_cast<int>(i) + 1;
    const std::size_t from = indentation(lines[i]);
    const bool later = i >= static_cast<std::size_t>(first);
    // ")" ends a signature of several lines.
    if (later && from != std::string::npos && lines[i][from] != ')' &&
        from <= indentation(lines[static_cast<std::size_t>(first) - 1]))
      return 0;
  }
  return 0;
}

std::vector<SourceExcerpt> SourceText::excerpts(const std::vector<ProgramLine>& lines) {
  constexpr int kAround = 5;
  constexpr std::size_t kMost = 200;
  std::vector<std::string> order;
  std::map<std::string, std::set<int>> wanted;
  for (const ProgramLine& line : lines) {
    const int lines_in_file = count(line.file);
    if (line.line < 1 || line.line > lines_in_file) continue;
    if (!wanted.contains(line.file)) order.push_back(line.file);
    for (int n = std::max(1, line.line - kAround);
         n <= std::min(lines_in_file, line.line + kAround); ++n)
      wanted[line.file].insert(n);
  }
  std::vector<SourceExcerpt> excerpts;
  for (const std::string& file : order) {
    int last = 0;
    for (const int number : wanted[file]) {
      if (last == 0 || number != last + 1) {
        if (excerpts.size() == kMost) return excerpts;
        excerpts.push_back({file, number, {}});
      }
      excerpts.back().lines.push_back(lines_of(file)[static_cast<std::size_t>(number) - 1]);
      last = number;
    }
  }
  return excerpts;
}

}  // namespace lithe::program
