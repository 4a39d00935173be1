// Names of stages, short enough for tables and pictures.
#pragma once

#include <string>
#include <string_view>

namespace lithe::report {

// "1 dense(30, sigmoid): forward + 1 dense(30, sigmoid): activation" becomes "1 dense: forward +
// activation", and what is longer than `most` characters ends in dots.
inline std::string short_stage_name(std::string_view name, std::size_t most) {
  std::string result;
  int depth = 0;
  for (const char c : name) {
    if (c == '(') ++depth;
    if (depth == 0) result += c;
    if (c == ')') --depth;
  }
  // What is fused from the same layer.
  for (std::size_t from = 0, at = 0; (at = result.find(" + ", from)) != result.npos;
       from = at + 3) {
    const std::size_t colon = result.find(": ");
    if (colon == result.npos) break;
    const std::string layer = result.substr(0, colon + 2);
    if (result.compare(at + 3, layer.size(), layer) == 0) result.erase(at + 3, layer.size());
  }
  if (result.size() <= most) return result;
  result.resize(most - 2);
  return result + "..";
}

}  // namespace lithe::report
