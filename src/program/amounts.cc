#include "program/amounts.h"

#include <fmt/format.h>

#include <array>

namespace lithe::program {

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1000 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.3g} {}", amount, kUnits[unit]);
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string cost_text(const ProgramFinding& f) {
  if (f.factor < 1.005 && !f.tried) return "cost unknown";
  std::string text = fmt::format("{}{:.3g} times as fast without it",
                                 f.estimated && !f.tried ? "about " : "", f.factor);
  if (f.high > f.low && f.low > 0) text += fmt::format(" ({:.3g} to {:.3g})", f.low, f.high);
  return text;
}

bool is_worth_words(const ProgramFinding& finding) {
  constexpr double kWorth = 1.05;
  return finding.factor >= kWorth || finding.factor == 0;
}

}  // namespace lithe::program
