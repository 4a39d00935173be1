// Drawings in SVG: shapes, text, and axes that map values to positions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithe::report {

struct Point {
  double x, y;
};

class Drawing {
 public:
  Drawing(double width, double height);

  void line(Point a, Point b, std::string_view colour, double width = 1);
  void path(const std::vector<Point>& points, std::string_view colour, double width = 1.5);
  void dot(Point at, double radius, std::string_view colour, bool hollow = false);
  enum class Anchor { start, middle, end };
  void text(Point at, std::string_view text, Anchor anchor = Anchor::start, double size = 12,
            std::string_view colour = "#222");

  // Text turned by 90 degrees that reads upwards from `at`.
  void text_upwards(Point at, std::string_view text, double size, std::string_view colour);
  // A filled box; `corner` has its lowest x and y. The hint is shown where the mouse points.
  void box(Point corner, double width, double height, std::string_view colour, double opacity = 1,
           std::string_view hint = {});

  std::string finish() const;  // the whole file, on white
  // Part of a page, whose background shows through and whose CSS defines colours such as
  // "var(--ink)". Screen readers read `label`.
  std::string finish_within(std::string_view label) const;

 private:
  std::string body_;
  double width_, height_;
};

// Maps values to positions between two ends, linearly or by logarithm. Values without a position (0
// on a logarithmic axis, or not finite) are put at the lower or upper end.
class Axis {
 public:
  // `from` and `to` are the positions of the lowest and the highest value.
  Axis(const std::vector<double>& values, bool logarithmic, double from, double to);
  // From `low` to `high`.
  Axis(double low, double high, double from, double to);

  double at(double value) const;
  bool shows(double value) const;  // the value has a position of its own
  struct Tick {
    double value;
    std::string label;
  };
  std::vector<Tick> ticks() const;

 private:
  double low_, high_, from_, to_;
  bool logarithmic_;
};

}  // namespace lithe::report
