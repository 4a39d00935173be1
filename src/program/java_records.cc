#include "program/java_records.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace lithe::program {

namespace {

constexpr std::size_t kLongestRecordLine = 4096, kMostMethods = 256, kMostPositions = 1 << 16;
constexpr std::size_t kMostJavaProcesses = 256, kMostInlined = 64;

template <typename T>
bool take_number(std::string_view& line, char until, T& value, int base = 10) {
  const std::string_view word = base::take_until(line, until);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return !word.empty() && error == std::errc() && end == word.data() + word.size();
}

}  // namespace

CodeMap* JavaRecords::map_of(pid_t process) {
  if (maps_.size() >= kMostJavaProcesses && !maps_.contains(process)) return nullptr;
  return &maps_[process];
}

void JavaRecords::take(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) {
      if (rest_.size() + text.size() <= kLongestRecordLine) rest_ += text;
      return;
    }
    if (rest_.empty()) {
      take_line(text.substr(0, end));
    } else {
      rest_ += text.substr(0, end);
      take_line(rest_);
      rest_.clear();
    }
    text.remove_prefix(end + 1);
  }
}

void JavaRecords::take_line(std::string_view line) {
  const std::string_view kind = base::take_until(line, ' ');
  if (kind == "C") begin(line);
  if (kind == "D") take_other(line);
  if (map_ == nullptr) return;
  if (kind == "M") take_method(line);
  if (kind == "L") take_position(line);
  if (kind != "E") return;
  std::stable_sort(
      function_.positions.begin(), function_.positions.end(),
      [](const CodeMap::Position& a, const CodeMap::Position& b) { return a.end < b.end; });
  if (function_.positions.empty() && !methods_.empty())
    function_.positions = {{function_.start + function_.size, {{methods_.front(), 0}}}};
  map_->add(std::move(function_));
  map_ = nullptr;
}

void JavaRecords::begin(std::string_view line) {
  map_ = nullptr;
  function_ = {};
  methods_.clear();
  pid_t process = 0;
  if (take_number(line, ' ', process) && take_number(line, ' ', function_.start, 16) &&
      take_number(line, ' ', function_.size, 16) && process > 0)
    map_ = map_of(process);
}

void JavaRecords::take_method(std::string_view line) {
  if (methods_.size() >= kMostMethods) return;
  const std::string_view file = base::take_until(line, '\t');
  methods_.push_back(map_->code(file, line));
}

void JavaRecords::take_position(std::string_view line) {
  CodeMap::Position position;
  if (function_.positions.size() >= kMostPositions || !take_number(line, ' ', position.end, 16))
    return;
  while (!line.empty() && position.frames.size() < kMostInlined) {
    std::string_view word = base::take_until(line, ' ');
    std::size_t method = 0;
    int number = 0;
    if (!take_number(word, ':', method) || !take_number(word, ':', number) || number < 0 ||
        method >= methods_.size())
      return;
    position.frames.push_back({methods_[method], number});
  }
  if (!position.frames.empty()) function_.positions.push_back(std::move(position));
}

void JavaRecords::take_other(std::string_view line) {
  pid_t process = 0;
  CodeMap::Function function;
  if (!take_number(line, ' ', process) || !take_number(line, ' ', function.start, 16) ||
      !take_number(line, ' ', function.size, 16) || process <= 0)
    return;
  CodeMap* map = map_of(process);
  if (map == nullptr) return;
  function.positions = {{function.start + function.size, {{map->code({}, line), 0}}}};
  map->add(std::move(function));
}

}  // namespace lithe::program
