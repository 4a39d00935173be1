// What windows are, as text in a model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe {

std::size_t WindowOptions::farthest() const {
  return horizons.empty() ? 0 : *std::ranges::max_element(horizons);
}

std::vector<std::string> WindowOptions::answer_names(
    const std::vector<std::string>& targets) const {
  if (length == 0 || horizons == std::vector<std::size_t>{1}) return targets;
  std::vector<std::string> names;
  for (const std::size_t horizon : horizons)
    for (const std::string& target : targets)
      names.push_back(fmt::format("{}, {} row{} ahead", target, horizon, horizon == 1 ? "" : "s"));
  return names;
}

std::string WindowOptions::to_string() const {
  return fmt::format("{} {} {} {}", length, stride, season, fmt::join(horizons, ","));
}

WindowOptions WindowOptions::parse(const std::string& text) {
  constexpr std::size_t kMost = std::size_t{1} << 32, kMostHorizons = 10'000;
  WindowOptions options;
  options.horizons.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto fail = [&] {
    throw Error(ErrorKind::model, fmt::format("'{:.60}' does not say what windows are", text));
  };
  const auto number = [&](std::size_t least, char behind) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value < least || value > kMost) fail();
    if (behind != 0 && (stop == end || *stop != behind)) fail();
    at = behind == 0 ? stop : stop + 1;
    return value;
  };
  options.length = number(1, ' ');
  options.stride = number(1, ' ');
  options.season = number(0, ' ');
  for (;;) {
    options.horizons.push_back(number(1, 0));
    if (at == end) return options;
    if (*at++ != ',' || options.horizons.size() == kMostHorizons) fail();
  }
}

}  // namespace lithe
