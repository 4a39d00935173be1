// Whether HTML and SVG that the library writes is sound: tags balance, attributes are quoted, text
// is escaped. Stricter than browsers are: void elements have to close themselves.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::test {

// An ampersand stands only where one of the five entities begins.
inline bool is_escaped(std::string_view text) {
  for (std::size_t at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
    bool known = false;
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      known = known || text.substr(at).starts_with(entity);
    if (!known) return false;
  }
  return text.find('<') == text.npos;
}

// The name of a tag from its inside, "" where its attributes are no ` name="value"`.
inline std::string tag_name(std::string_view inside) {
  const auto is_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == ':';
  };
  std::size_t at = 0;
  while (at < inside.size() && is_name(inside[at])) ++at;
  const std::string name(inside.substr(0, at));
  while (at < inside.size()) {
    if (inside[at++] != ' ') return "";
    const std::size_t start = at;
    while (at < inside.size() && is_name(inside[at])) ++at;
    if (at == start || !inside.substr(at).starts_with("=\"")) return "";
    const std::size_t end = inside.find('"', at + 2);
    if (end == inside.npos || !is_escaped(inside.substr(at + 2, end - at - 2))) return "";
    at = end + 1;
  }
  return name;
}

// "" where it is sound, else what is wrong.
inline std::string markup_fault(std::string_view text) {
  constexpr std::string_view kDoctype = "<!DOCTYPE html>";
  if (text.starts_with(kDoctype)) text.remove_prefix(kDoctype.size());
  std::vector<std::string> open;
  for (;;) {
    const std::size_t start = text.find('<');
    if (!is_escaped(text.substr(0, start)))
      return "not escaped: " + std::string(text.substr(0, 80));
    if (start == text.npos) break;
    const std::size_t end = text.find('>', start);
    if (end == text.npos) return "a tag without an end";
    std::string_view inside = text.substr(start + 1, end - start - 1);
    text.remove_prefix(end + 1);
    const bool closes = inside.starts_with('/'), empty = inside.ends_with('/');
    if (closes) inside.remove_prefix(1);
    if (empty) inside.remove_suffix(1);
    const std::string name = tag_name(inside);
    if (name.empty()) return "no tag: " + std::string(inside.substr(0, 80));
    if (closes && (open.empty() || open.back() != name)) return "closes nothing: " + name;
    if (closes)
      open.pop_back();
    else if (!empty)
      open.push_back(name);
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

// That, and every number in an attribute is one.
inline void expect_well_formed(const std::string& text) {
  EXPECT_EQ(markup_fault(text), "");
  for (const std::string_view bad :
       {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", ",nan", ",inf", " nan", ",-inf", ",-nan"})
    EXPECT_EQ(text.find(bad), text.npos) << bad;
}

}  // namespace lithe::test
