// Pictures in SVG: shapes, text, and axes that say where a value stands.
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

  std::string finish() const;  // the whole file

 private:
  std::string body_;
  double width_, height_;
};

// From values to places between two ends, along a line or a logarithm. What no place stands for
// (0 on a logarithm, what is not finite) is put at the lower or upper end.
class Axis {
 public:
  // `from` and `to` are the places of the lowest and the highest value.
  Axis(const std::vector<double>& values, bool logarithmic, double from, double to);
  // With ends that are given.
  Axis(double low, double high, double from, double to);

  double at(double value) const;
  bool shows(double value) const;  // it stands where it should, not at an end
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
