// Whether float32, in which targets are kept, tells the values of a target apart: times in seconds
// (1.7e9) are 128 apart in it.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>

namespace lithe::data {

class TargetSpread {
 public:
  // The mean and the sum of squared distances, by Welford's recurrence.
  void add(double value) {
    const double step = value - mean_;
    mean_ += step / ++count_;
    squares_ += step * (value - mean_);
  }
  double mean() const { return mean_; }
  double deviation() const { return count_ > 0 ? std::sqrt(squares_ / count_) : 0; }
  // How far numbers of float32 are apart there.
  double step() const {
    const auto at = static_cast<float>(std::abs(mean_));
    return static_cast<double>(std::nextafter(at, std::numeric_limits<float>::max())) -
           static_cast<double>(at);
  }
  // Rounding then adds more than 0.3% of the deviation.
  bool is_lost() const { return step() > 0.01 * deviation() && deviation() > 0; }

 private:
  double count_ = 0, mean_ = 0, squares_ = 0;
};

// Throws Error(data) for the first one that is lost. `names`: of the targets, or none.
void check_spread(std::span<const TargetSpread> targets, std::span<const std::string> names,
                  const std::string& file);

}  // namespace lithe::data
