// How a training went: returns over steps, as a table and as a picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace lithe::app {

struct CurvePoint {
  std::uint64_t steps = 0;
  double seconds = 0;      // since the beginning
  double mean_return = 0;  // of the last hundred episodes while training
  double mean_length = 0;
  double judged = 0;  // the mean return of an evaluation; not a number: there was none
  std::vector<double> figures;
};

struct RlCurve {
  std::string title;
  std::vector<std::string> figure_names;
  std::vector<CurvePoint> points;
};

std::string curve_csv(const RlCurve& curve);
// What curve_csv wrote. Throws Error(data) for anything else; `where` says what was read.
RlCurve read_curve_csv(const std::string& text, const std::string& where);
std::string curve_svg(const RlCurve& curve);

}  // namespace lithe::app
