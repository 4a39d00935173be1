#include "report/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"

namespace lithe::report {

namespace {

constexpr const char* kAnchors[] = {"start", "middle", "end"};

}  // namespace

Drawing::Drawing(double width, double height) : width_(width), height_(height) {}

void Drawing::line(Point a, Point b, std::string_view colour, double width) {
  body_ += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
      "stroke-width=\"{:.1f}\"/>\n",
      a.x, a.y, b.x, b.y, colour, width);
}

void Drawing::path(const std::vector<Point>& points, std::string_view colour, double width) {
  if (points.size() < 2) return;
  std::string places;
  for (const Point& p : points) places += fmt::format("{:.1f},{:.1f} ", p.x, p.y);
  places.pop_back();
  body_ +=
      fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>\n",
                  places, colour, width);
}

void Drawing::dot(Point at, double radius, std::string_view colour, bool hollow) {
  body_ +=
      fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\" stroke=\"{}\"/>\n",
                  at.x, at.y, radius, hollow ? "white" : colour, colour);
}

void Drawing::text(Point at, std::string_view text, Anchor anchor, double size,
                   std::string_view colour) {
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{:.0f}\" "
      "fill=\"{}\">{}</text>\n",
      at.x, at.y, kAnchors[static_cast<int>(anchor)], size, colour, escape(text));
}

void Drawing::text_upwards(Point at, std::string_view text, double size, std::string_view colour) {
  body_ += fmt::format(
      "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" font-size=\"{:.0f}\" "
      "fill=\"{}\">{}</text>\n",
      at.x, at.y, size, colour, escape(text));
}

void Drawing::box(Point corner, double width, double height, std::string_view colour,
                  double opacity, std::string_view hint) {
  body_ += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" "
      "fill-opacity=\"{:.3f}\"",
      corner.x, corner.y, width, height, colour, opacity);
  body_ += hint.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", escape(hint));
}

std::string Drawing::finish_within(std::string_view label) const {
  return fmt::format(
      "<svg viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\" "
      "aria-label=\"{2}\">\n{3}</svg>\n",
      width_, height_, escape(label), body_);
}

std::string Drawing::finish() const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" font-family=\"system-ui, sans-serif\">\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"white\"/>\n{2}</svg>\n",
      width_, height_, body_);
}

Axis::Axis(double low, double high, double from, double to)
    : low_(low), high_(high), from_(from), to_(to), logarithmic_(false) {}

// A logarithmic axis begins and ends at powers of ten, at most 12 decades apart; smaller values are
// put at the lower end.
Axis::Axis(const std::vector<double>& values, bool logarithmic, double from, double to)
    : low_(HUGE_VAL), high_(-HUGE_VAL), from_(from), to_(to), logarithmic_(logarithmic) {
  for (const double value : values) {
    if (!std::isfinite(value) || (logarithmic && !(value > 1e-300))) continue;
    const double place = logarithmic ? std::log10(value) : value;
    low_ = std::min(low_, place);
    high_ = std::max(high_, place);
  }
  if (low_ > high_) low_ = 0, high_ = 1;
  if (logarithmic) {
    low_ = std::floor(low_), high_ = std::ceil(high_);
    low_ = std::max(low_, high_ - 12);
  }
  if (high_ <= low_) low_ -= logarithmic ? 1 : 0.5, high_ += logarithmic ? 1 : 0.5;
}

bool Axis::shows(double value) const {
  if (!std::isfinite(value) || (logarithmic_ && !(value > 0))) return false;
  const double place = logarithmic_ ? std::log10(value) : value;
  return place >= low_ - 1e-9 && place <= high_ + 1e-9;
}

double Axis::at(double value) const {
  double place = logarithmic_ ? (value > 0 ? std::log10(value) : low_) : value;
  if (std::isnan(place)) place = high_;
  place = std::clamp(place, low_, high_);
  return from_ + (to_ - from_) * (place - low_) / (high_ - low_);
}

std::vector<Axis::Tick> Axis::ticks() const {
  std::vector<Tick> result;
  if (logarithmic_) {
    const double step = std::max(1.0, std::ceil((high_ - low_) / 4));
    for (double power = low_; power <= high_ + 1e-9; power += step)
      result.push_back({std::pow(10, power), fmt::format("{:.0e}", std::pow(10, power))});
    return result;
  }
  const double raw = (high_ - low_) / 3, size = std::pow(10, std::floor(std::log10(raw)));
  const double step = size * (raw / size < 1.5 ? 1 : raw / size < 3.5 ? 2 : 5);
  for (double value = std::ceil(low_ / step) * step; value <= high_ + 1e-9 * step; value += step)
    result.push_back({value, fmt::format("{:.4g}", std::abs(value) < step / 1e6 ? 0.0 : value)});
  return result;
}

}  // namespace lithe::report
