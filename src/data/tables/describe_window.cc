// The first window of a table and its answers, for a person.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/figure.h"
#include "lithe/table.h"

namespace lithe {

namespace {

constexpr std::size_t kMostShown = 12, kShownAtEnds = 4;  // of a window: whole, or each end
constexpr std::size_t kMostShownChannels = 6;

// "  48  96.7  85"
std::string window_row(std::size_t number, const float* values, std::size_t channels) {
  std::string text = fmt::format("  {:>6}", number);
  for (std::size_t n = 0; n < std::min(channels, kMostShownChannels); ++n)
    text += fmt::format("  {:>10}", base::figure(static_cast<double>(values[n])));
  return text + (channels > kMostShownChannels ? "  ..." : "");
}

std::string window_header(const WindowReport& windows) {
  std::string text = fmt::format("  {:>6}", "row");
  for (std::size_t n = 0; n < std::min(windows.channels.size(), kMostShownChannels); ++n)
    text += fmt::format("  {:>10.10}", windows.channels[n]);
  return text + (windows.channels.size() > kMostShownChannels ? "  ..." : "");
}

}  // namespace

std::vector<std::string> describe_first_window(const TableData& table) {
  const Examples& part = table.data.train.features.rows > 0 ? table.data.train : table.data.test;
  if (!table.windows || part.features.rows == 0) return {};
  const WindowReport& w = *table.windows;
  const std::size_t length = w.options.length, channels = w.channels.size();
  const auto* values = reinterpret_cast<const float*>(part.features.row(0));
  const bool trained = table.data.train.features.rows > 0;
  const auto& places = trained ? w.train_places : w.test_places;
  const std::string of =
      places.empty() ? "" : fmt::format(" of {:.60}", w.series[places[0].series]);
  std::vector<std::string> lines = {
      fmt::format("The first window, rows 1 to {}{}, and its answer{}", length, of,
                  w.answers.size() == 1 ? "" : "s"),
      window_header(w)};
  for (std::size_t row = 0; row < length; ++row) {
    if (length > kMostShown && row == kShownAtEnds) {
      lines.push_back("     ...");
      row = length - kShownAtEnds;
    }
    lines.push_back(window_row(row + 1, values + row * channels, channels));
  }
  const std::size_t targets = w.answers.size() / w.options.horizons.size();
  for (std::size_t i = 0; part.targets != nullptr && i < w.answers.size(); ++i)
    lines.push_back(fmt::format("  {:>6}  answer: {} {}", length + w.options.horizons[i / targets],
                                w.answers[i], base::figure(static_cast<double>(part.targets[i]))));
  return lines;
}

}  // namespace lithe
