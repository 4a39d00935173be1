#include "lithe/learning_curve.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "lithe/error.h"
#include "report/drawing.h"

namespace lithe {

namespace {

using report::Axis, report::Drawing, report::Point;

constexpr double kWidth = 640, kHeight = 360, kLeft = 70, kRight = 620, kTop = 40, kBottom = 310;
constexpr const char *kTraining = "#2f6fb5", *kEvaluated = "#d9730d", *kSoft = "#777";

// "500k", "1.5M"
std::string in_thousands(double steps) {
  if (steps >= 1e6) return fmt::format("{:g}M", steps / 1e6);
  return steps >= 1e3 ? fmt::format("{:g}k", steps / 1e3) : fmt::format("{:g}", steps);
}

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : ""; }

void draw_axes(Drawing& drawing, const Axis& across, const Axis& up) {
  drawing.line({kLeft, kBottom}, {kRight, kBottom}, kSoft);
  drawing.line({kLeft, kBottom}, {kLeft, kTop}, kSoft);
  for (const Axis::Tick& tick : across.ticks()) {
    drawing.line({across.at(tick.value), kBottom}, {across.at(tick.value), kBottom + 4}, kSoft);
    drawing.text({across.at(tick.value), kBottom + 18}, in_thousands(tick.value),
                 Drawing::Anchor::middle);
  }
  for (const Axis::Tick& tick : up.ticks()) {
    drawing.line({kLeft - 4, up.at(tick.value)}, {kLeft, up.at(tick.value)}, kSoft);
    drawing.text({kLeft - 8, up.at(tick.value) + 4}, tick.label, Drawing::Anchor::end);
  }
  drawing.text({(kLeft + kRight) / 2, kBottom + 38}, "environment steps", Drawing::Anchor::middle);
  drawing.text_upwards({16, (kTop + kBottom) / 2 + 40}, "mean return", 12, "#222");
}

}  // namespace

namespace {

constexpr const char* kColumns = "steps,seconds,mean_return,mean_length,evaluation";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  if (text.ends_with(at) && at == ',') parts.emplace_back();
  return parts;
}

// Reads what cell() wrote: an empty cell is NaN.
std::optional<double> value_of(const std::string& cell) {
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) return {};
  return value;
}

std::optional<LearningCurvePoint> point_of(const std::string& line, std::size_t columns) {
  std::vector<double> values;
  for (const std::string& cell : split(line, ',')) {
    const auto value = value_of(cell);
    if (!value) return {};
    values.push_back(*value);
  }
  if (values.size() != columns || !(values[0] >= 0 && values[0] <= 0x1p53)) return {};
  return LearningCurvePoint{
      static_cast<std::uint64_t>(values[0]), values[1], values[2], values[3], values[4],
      {values.begin() + 5, values.end()}};
}

}  // namespace

LearningCurve read_learning_curve_csv(const std::string& text, const std::string& where) {
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.empty() || !lines.front().starts_with(kColumns))
    throw Error(ErrorKind::data, "this file is not a learning curve", where, "another file name");
  const std::vector<std::string> columns = split(lines.front(), ',');
  LearningCurve curve;
  curve.metric_names.assign(columns.begin() + 5, columns.end());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto point = point_of(lines[i], columns.size());
    if (!point)
      throw Error(ErrorKind::data,
                  fmt::format("line {} does not belong to a learning curve", i + 1), where,
                  "another file name");
    curve.points.push_back(*point);
  }
  return curve;
}

std::string learning_curve_csv(const LearningCurve& curve) {
  std::string result = kColumns;
  for (const std::string& name : curve.metric_names) result += "," + name;
  result += "\n";
  for (const LearningCurvePoint& point : curve.points) {
    result += fmt::format("{},{:.3f},{},{},{}", point.steps, point.seconds, cell(point.mean_return),
                          cell(point.mean_length), cell(point.evaluation));
    for (const double metric : point.metrics) result += "," + cell(metric);
    result += "\n";
  }
  return result;
}

std::string learning_curve_svg(const LearningCurve& curve) {
  std::vector<double> steps = {0}, returns;
  for (const LearningCurvePoint& point : curve.points) {
    steps.push_back(static_cast<double>(point.steps));
    for (const double value : {point.mean_return, point.evaluation})
      if (std::isfinite(value)) returns.push_back(value);
  }
  if (returns.empty()) returns = {0, 1};
  const Axis across(steps, false, kLeft, kRight), up(returns, false, kBottom, kTop);
  Drawing drawing(kWidth, kHeight);
  drawing.text({kLeft, 22}, curve.title, Drawing::Anchor::start, 12);
  draw_axes(drawing, across, up);
  std::vector<Point> line;
  bool evaluated = false;
  for (const LearningCurvePoint& point : curve.points) {
    const double x = across.at(static_cast<double>(point.steps));
    if (std::isfinite(point.mean_return)) line.push_back({x, up.at(point.mean_return)});
    if (!std::isfinite(point.evaluation)) continue;
    drawing.dot({x, up.at(point.evaluation)}, 3.5, kEvaluated);
    evaluated = true;
  }
  drawing.path(line, kTraining, 2);
  drawing.text({kRight, kBottom + 38}, "training", Drawing::Anchor::end, 12, kTraining);
  if (evaluated)
    drawing.text({kLeft, kBottom + 38}, "evaluated", Drawing::Anchor::start, 12, kEvaluated);
  return drawing.finish();
}

}  // namespace lithe
