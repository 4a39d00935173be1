// A chart of lines, dots or bars between two axes, as part of a page that defines the colours
// --ink, --soft, --line, --blue, --orange and --green.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/drawing.h"

namespace lithe::report {

inline constexpr const char *kInk = "var(--ink)", *kSoft = "var(--soft)", *kLine = "var(--line)",
                            *kBlue = "var(--blue)", *kOrange = "var(--orange)",
                            *kGreen = "var(--green)";

// The range of an axis: it covers all values that are finite.
struct Scale {
  std::vector<double> values;
  bool logarithmic = false;
  bool whole = false;  // ticks only at whole numbers
};

class Chart {
 public:
  static constexpr double kWidth = 460, kHeight = 300;

  Chart(std::string_view title, std::string_view across_label, std::string_view up_label,
        const Scale& across, const Scale& up);

  // A line through the points, with a gap where one is not finite. Few points are marked by dots.
  void line(const std::vector<double>& x, const std::vector<double>& y, std::string_view colour);
  void dots(const std::vector<double>& x, const std::vector<double>& y, std::string_view colour);
  // From the axis up to `value`.
  void bar(double from, double to, double value, std::string_view colour, double opacity,
           std::string_view hint);
  void straight(Point from, Point to, std::string_view colour, double width = 1);
  void legend(const std::vector<std::pair<std::string, std::string>>& names_and_colours);

  std::string finish() const { return drawing_.finish_within(title_); }

 private:
  Point at(double x, double y) const { return {across_.at(x), up_.at(y)}; }

  std::string title_;
  Drawing drawing_;
  Axis across_, up_;
};

// A figure of several parts of the data over the epochs, for example the loss.
struct Curve {
  std::string name, colour;
  std::vector<double> values;  // not finite: not measured
};
std::string draw_curves(std::string_view title, std::string_view up_label,
                        const std::vector<double>& epochs, const std::vector<Curve>& curves);

// Charts side by side as an SVG file of their own.
std::string picture_of(const std::vector<std::string>& charts);

// A histogram. Where `mark` is finite, a line marks it with its name.
std::string draw_histogram(std::string_view title, std::string_view across_label,
                           const std::vector<double>& values, double mark,
                           std::string_view mark_name);

// Predicted over true values, with the line on which they are equal. Of many pairs it shows an
// evenly spaced selection.
std::string draw_scatter(std::string_view title, const std::vector<double>& truth,
                         const std::vector<double>& predicted);

}  // namespace lithe::report
