// How people write the ten digits: for each a few styles, each a skeleton of pen strokes.
//
// A skeleton is a list of knots that the pen passes through, in percent of the digit's height: x to
// the right, y down, the digit standing upright between y = 0 and y = 100. A style has one mode of
// variation of its own (a wider loop, a longer hook): every knot says how far that moves it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lithe::data {

struct Knot {
  enum class Kind : std::uint8_t { start, curve, corner };  // a start lifts the pen before it

  Kind kind;
  float x, y;
  float mode_x = 0, mode_y = 0;  // how far it goes for one deviation of the style's mode
};

struct Style {
  float share;  // of the writers of this digit, in percent
  std::span<const Knot> knots;
};

inline constexpr std::size_t kLongestSkeleton = 20;  // knots

// All writings of one digit.
struct DigitForm {
  std::span<const Style> styles;  // their shares add up to 100
  float lean, lean_deviation;     // how far the top is to the right of the foot, by the height
  float width, width_deviation;   // a factor on the skeleton's
  float bend;                     // deviation of how far the lines are bent
  float pen;                      // a factor on the pen's radius: digits written small are thick
};

const DigitForm& digit_form(std::size_t digit);

}  // namespace lithe::data
