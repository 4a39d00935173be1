#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "program/page/sections.h"
#include "program/paths.h"
#include "report/html.h"

namespace lithe::program::page {

namespace {

// The length of the character at the beginning, or 0 if it is no UTF-8.
std::size_t character_length(std::string_view rest) {
  const auto byte = [&rest](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Too long for its value, a surrogate, or above the last character.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

}  // namespace

std::string text(std::string_view raw) {
  std::string valid;
  while (!raw.empty()) {
    const std::size_t length = character_length(raw);
    valid += length == 0 ? "\xef\xbf\xbd" : raw.substr(0, length);
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return report::escape(valid);
}

std::string percent(double share) {
  constexpr double kSmall = 0.0095;
  return share < kSmall ? fmt::format("{:.1f}%", 100 * share) : fmt::format("{:.0f}%", 100 * share);
}

std::string seconds(double amount) { return fmt::format("{:.3g} s", amount); }

std::string common_folder(const ProgramReport& report) {
  std::vector<std::string> files;
  for (const ProgramLine& line : report.lines) files.push_back(line.file);
  return program::common_folder(files);
}

std::string where(const ProgramLine& line, const std::string& folder) {
  return fmt::format("{}:{}", below(line.file, folder), line.line);
}

}  // namespace lithe::program::page
