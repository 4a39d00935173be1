// JSON from outside is looked at before it is parsed: what handles it calls itself for each level.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::base {

inline constexpr std::size_t kDeepestJson = 64;

// Whether brackets outside of texts are nested deeper than kDeepestJson.
inline bool nests_too_deep(std::string_view json) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\')
      ++i;
    else if (c == '"')
      in_text = !in_text;
    else if (!in_text && (c == '[' || c == '{') && ++depth > kDeepestJson)
      return true;
    else if (!in_text && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return false;
}

}  // namespace lithe::base
