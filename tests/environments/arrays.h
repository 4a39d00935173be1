// Environments with the arrays that they read and write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/environment.h"

namespace lithe::test {

// Rows are padded, and what lies between them must stay as it is.
struct Arrays {
  static constexpr float kUntouched = 12345;

  explicit Arrays(const Environments& environments, std::size_t padding = 3)
      : count(environments.size()),
        values(environments.spaces().low.size()),
        stride(values + padding),
        seen(count * stride, kUntouched),
        ended(count * stride, kUntouched),
        rewards(count, kUntouched),
        numbers(count * environments.spaces().actions()),
        choices(count),
        terminated(count, 9),
        truncated(count, 9) {}

  ObservationRows observations() { return {seen.data(), stride}; }
  Actions actions() const { return {choices.data(), numbers.data(), numbers.size() / count}; }
  Outcomes outcomes() {
    return {observations(),
            rewards.data(),
            terminated.data(),
            truncated.data(),
            {ended.data(), stride}};
  }
  std::vector<float> row(std::size_t i) const {
    return {seen.begin() + static_cast<std::ptrdiff_t>(i * stride),
            seen.begin() + static_cast<std::ptrdiff_t>(i * stride + values)};
  }
  std::vector<float> final_row(std::size_t i) const {
    return {ended.begin() + static_cast<std::ptrdiff_t>(i * stride),
            ended.begin() + static_cast<std::ptrdiff_t>(i * stride + values)};
  }
  bool padding_untouched() const {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = values; j < stride; ++j)
        if (seen[i * stride + j] != kUntouched || ended[i * stride + j] != kUntouched) return false;
    return true;
  }

  // Anything goes, a function of the step and the environment alone.
  void act_somehow(const Spaces& spaces, std::uint32_t step) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t word =
          (step * 2654435761u + static_cast<std::uint32_t>(i) * 40503u + 12345u) >> 7;
      if (spaces.choices > 0)
        choices[i] = static_cast<std::int32_t>(word % spaces.choices);
      else
        for (std::size_t j = 0; j < spaces.actions(); ++j)
          numbers[i * spaces.actions() + j] = static_cast<float>(word % 1000) / 250 - 2;
    }
  }

  std::size_t count, values, stride;
  std::vector<float> seen, ended, rewards, numbers;
  std::vector<std::int32_t> choices;
  std::vector<std::uint8_t> terminated, truncated;
};

}  // namespace lithe::test
