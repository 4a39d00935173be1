// The learning curve of a training, as CSV and as SVG.
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
  double mean_return = 0;  // of the last 100 episodes of the training
  double mean_length = 0;
  double evaluation = 0;  // the mean return of an evaluation; NaN if there was none
  std::vector<double> metrics;
};

struct RlCurve {
  std::string title;
  std::vector<std::string> metric_names;
  std::vector<CurvePoint> points;
};

std::string curve_csv(const RlCurve& curve);
// Reads what curve_csv wrote. Throws Error(data) for anything else; `where` is the place of the
// error.
RlCurve read_curve_csv(const std::string& text, const std::string& where);
std::string curve_svg(const RlCurve& curve);

}  // namespace lithe::app
