#include "report/class_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/html.h"

namespace lithe::report {

namespace {

using Anchor = Drawing::Anchor;

constexpr std::size_t kMostLabel = 18, kMostHint = 60;  // characters of a class's name
constexpr double kCharacter = 0.6;  // about the width of a letter over its height

// The layout of a matrix, in pixels.
struct Matrix {
  double cell, font, left, top;
  bool upright;  // the names of the columns are turned by 90 degrees
};

Matrix layout(const std::vector<std::string>& labels) {
  std::size_t longest = 1;
  for (const std::string& label : labels) longest = std::max(longest, label.size());
  Matrix m{};
  m.cell = std::clamp(560 / static_cast<double>(labels.size()), 9.0, 56.0);
  m.font = std::clamp(m.cell * 0.8, 8.0, 12.0);
  const double length = static_cast<double>(std::min(longest, kMostLabel)) * m.font * kCharacter;
  m.upright = length > m.cell - 4;
  m.left = length + 34;
  m.top = (m.upright ? length : m.font) + 32;
  return m;
}

void draw_names(Drawing& drawing, const Matrix& m, const std::vector<std::string>& labels) {
  const double side = m.cell * static_cast<double>(labels.size());
  drawing.text({m.left, 14}, "predicted class", Anchor::start, 12, kSoft);
  drawing.text_upwards({14, m.top + std::min(side, 80.0)}, "true class", 12, kSoft);
  for (std::size_t c = 0; c < labels.size(); ++c) {
    const double middle = (static_cast<double>(c) + 0.5) * m.cell;
    const double baseline = middle + m.font * 0.35;
    drawing.text({m.left - 6, m.top + baseline}, labels[c], Anchor::end, m.font, kInk);
    if (m.upright)
      drawing.text_upwards({m.left + baseline, m.top - 6}, labels[c], m.font, kInk);
    else
      drawing.text({m.left + middle, m.top - 6}, labels[c], Anchor::middle, m.font, kInk);
  }
}

// Every line where cells are large, every tenth where they are small.
void draw_grid(Drawing& drawing, const Matrix& m, std::size_t classes) {
  const double side = m.cell * static_cast<double>(classes);
  const std::size_t step = m.cell < 14 ? 10 : 1;
  for (std::size_t c = 0; c <= classes; ++c) {
    if (c % step != 0 && c != classes) continue;
    const double at = m.cell * static_cast<double>(c);
    drawing.line({m.left + at, m.top}, {m.left + at, m.top + side}, kLine);
    drawing.line({m.left, m.top + at}, {m.left + side, m.top + at}, kLine);
  }
}

void draw_cell(Drawing& drawing, const Matrix& m, const ConfusionCell& cell, double share,
               const std::vector<std::string>& names) {
  const Point corner{m.left + m.cell * static_cast<double>(cell.predicted),
                     m.top + m.cell * static_cast<double>(cell.truth)};
  const bool correct = cell.truth == cell.predicted;
  // Errors are a few in a hundred; the root makes them visible.
  const double strength =
      correct ? 0.1 + 0.9 * share : std::clamp(std::sqrt(share) * 1.2, 0.14, 1.0);
  drawing.box({corner.x + 0.5, corner.y + 0.5}, m.cell - 1, m.cell - 1, correct ? kBlue : kOrange,
              strength,
              fmt::format("{}, predicted as {}: {} ({:.2f}% of the class)",
                          shorten(names[cell.truth], kMostHint),
                          shorten(names[cell.predicted], kMostHint), cell.count, 100 * share));
  const std::string number = fmt::format("{}", cell.count);
  const double font =
      std::min(13.0, (m.cell - 4) / (kCharacter * static_cast<double>(number.size())));
  if (m.cell < 18 || font < 7) return;
  drawing.text({corner.x + m.cell / 2, corner.y + m.cell / 2 + font * 0.35}, number, Anchor::middle,
               font, strength > 0.55 ? "var(--paper)" : kInk);
}

// The layout of a reliability diagram: the square, and the counts below it.
constexpr double kMatrixLeft = 48, kSide = 270, kMatrixTop = 44, kCounts = 44, kMatrixGap = 12;
constexpr double kMatrixBottom = kMatrixTop + kSide, kLowest = kMatrixBottom + kMatrixGap + kCounts;

void draw_bin(Drawing& drawing, const ReliabilityBin& bin, const Axis& x, const Axis& y,
              std::size_t most) {
  const double left = x.at(bin.low) + 1, width = x.at(bin.high) - x.at(bin.low) - 2;
  const std::string hint = fmt::format("{} examples: accuracy {:.1f}%, confidence {:.1f}%",
                                       bin.count, 100 * bin.accuracy, 100 * bin.confidence);
  const double both = std::min(bin.accuracy, bin.confidence);
  const double either = std::max(bin.accuracy, bin.confidence);
  drawing.box({left, y.at(both)}, width, kMatrixBottom - y.at(both), kBlue, 0.7, hint);
  drawing.box({left, y.at(either)}, width, y.at(both) - y.at(either),
              bin.accuracy < bin.confidence ? kOrange : kGreen, 0.7, hint);
  const double height =
      std::max(1.0, kCounts * static_cast<double>(bin.count) / static_cast<double>(most));
  drawing.box({left, kLowest - height}, width, height, kSoft, 0.6, hint);
}

}  // namespace

std::string draw_confusion(const std::vector<ConfusionCell>& cells,
                           const std::vector<std::string>& names) {
  std::vector<std::string> labels;
  for (const std::string& name : names) labels.push_back(shorten(name, kMostLabel));
  std::vector<double> rows(names.size());
  for (const ConfusionCell& cell : cells) rows[cell.truth] += static_cast<double>(cell.count);
  const Matrix m = layout(labels);
  const double side = m.cell * static_cast<double>(names.size());
  Drawing drawing(m.left + side + 8, m.top + side + 8);
  draw_names(drawing, m, labels);
  draw_grid(drawing, m, names.size());
  for (const ConfusionCell& cell : cells)
    draw_cell(drawing, m, cell, static_cast<double>(cell.count) / rows[cell.truth], names);
  return drawing.finish_within(
      "confusion matrix: true classes by row, predicted classes by column");
}

std::string draw_reliability(std::string_view title, const std::vector<ReliabilityBin>& bins) {
  Drawing drawing(kMatrixLeft + kSide + 14, kLowest + 40);
  const Axis x(0, 1, kMatrixLeft, kMatrixLeft + kSide), y(0, 1, kMatrixBottom, kMatrixTop);
  drawing.text({kMatrixLeft, 16}, title, Anchor::start, 14, kInk);
  drawing.text({kMatrixLeft, 33}, "accuracy", Anchor::start, 11, kSoft);
  drawing.text({kMatrixLeft + kSide / 2, kLowest + 33}, "confidence", Anchor::middle, 11, kSoft);
  drawing.text({kMatrixLeft - 7, kLowest - kCounts / 2 + 4}, "count", Anchor::end, 10, kSoft);
  for (const Axis::Tick& tick : x.ticks()) {
    drawing.line({kMatrixLeft, y.at(tick.value)}, {kMatrixLeft + kSide, y.at(tick.value)}, kLine);
    drawing.text({kMatrixLeft - 7, y.at(tick.value) + 4}, tick.label, Anchor::end, 11, kSoft);
    drawing.text({x.at(tick.value), kLowest + 16}, tick.label, Anchor::middle, 11, kSoft);
  }
  std::size_t most = 1;
  for (const ReliabilityBin& bin : bins) most = std::max(most, bin.count);
  for (const ReliabilityBin& bin : bins)
    if (bin.count > 0) draw_bin(drawing, bin, x, y, most);
  drawing.line({kMatrixLeft, kMatrixBottom}, {kMatrixLeft + kSide, kMatrixTop}, kInk, 1);
  return drawing.finish_within(title);
}

}  // namespace lithe::report
