// The numbers of a training's state, of whatever type, as doubles in a fixed order. The same calls
// save, check and restore them, so that none can forget one.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

namespace lithe::train {

class StateFigures {
 public:
  enum class Way { save, check, restore };
  StateFigures(Way way, std::span<double> values) : way_(way), values_(values) {}

  // Every whole number is below 2^53.
  template <typename Number>
  void operator()(Number& number) {
    if (count_ < values_.size()) {
      double& value = values_[count_];
      if (way_ == Way::save)
        value = static_cast<double>(number);
      else if (!fits<Number>(value))
        valid_ = false;
      else if (way_ == Way::restore)
        number = static_cast<Number>(value);
    }
    ++count_;
  }
  // Whether all that was checked or restored are numbers of their type.
  bool valid() const { return valid_; }
  // Numbers that were met, which may be more than there was room for.
  std::size_t count() const { return count_; }

 private:
  template <typename Number>
  static bool fits(double value) {
    constexpr double kEnd = std::is_same_v<Number, bool> ? 2 : 9007199254740992.0;  // 2^53
    return std::is_floating_point_v<Number> ||
           (value >= 0 && value < kEnd && value == std::floor(value));
  }

  Way way_;
  std::span<double> values_;
  std::size_t count_ = 0;
  bool valid_ = true;
};

}  // namespace lithe::train
