// How people write the ten digits and some capital letters: for each a few styles, each a skeleton
// of pen strokes.
//
// A skeleton is a list of knots that the pen passes through, in percent of the glyph's height: x to
// the right, y down, the glyph standing upright between y = 0 and y = 100. A style has one mode of
// variation of its own (a wider loop, a longer hook): every knot says how far that moves it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lithe::data {

struct Knot {
  enum class Kind : std::uint8_t { start, curve, corner };  // a start lifts the pen before it

  Kind kind;
  float x, y;
  float mode_x = 0, mode_y = 0;  // how far it goes for one deviation of the style's mode
};

constexpr Knot start(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::start, x, y, mode_x, mode_y};
}
constexpr Knot curve(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::curve, x, y, mode_x, mode_y};
}
constexpr Knot corner(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::corner, x, y, mode_x, mode_y};
}

struct Style {
  float share;  // of the writers of this glyph, in percent
  std::span<const Knot> knots;
};

inline constexpr std::size_t kLongestSkeleton = 20;  // knots

// All writings of one digit or letter.
struct GlyphForm {
  std::span<const Style> styles;  // their shares add up to 100
  float lean, lean_deviation;     // how far the top is to the right of the foot, by the height
  float width, width_deviation;   // a factor on the skeleton's
  float bend;                     // deviation of how far the lines are bent
  float pen;                      // a factor on the pen's radius: what is written small is thick
};

// Whether a drawing can rely on it.
constexpr bool is_sound(const GlyphForm& form) {
  float shares = 0;
  for (const Style& style : form.styles) {
    shares += style.share;
    if (style.knots.size() > kLongestSkeleton) return false;
    if (style.knots.front().kind != Knot::Kind::start) return false;
  }
  return shares == 100;
}

const GlyphForm& digit_form(std::size_t digit);

// The capital letters that handwriting does not confuse with a digit. Left out are B (8), D, O, Q
// and U (0), G (6), I and J (1), S (5), T (7), Y (4) and Z (2).
inline constexpr std::string_view kLetters = "ACEFHKLMNPRVWX";
const GlyphForm& letter_form(std::size_t letter);  // its place in kLetters

}  // namespace lithe::data
