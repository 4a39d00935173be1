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

  // Reads from below; `at` is where it begins.
  void text_upwards(Point at, std::string_view text, double size, std::string_view colour);
  // Filled, `corner` the one with the lowest x and y. The hint is shown where the mouse points.
  void box(Point corner, double width, double height, std::string_view colour, double opacity = 1,
           std::string_view hint = {});

  std::string finish() const;  // the whole file, on white
  // As part of a page, whose background shows and whose CSS says what "var(--ink)" is; `label` is
  // read out instead of it.
  std::string finish_within(std::string_view label) const;

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
