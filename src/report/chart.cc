#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lithe::report {

namespace {

using Anchor = Drawing::Anchor;

constexpr double kLeft = 58, kRight = 14, kTop = 44, kBottom = 46;
constexpr std::size_t kFewPoints = 30;  // are marked
constexpr std::size_t kBars = 40, kMostDots = 2000;
constexpr double kLargeRatio = 30;  // of losses: from there on a logarithm shows more

bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-9; }

std::vector<double> finite(const std::vector<double>& values) {
  std::vector<double> result;
  std::ranges::copy_if(values, std::back_inserter(result),
                       [](double value) { return std::isfinite(value); });
  return result;
}

// The counts of kBars bins of that width.
std::vector<double> count(const std::vector<double>& values, double low, double width) {
  std::vector<double> counts(kBars);
  for (const double value : values) {
    const double place = width > 0 ? (value - low) / width : 0;
    const double last = static_cast<double>(kBars - 1);
    ++counts[static_cast<std::size_t>(std::clamp(std::isfinite(place) ? place : 0, 0.0, last))];
  }
  return counts;
}

}  // namespace

Chart::Chart(std::string_view title, std::string_view across_label, std::string_view up_label,
             const Scale& across, const Scale& up)
    : title_(title),
      drawing_(kWidth, kHeight),
      across_(across.values, across.logarithmic, kLeft, kWidth - kRight),
      up_(up.values, up.logarithmic, kHeight - kBottom, kTop) {
  const double bottom = kHeight - kBottom;
  drawing_.text({kLeft, 16}, title, Anchor::start, 14, kInk);
  drawing_.text({kLeft, 33}, up_label, Anchor::start, 11, kSoft);
  drawing_.text({(kLeft + kWidth - kRight) / 2, kHeight - 8}, across_label, Anchor::middle, 11,
                kSoft);
  for (const Axis::Tick& tick : up_.ticks()) {
    if (up.whole && !is_whole(tick.value)) continue;
    drawing_.line({kLeft, up_.at(tick.value)}, {kWidth - kRight, up_.at(tick.value)}, kLine);
    drawing_.text({kLeft - 7, up_.at(tick.value) + 4}, tick.label, Anchor::end, 11, kSoft);
  }
  for (const Axis::Tick& tick : across_.ticks()) {
    if (across.whole && !is_whole(tick.value)) continue;
    drawing_.line({across_.at(tick.value), bottom}, {across_.at(tick.value), bottom + 4}, kLine);
    drawing_.text({across_.at(tick.value), bottom + 17}, tick.label, Anchor::middle, 11, kSoft);
  }
}

void Chart::line(const std::vector<double>& x, const std::vector<double>& y,
                 std::string_view colour) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(y[i])) {
      points.push_back(at(x[i], y[i]));
      if (x.size() <= kFewPoints) drawing_.dot(points.back(), 2.5, colour);
    } else {
      drawing_.path(points, colour, 2);
      points.clear();
    }
  }
  drawing_.path(points, colour, 2);
}

void Chart::dots(const std::vector<double>& x, const std::vector<double>& y,
                 std::string_view colour) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i]) && std::isfinite(y[i])) drawing_.dot(at(x[i], y[i]), 1.5, colour);
}

void Chart::bar(double from, double to, double value, std::string_view colour, double opacity,
                std::string_view hint) {
  const Point top = at(from, value);
  const double width = across_.at(to) - top.x;
  drawing_.box({top.x + 0.5, top.y}, std::max(0.5, width - 1),
               std::max(0.0, kHeight - kBottom - top.y), colour, opacity, hint);
}

void Chart::straight(Point from, Point to, std::string_view colour, double width) {
  drawing_.line(at(from.x, from.y), at(to.x, to.y), colour, width);
}

void Chart::legend(const std::vector<std::pair<std::string, std::string>>& names_and_colours) {
  double x = kWidth - kRight;
  for (auto one = names_and_colours.rbegin(); one != names_and_colours.rend(); ++one) {
    drawing_.text({x, 33}, one->first, Anchor::end, 11, one->second);
    x -= 12 + 6.2 * static_cast<double>(one->first.size());
  }
}

