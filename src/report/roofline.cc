// The roofline model (Williams, Waterman and Patterson, 2009): the attainable rate over the
// operations for each byte, and the rate of each stage.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lithe/profile.h"
#include "report/drawing.h"
#include "report/profile_names.h"

namespace lithe {

namespace {

using report::Axis, report::Drawing, report::Point;
using Anchor = Drawing::Anchor;

constexpr double kRoofWidth = 900, kRoofLeft = 70, kRoofRight = 560, kRoofTop = 60,
                 kRoofBottom = 440;
constexpr double kLegendStep = 34;
constexpr const char* kColours[] = {"#1f5fa8", "#c0562b", "#2e7d4f", "#7b4fa3",
                                    "#8a6d00", "#0f7f8c", "#a8325e", "#555555"};
const char* colour(std::size_t i) { return kColours[i % std::size(kColours)]; }

struct Picture {
  Drawing drawing;
  Axis across, up;
  double left, right;  // ends of the axis across
};

void draw_grid(Picture& p) {
  for (const auto& tick : p.up.ticks()) {
    const double y = p.up.at(tick.value);
    p.drawing.line({kRoofLeft, y}, {kRoofRight, y}, "#ececec");
    p.drawing.text({kRoofLeft - 8, y + 4}, fmt::format("{:g}", tick.value), Anchor::end, 11,
                   "#666");
  }
  for (const auto& tick : p.across.ticks()) {
    const double x = p.across.at(tick.value);
    p.drawing.line({x, kRoofTop}, {x, kRoofBottom}, "#ececec");
    p.drawing.text({x, kRoofBottom + 18}, fmt::format("{:g}", tick.value), Anchor::middle, 11,
                   "#666");
  }
  p.drawing.text({(kRoofLeft + kRoofRight) / 2, kRoofBottom + 40}, "operations per byte",
                 Anchor::middle, 12, "#444");
  p.drawing.text_upwards({22, (kRoofTop + kRoofBottom) / 2 + 30}, "GFLOP/s", 12, "#444");
}

// The slope of a level up to where it meets the arithmetic, labelled along the left side.
void draw_roofs(Picture& p, const Profile& profile) {
  const double peak = profile.peak / 1e9;
  double lowest = 1e300;
  for (const ProfileRoof& roof : profile.roofs) {
    const double slope = roof.bytes_per_second / 1e9;
    if (!(slope > 0) || !(peak > 0)) continue;
    const double corner = std::clamp(peak / slope, p.left, p.right);
    lowest = std::min(lowest, corner);
    if (corner <= p.left) continue;  // all that is shown lies under the arithmetic
    double from = p.left;
    while (!p.up.shows(from * slope) && from < corner) from *= 1.02;
    p.drawing.line({p.across.at(from), p.up.at(from * slope)},
                   {p.across.at(corner), p.up.at(corner * slope)}, "#999");
    const std::string name = fmt::format("{} {:.0f} GB/s", roof.name, slope);
    const Point at{p.across.at(from) + 8, p.up.at(from * slope)};
    p.drawing.box({at.x - 3, at.y - 13}, 6.0 * static_cast<double>(name.size()), 14, "white", 0.85);
    p.drawing.text({at.x, at.y - 2}, name, Anchor::start, 10, "#666");
  }
  if (!(peak > 0)) return;
  p.drawing.line({p.across.at(std::min(lowest, p.right)), p.up.at(peak)},
                 {kRoofRight, p.up.at(peak)}, "#222", 1.5);
  p.drawing.text({kRoofRight, p.up.at(peak) - 8}, fmt::format("arithmetic {:.0f} GFLOP/s", peak),
                 Anchor::end, 11, "#222");
}

// A stage with arithmetic, as it is drawn.
struct Mark {
  const ProfileRow* row;
  Point at;
  double radius;
  Point number;  // where its number stands: within the dot, or beside it
};

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

constexpr double kNumber = 7;  // half of what a number takes, and a little air

// The nearest position around the dot where its number overlaps no dot and no other number.
Point place_beside(const std::vector<Mark>& marks, std::size_t i) {
  constexpr double kTurns = 16, kFarthest = 90, kStep = 6;
  const Mark& own = marks[i];
  const auto is_free = [&](Point p) {
    if (p.x < kRoofLeft + kNumber || p.x > kRoofRight - kNumber || p.y < kRoofTop + kNumber ||
        p.y > kRoofBottom - kNumber)
      return false;
    for (std::size_t j = 0; j < marks.size(); ++j)
      if (distance(p, marks[j].at) < marks[j].radius + kNumber ||
          (j < i && distance(p, marks[j].number) < 2 * kNumber))
        return false;
    return true;
  };
  for (double away = own.radius + kNumber + 6; away < kFarthest; away += kStep)
    for (double turn = 0; turn < kTurns; ++turn) {
      const double angle = 2 * std::numbers::pi * turn / kTurns;
      const Point p{own.at.x + away * std::cos(angle), own.at.y - away * std::sin(angle)};
      if (is_free(p)) return p;
    }
  return own.at;
}

// A dot that touches another cannot contain its number.
void place_numbers(std::vector<Mark>& marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const bool touches = std::any_of(marks.begin(), marks.end(), [&](const Mark& other) {
      return &other != &marks[i] &&
             distance(other.at, marks[i].at) < other.radius + marks[i].radius;
    });
    marks[i].number = touches ? place_beside(marks, i) : marks[i].at;
  }
}

// Draws large dots first, so that small ones stay visible, then lines from dots to numbers.
void draw_marks(Drawing& drawing, const std::vector<Mark>& marks) {
  std::vector<std::size_t> order(marks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return marks[a].radius > marks[b].radius; });
  for (const std::size_t i : order) drawing.dot(marks[i].at, marks[i].radius, colour(i));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark& m = marks[i];
    const double away = distance(m.at, m.number);
    if (away > 0) {
      const double end = (away - kNumber) / away;
      drawing.line(m.at,
                   {m.at.x + end * (m.number.x - m.at.x), m.at.y + end * (m.number.y - m.at.y)},
                   "#222", 0.7);
    }
    drawing.text({m.number.x, m.number.y + 3.5}, fmt::format("{}", i + 1), Anchor::middle, 10,
                 away > 0 ? colour(i) : "white");
  }
}

