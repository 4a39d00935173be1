// The learning curve of an agent, as CSV and as SVG.
//
//   lithe::LearningCurve curve{.title = "cartpole"};
//   curve.points.push_back({.steps = 2048, .mean_return = 21.5, .evaluation = NAN});
//   std::cout << lithe::learning_curve_csv(curve);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lithe {

struct LearningCurvePoint {
  std::uint64_t steps = 0;
  double seconds = 0;      // since the beginning
  double mean_return = 0;  // of the last 100 episodes of the training
  double mean_length = 0;
  double evaluation = 0;  // the mean return of an evaluation; NaN if there was none
  std::vector<double> metrics;
};

struct LearningCurve {
  std::string title;
  std::vector<std::string> metric_names;
  std::vector<LearningCurvePoint> points;
};

std::string learning_curve_csv(const LearningCurve& curve);
// Reads what learning_curve_csv wrote. Throws Error(data) for anything else; `where` is the place
// of the error.
LearningCurve read_learning_curve_csv(const std::string& text, const std::string& where);
std::string learning_curve_svg(const LearningCurve& curve);

}  // namespace lithe