std::string draw_curves(std::string_view title, std::string_view up_label,
                        const std::vector<double>& epochs, const std::vector<Curve>& curves) {
  Scale across{epochs, false, true}, up;
  std::vector<std::pair<std::string, std::string>> names;
  for (const Curve& curve : curves) {
    const std::vector<double> values = finite(curve.values);
    up.values.insert(up.values.end(), values.begin(), values.end());
    if (!values.empty()) names.emplace_back(curve.name, curve.colour);
  }
  if (up.values.empty()) return "";
  const auto [least, most] = std::ranges::minmax(up.values);
  up.logarithmic = least > 0 && most / least > kLargeRatio;
  Chart chart(title, "epoch", up_label, across, up);
  for (const Curve& curve : curves) chart.line(epochs, curve.values, curve.colour);
  chart.legend(names);
  return chart.finish();
}

std::string draw_histogram(std::string_view title, std::string_view across_label,
                           const std::vector<double>& values, double mark,
                           std::string_view mark_name) {
  Scale across{finite(values)};
  if (across.values.empty()) return "";
  const auto [low, high] = std::ranges::minmax(across.values);
  const double width = (high - low) / static_cast<double>(kBars);
  const std::vector<double> counts = count(across.values, low, width);
  const double most = *std::ranges::max_element(counts);
  across.values = {low, high};
  if (std::isfinite(mark)) across.values.push_back(mark);
  Chart chart(title, across_label, "examples", across, {{0, most}, false, true});
  for (std::size_t i = 0; i < kBars; ++i) {
    const double from = low + width * static_cast<double>(i);  // at least half a pixel wide
    if (counts[i] > 0)
      chart.bar(from, from + width, counts[i], kBlue, 0.75,
                fmt::format("{:.4g} to {:.4g}: {:.0f}", from, from + width, counts[i]));
  }
  if (std::isfinite(mark)) {
    chart.straight({mark, 0}, {mark, most}, kOrange, 2);
    chart.legend({{std::string(mark_name), kOrange}});
  }
  return chart.finish();
}

std::string draw_scatter(std::string_view title, const std::vector<double>& truth,
                         const std::vector<double>& predicted) {
  const std::size_t count = std::min(truth.size(), kMostDots);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < count; ++i) {
    x.push_back(truth[i * truth.size() / count]);
    y.push_back(predicted[i * truth.size() / count]);
  }
  Scale across{finite(x)}, up{finite(y)};
  // Both axes cover the true values, so that the line of equal values fits on the chart.
  up.values.insert(up.values.end(), across.values.begin(), across.values.end());
  if (across.values.empty()) return "";
  const auto [low, high] = std::ranges::minmax(across.values);
  Chart chart(title, "true value", "predicted value", across, up);
  chart.straight({low, low}, {high, high}, kOrange, 1.5);
  chart.dots(x, y, kBlue);
  chart.legend({{"predicted = true", kOrange}});
  return chart.finish();
}

std::string picture_of(const std::vector<std::string>& charts) {
  constexpr std::pair<const char*, const char*> kColours[] = {
      {kInk, "#222"},     {kSoft, "#666"},      {kLine, "#ddd"},
      {kBlue, "#1f5fa8"}, {kOrange, "#c0562b"}, {kGreen, "#2c7a3f"}};
  const double width = Chart::kWidth * static_cast<double>(charts.size());
  std::string picture = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, Chart::kHeight);
  for (std::size_t i = 0; i < charts.size(); ++i) {
    std::string chart = charts[i];
    chart.insert(4, fmt::format(" x=\"{}\"", Chart::kWidth * static_cast<double>(i)));
    picture += chart + "\n";
  }
  for (const auto& [name, colour] : kColours)
    for (std::size_t at = 0; (at = picture.find(name, at)) != picture.npos;)
      picture.replace(at, std::string_view(name).size(), colour);
  return picture + "</svg>\n";
}

}  // namespace lithe::report
