// Means and deviations of numbers that keep coming.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lithe::agents {

// Of the columns of rows (Chan, Golub, LeVeque, 1983). What was counted first counts as much as
// what comes last.
class RunningMoments {
 public:
  explicit RunningMoments(std::size_t columns) : mean_(columns, 0), square_(columns, 0) {}

  void add(const float* row) {
    count_ += 1;
    for (std::size_t n = 0; n < mean_.size(); ++n) {
      const double value = static_cast<double>(row[n]), difference = value - mean_[n];
      mean_[n] += difference / count_;
      square_[n] += difference * (value - mean_[n]);
    }
  }

  double mean(std::size_t n) const { return mean_[n]; }
  // 1 where nothing is known, or where all were the same.
  double deviation(std::size_t n) const {
    const double variance = count_ > 1 ? square_[n] / count_ : 0;
    return variance > 1e-12 ? std::sqrt(variance) : 1;
  }

  // All that it knows, for saving.
  std::span<double> means() { return mean_; }
  std::span<double> squares() { return square_; }
  double& counted() { return count_; }

 private:
  double count_ = 0;
  std::vector<double> mean_, square_;  // and the sum of squared differences from the mean
};

}  // namespace lithe::agents
