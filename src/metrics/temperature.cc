#include "metrics/temperature.h"

#include <algorithm>
#include <cmath>

namespace lithe::metrics {

double negative_log_likelihood(const std::vector<double>& logits, std::size_t classes,
                               const std::vector<std::int32_t>& labels, double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double* row = &logits[i * classes];
    const double most = *std::max_element(row, row + classes);
    double exponentials = 0;
    for (std::size_t c = 0; c < classes; ++c)
      exponentials += std::exp((row[c] - most) / temperature);
    sum += std::log(exponentials) - (row[static_cast<std::size_t>(labels[i])] - most) / temperature;
  }
  return sum / static_cast<double>(labels.size());
}

// It has one minimum, being convex in 1 / temperature: thirds of the logarithm close in on it.
double fit_temperature(const std::vector<double>& logits, std::size_t classes,
                       const std::vector<std::int32_t>& labels) {
  const auto loss = [&](double log_temperature) {
    return negative_log_likelihood(logits, classes, labels, std::exp(log_temperature));
  };
  double low = std::log(0.05), high = std::log(20);
  for (int i = 0; i < 40; ++i) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (loss(a) < loss(b))
      high = b;
    else
      low = a;
  }
  return std::exp((low + high) / 2);
}

}  // namespace lithe::metrics
