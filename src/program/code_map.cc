#include "program/code_map.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/text.h"

namespace lithe::program {

namespace {

// Limits to what is kept of maps that may hold anything.
constexpr std::size_t kMostFunctions = 1 << 18, kMostGeneratedCodes = 1 << 17;
constexpr std::size_t kLongestName = 512;

bool take_hexadecimal(std::string_view& line, std::uint64_t& value) {
  std::string_view word = base::take_until(line, ' ');
  if (word.starts_with("0x")) word.remove_prefix(2);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
  return !word.empty() && error == std::errc() && end == word.data() + word.size();
}

// Cuts ":12" off the end.
bool cut_number(std::string_view& text, int& number) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon + 1 == text.size()) return false;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || stop != end || number < 0) return false;
  text = text.substr(0, colon);
  return true;
}

// Where the file's name begins in "train step /home/me/train.js".
std::size_t begin_of_file(std::string_view text) {
  std::size_t first = text.npos;
  for (const std::string_view begin : {" /", " node:", " file:///"})
    first = std::min(first, text.find(begin));
  return first == text.npos ? text.rfind(' ') : first;
}

}  // namespace

GeneratedName parse_generated_name(std::string_view text) {
  text = text.substr(0, kLongestName);
  GeneratedName whole{{}, std::string(text), 0};
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return whole;
  const std::string_view kind = text.substr(0, colon);
  constexpr std::string_view kKinds[] = {"JS",     "LazyCompile",         "Function", "Eval",
                                         "Script", "InterpretedFunction", "Callback", "RegExp"};
  if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) return whole;
  text.remove_prefix(colon + 1);
  if (const std::size_t name = text.find_first_not_of("*~^+'"); name != text.npos)
    text.remove_prefix(name);
  GeneratedName parsed;
  int column = 0;
  if (!cut_number(text, column) || !cut_number(text, parsed.line))
    return {{}, std::string(text), 0};
  const std::size_t file = begin_of_file(text);
  std::string_view path = file == text.npos ? text : text.substr(file + 1);
  if (path.starts_with("file://")) path.remove_prefix(7);
  parsed.file = path;
  parsed.name = file == text.npos ? "" : text.substr(0, file);
  if (parsed.name.empty()) parsed.name = "(anonymous)";
  return parsed;
}

std::shared_ptr<const PythonCode> CodeMap::code(std::string_view file, std::string_view name) {
  if (codes_.size() > kMostGeneratedCodes) codes_.clear();
  auto& code = codes_[{std::string(file), std::string(name)}];
  if (code == nullptr) {
    PythonCode made;
    made.file = file;
    made.name = name;
    made.native = true;
    code = std::make_shared<const PythonCode>(std::move(made));
  }
  return code;
}

void CodeMap::add(Function function) {
  if (function.size == 0 || function.start + function.size < function.start) return;
  auto at = functions_.lower_bound(function.start);
  if (at != functions_.begin() &&
      std::prev(at)->first + std::prev(at)->second.size > function.start)
    --at;
  while (at != functions_.end() && at->first < function.start + function.size)
    at = functions_.erase(at);
  if (functions_.size() >= kMostFunctions) functions_.clear();
  const std::uint64_t start = function.start;
  functions_.emplace(start, std::move(function));
}

void CodeMap::add_perf_map(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    Function function;
    if (!take_hexadecimal(line, function.start) || !take_hexadecimal(line, function.size)) continue;
    const GeneratedName name = parse_generated_name(line);
    function.positions = {
        {function.start + function.size, {{code(name.file, name.name), name.line}}}};
    add(std::move(function));
  }
}

std::vector<CodeMap::Frame> CodeMap::find(std::uint64_t address) const {
  auto at = functions_.upper_bound(address);
  if (at == functions_.begin()) return {};
  const Function& function = (--at)->second;
  if (address - function.start >= function.size || function.positions.empty()) return {};
  const auto position =
      std::upper_bound(function.positions.begin(), function.positions.end(), address,
                       [](std::uint64_t value, const Position& one) { return value < one.end; });
  return position == function.positions.end() ? function.positions.back().frames : position->frames;
}

}  // namespace lithe::program
