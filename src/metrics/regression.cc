#include "metrics/regression.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace lithe::metrics {

ValueFigures value_figures(const std::vector<double>& predicted, const std::vector<double>& truth) {
  const auto count = static_cast<double>(truth.size());
  const double mean = std::accumulate(truth.begin(), truth.end(), 0.0) / count;
  double squares = 0, distances = 0;
  ValueFigures result;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = predicted[i] - truth[i];
    squares += error * error;
    distances += (truth[i] - mean) * (truth[i] - mean);
    result.mae += std::abs(error) / count;
    result.bias += error / count;
  }
  result.rmse = std::sqrt(squares / count);
  result.r2 = distances > 0 ? 1 - squares / distances : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace lithe::metrics
