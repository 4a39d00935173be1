// Running means and standard deviations.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lithe::agents {

// Of each column of all rows that were added (Welford, "Note on a method for calculating corrected
// sums of squares and products", 1962). All rows have the same weight.
class RunningMeanStd {
 public:
  explicit RunningMeanStd(std::size_t columns) : mean_(columns, 0), square_(columns, 0) {}

  void add(const float* row) {
    count_ += 1;
    for (std::size_t n = 0; n < mean_.size(); ++n) {
      const double value = static_cast<double>(row[n]), difference = value - mean_[n];
      mean_[n] += difference / count_;
      square_[n] += difference * (value - mean_[n]);
    }
  }

  double mean(std::size_t n) const { return mean_[n]; }
  // 1 if there are fewer than two rows, or if all values are the same.
  double deviation(std::size_t n) const {
    const double variance = count_ > 1 ? square_[n] / count_ : 0;
    return variance > 1e-12 ? std::sqrt(variance) : 1;
  }

  // Its state, to be saved.
  std::span<double> means() { return mean_; }
  std::span<double> squares() { return square_; }
  double& counted() { return count_; }

 private:
  double count_ = 0;
  std::vector<double> mean_, square_;  // and the sum of squared differences from the mean
};

}  // namespace lithe::agents