void draw_legend(Drawing& drawing, const std::vector<Mark>& marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const ProfileRow& row = *marks[i].row;
    const double side = kRoofTop + 10 + kLegendStep * static_cast<double>(i);
    drawing.dot({kRoofRight + 28, side - 4}, 8, colour(i));
    drawing.text({kRoofRight + 28, side - 0.5}, fmt::format("{}", i + 1), Anchor::middle, 10,
                 "white");
    drawing.text({kRoofRight + 44, side}, report::short_stage_name(row.name, 46), Anchor::start,
                 11);
    drawing.text({kRoofRight + 44, side + 14},
                 fmt::format("{:.1f} GFLOP/s, {:.0f}% of {}, {:.1f}% of the time", row.flops / 1e9,
                             100 * row.of_limit, row.limit, 100 * row.share),
                 Anchor::start, 10, "#666");
  }
}

}  // namespace

std::string draw_roofline(const Profile& profile) {
  std::vector<Mark> marks;
  std::vector<double> x = {0.1, 10}, y;
  for (const ProfileRow& row : profile.rows) {
    if (!(row.flops > 0) || !(row.bytes > 0)) continue;
    marks.push_back({&row, {}, 5 + 8 * std::sqrt(std::clamp(row.share, 0.0, 1.0)), {}});
    x.push_back(row.operations / row.bytes);
    y.push_back(row.flops / 1e9);
  }
  y.push_back(profile.peak > 0 ? 1.5 * profile.peak / 1e9 : 1);
  y.push_back(y.back() / 100);
  const double legend = kRoofTop + 10 + kLegendStep * static_cast<double>(marks.size());
  const Axis across(x, true, kRoofLeft, kRoofRight), up(y, true, kRoofBottom, kRoofTop);
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  Picture p{Drawing(kRoofWidth, std::max(kRoofBottom + 60, legend + 20)), across, up,
            std::pow(10, std::floor(std::log10(*low))), std::pow(10, std::ceil(std::log10(*high)))};
  p.drawing.text({kRoofLeft, 26}, "What each operation reaches, under the roofs of this machine",
                 Anchor::start, 15);
  p.drawing.text({kRoofLeft, 44}, profile.title, Anchor::start, 11, "#666");
  draw_grid(p);
  draw_roofs(p, profile);
  for (Mark& mark : marks)
    mark.at = {p.across.at(mark.row->operations / mark.row->bytes), p.up.at(mark.row->flops / 1e9)};
  place_numbers(marks);
  draw_marks(p.drawing, marks);
  draw_legend(p.drawing, marks);
  return p.drawing.finish();
}

}  // namespace lithe
