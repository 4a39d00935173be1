#include "data/digits_skeletons.h"

#include <array>
#include <cassert>

namespace lithe::data {

namespace {

constexpr Knot start(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::start, x, y, mode_x, mode_y};
}
constexpr Knot curve(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::curve, x, y, mode_x, mode_y};
}
constexpr Knot corner(float x, float y, float mode_x = 0, float mode_y = 0) {
  return {Knot::Kind::corner, x, y, mode_x, mode_y};
}

// clang-format off

// The mode: how far the end goes past the start.
constexpr Knot kZeroClosed[] = {
    start(40, 1), curve(18, 7), curve(4, 34), curve(5, 70), curve(26, 98), curve(50, 90),
    curve(64, 58), curve(61, 24), curve(44, 3, -2, 0), curve(28, 3, -8, 4)};
// The mode: how wide the gap is.
constexpr Knot kZeroOpen[] = {
    start(34, 4, -6, 4), curve(14, 18, -2, 0), curve(3, 48), curve(10, 82), curve(32, 99),
    curve(54, 84), curve(65, 50), curve(57, 14), curve(38, 1, 0, 0)};
// Begun at the right, as the letter o.
constexpr Knot kZeroSide[] = {
    start(52, 14, -4, 6), curve(36, 0), curve(14, 12), curve(2, 46), curve(10, 84), curve(33, 100),
    curve(56, 82), curve(66, 46), curve(56, 14), curve(38, 4, -6, 0)};

constexpr Knot kOneBar[] = {start(0, 0), curve(0, 50, 3, 0), curve(0, 100)};
constexpr Knot kOneSerif[] = {start(-18, 20, -8, 4), corner(0, 0), curve(0, 50), curve(0, 100)};
constexpr Knot kOneFoot[] = {
    start(-18, 18, -6, 6), corner(0, 0), curve(0, 50), curve(0, 100),
    start(-24, 100, -6, 0), curve(0, 99), curve(24, 98, 6, 0)};

// The mode: how far the base goes to the right.
constexpr Knot kTwoPlain[] = {
    start(6, 22, 0, 4), curve(18, 6), curve(40, 0), curve(57, 12), curve(55, 34), curve(36, 62),
    curve(16, 84), corner(2, 97), curve(32, 96, 4, 0), curve(66, 97, 12, 0)};
// The mode: the size of the loop.
constexpr Knot kTwoLoop[] = {
    start(8, 22), curve(20, 5), curve(42, 0), curve(58, 14), curve(53, 40), curve(37, 68, 2, -3),
    curve(18, 92), curve(4, 93, -3, 2), curve(5, 79, -3, -4), curve(22, 78, 3, -4), curve(42, 90),
    curve(58, 98), curve(74, 92, 4, 0)};
constexpr Knot kTwoAngular[] = {
    start(4, 12, 0, 4), curve(28, 2), curve(54, 4), curve(50, 28), curve(26, 64), corner(0, 97),
    curve(32, 95), curve(64, 96, 10, 0)};
// The base is a wave.
constexpr Knot kTwoWave[] = {
    start(10, 18), curve(26, 3), curve(48, 4), curve(56, 24), curve(42, 52), curve(22, 78),
    corner(2, 94, 0, 2), curve(20, 86, 0, -3), curve(44, 94), curve(72, 96, 6, 2)};

constexpr Knot kThreeRound[] = {
    start(6, 14, -2, 4), curve(24, 1), curve(46, 5), curve(51, 23), curve(39, 39), corner(22, 46, 4, 0),
    curve(44, 51), curve(58, 69), curve(49, 91), curve(26, 100), curve(2, 90, -2, -4)};
constexpr Knot kThreeFlat[] = {
    start(4, 4), curve(28, 2), corner(54, 2), curve(40, 22), corner(24, 42), curve(46, 48),
    curve(57, 68), curve(46, 92), curve(24, 100), curve(2, 92, -2, -4)};
// A small loop where the bowls meet.
constexpr Knot kThreeLoop[] = {
    start(8, 12), curve(28, 0), curve(50, 8), curve(48, 28), curve(30, 45), curve(17, 48, -3, 2),
    curve(20, 40, -2, -2), curve(40, 47), curve(58, 64), curve(54, 88), curve(30, 100),
    curve(4, 92, -4, -4)};

// The mode: how far the arms open.
constexpr Knot kFourOpen[] = {
    start(14, 4, 2, -3), curve(7, 28), corner(1, 52), curve(30, 53), curve(64, 48, 4, 0),
    start(54, 2, 2, 0), curve(49, 48), curve(43, 100)};
constexpr Knot kFourClosed[] = {
    start(44, 1), curve(23, 30), corner(0, 60), curve(32, 60), curve(66, 58, 4, 0),
    start(46, 1), curve(45, 50), curve(43, 100)};
// Drawn as a cup with a stem.
constexpr Knot kFourCup[] = {
    start(8, 4, 0, -2), curve(2, 28), curve(8, 48), curve(28, 51), curve(48, 38), corner(57, 4),
    curve(51, 50), curve(45, 100)};
// In one go, nearly a nine with a pointed top.
constexpr Knot kFourPointed[] = {
    start(50, 2), curve(26, 20), curve(3, 46), curve(12, 56), curve(34, 52), curve(51, 42),
    start(53, 4, 2, 0), curve(48, 50), curve(41, 100)};
constexpr Knot kFourCross[] = {
    start(22, 0), curve(12, 26), corner(0, 56), curve(32, 57), curve(70, 54, 5, 0),
    start(48, 26, 2, -8), curve(44, 60), curve(38, 100)};

constexpr Knot kFiveAngular[] = {
    start(64, 1, 6, -1), curve(40, 3), corner(17, 4), corner(11, 42), curve(33, 36), curve(53, 50),
    curve(56, 73), curve(40, 94), curve(18, 100), curve(0, 91, -2, -4)};
// The bar is a stroke of its own and may float.
constexpr Knot kFiveTwoStrokes[] = {
    start(18, 8), curve(13, 26), corner(8, 44), curve(28, 41), curve(48, 54), curve(51, 76),
    curve(36, 95), curve(16, 100), curve(0, 92, -2, -4),
    start(17, 7), curve(42, 4), curve(66, 0, 8, -2)};
constexpr Knot kFiveRound[] = {
    start(64, 2, 6, 0), curve(40, 3), curve(20, 12), curve(15, 34), curve(34, 46), curve(51, 62),
    curve(47, 86), curve(26, 100), curve(2, 94, -2, -5)};
// Leaning far, with a small bowl.
constexpr Knot kFiveLeaning[] = {
    start(80, 0, 6, -2), curve(56, 8), corner(32, 12), curve(24, 34), curve(40, 46), curve(50, 62),
    curve(44, 84), curve(24, 97), curve(2, 96, -4, -4)};

// The mode: the size of the loop.
constexpr Knot kSixCurved[] = {
    start(48, 0), curve(26, 17), curve(9, 46), curve(3, 74), curve(18, 97), curve(42, 94),
    curve(55, 75, 2, -4), curve(43, 58, 2, -6), curve(22, 62, 0, -5), curve(6, 80, 0, -3)};
constexpr Knot kSixStraight[] = {
    start(30, 0), curve(17, 28), curve(6, 58), curve(4, 82), curve(22, 99), curve(44, 90),
    curve(50, 71, 2, -4), curve(34, 57, 2, -5), curve(14, 68, 0, -4), curve(6, 84)};
// The loop closes in the middle of the stem.
constexpr Knot kSixOpen[] = {
    start(44, 1), curve(20, 20), curve(5, 50), curve(4, 80), curve(24, 99), curve(48, 90),
    curve(54, 68, 2, -4), curve(36, 54, 0, -4), curve(16, 60, 4, -2)};

constexpr Knot kSevenPlain[] = {
    start(2, 8, 0, 4), curve(28, 5), corner(57, 3), curve(43, 40), curve(27, 100)};
constexpr Knot kSevenSerif[] = {
    start(2, 22, 0, 4), corner(4, 6), curve(30, 6), corner(58, 3), curve(44, 44), curve(32, 100)};
constexpr Knot kSevenCrossed[] = {
    start(0, 8, 0, 5), curve(28, 5), corner(58, 3), curve(44, 40), curve(28, 100),
    start(14, 50, -2, 0), curve(36, 48), curve(58, 46, 2, -2)};
constexpr Knot kSevenRound[] = {
    start(0, 18, 0, 6), curve(12, 5), curve(34, 4), curve(53, 8), curve(50, 34), curve(38, 66),
    curve(30, 100)};
constexpr Knot kSevenHook[] = {
    start(4, 20, -2, 6), curve(10, 6), curve(32, 8), corner(56, 2), curve(48, 36), curve(42, 68),
    curve(40, 100)};

// The mode: the upper loop against the lower.
constexpr Knot kEightFromRight[] = {
    start(54, 12), curve(36, 0), curve(13, 8), curve(12, 28, 0, 3), curve(32, 46, 0, 4), curve(52, 66),
    curve(48, 91), curve(25, 100), curve(5, 88), curve(11, 66), curve(33, 46, 0, 4), curve(52, 26),
    curve(53, 8)};
constexpr Knot kEightTwoRings[] = {
    start(32, 1), curve(13, 10), curve(13, 34), curve(32, 46, 0, 3), curve(51, 34), curve(51, 11),
    curve(31, 1),
    start(32, 46, 0, 3), curve(10, 56), curve(5, 80), curve(27, 100), curve(53, 90), curve(55, 64),
    curve(31, 46, 0, 3)};
// Begun where the strokes cross.
constexpr Knot kEightFromCentre[] = {
    start(40, 42), curve(18, 34), curve(12, 14), curve(32, 0), curve(53, 10), curve(48, 32),
    curve(26, 54), curve(6, 80), curve(20, 99), curve(44, 92), curve(49, 72), curve(38, 46),
    curve(22, 32)};
// An S closed by a straight stroke.
constexpr Knot kEightClosedS[] = {
    start(58, 6), curve(36, 1), curve(14, 12), curve(20, 34), curve(40, 52), curve(50, 76),
    curve(34, 99), curve(10, 94), curve(10, 74), curve(34, 48), corner(60, 8)};

// The mode: the size of the loop.
constexpr Knot kNineStraight[] = {
    start(52, 12), curve(32, 1), curve(9, 14), curve(6, 37, 0, 4), curve(24, 48, 0, 5),
    curve(46, 34, 0, 3), corner(54, 8), curve(52, 50), curve(48, 100)};
constexpr Knot kNineCurved[] = {
    start(50, 14), curve(30, 1), curve(8, 16), curve(8, 40, 0, 3), curve(28, 48, 0, 4),
    curve(48, 30, 0, 2), corner(54, 8), curve(54, 46), curve(44, 82), curve(20, 99), curve(2, 92, -4, -4)};
// The stem leans away from a small loop.
constexpr Knot kNineLeaning[] = {
    start(56, 8), curve(36, 2), curve(14, 18), curve(8, 40), curve(26, 46, 0, 4), curve(46, 28),
    curve(57, 8), curve(46, 44), curve(32, 72), curve(20, 100)};
// The loop runs into the stem without a corner.
constexpr Knot kNineRound[] = {
    start(48, 46, 0, 4), curve(22, 50), curve(4, 32), curve(14, 8), curve(38, 0), curve(54, 18),
    curve(54, 48), curve(50, 76), curve(46, 100)};

constexpr Style kZero[] = {{45, kZeroClosed}, {25, kZeroOpen}, {30, kZeroSide}};
constexpr Style kOne[] = {{92, kOneBar}, {5, kOneSerif}, {3, kOneFoot}};
constexpr Style kTwo[] = {{40, kTwoPlain}, {30, kTwoLoop}, {15, kTwoAngular}, {15, kTwoWave}};
constexpr Style kThree[] = {{70, kThreeRound}, {12, kThreeFlat}, {18, kThreeLoop}};
constexpr Style kFour[] = {
    {35, kFourOpen}, {12, kFourClosed}, {25, kFourCup}, {13, kFourPointed}, {15, kFourCross}};
constexpr Style kFive[] = {
    {35, kFiveAngular}, {30, kFiveTwoStrokes}, {15, kFiveRound}, {20, kFiveLeaning}};
constexpr Style kSix[] = {{40, kSixCurved}, {30, kSixStraight}, {30, kSixOpen}};
constexpr Style kSeven[] = {
    {40, kSevenPlain}, {14, kSevenSerif}, {12, kSevenCrossed}, {20, kSevenRound}, {14, kSevenHook}};
constexpr Style kEight[] = {
    {40, kEightFromRight}, {25, kEightTwoRings}, {15, kEightFromCentre}, {20, kEightClosedS}};
constexpr Style kNine[] = {
    {35, kNineStraight}, {20, kNineCurved}, {25, kNineLeaning}, {20, kNineRound}};

// clang-format on

constexpr std::array<DigitForm, 10> kForms = {{
    {kZero, 0.20f, 0.2f, 1.18f, 0.18f, 0.16f},
    {kOne, 0.24f, 0.26f, 1.1f, 0.18f, 0.04f},
    {kTwo, 0.08f, 0.25f, 1.18f, 0.2f, 0.16f},
    {kThree, 0.07f, 0.24f, 1.1f, 0.18f, 0.16f},
    {kFour, 0.18f, 0.25f, 1.15f, 0.2f, 0.16f},
    {kFive, 0.06f, 0.26f, 1.15f, 0.2f, 0.16f},
    {kSix, 0.04f, 0.21f, 1.14f, 0.2f, 0.16f},
    {kSeven, 0.05f, 0.24f, 1.18f, 0.2f, 0.16f},
    {kEight, 0.14f, 0.23f, 1.1f, 0.2f, 0.16f},
    {kNine, 0.08f, 0.22f, 1.05f, 0.2f, 0.16f},
}};

// Everything that the drawing relies on.
constexpr bool is_sound(std::span<const Style> styles) {
  float shares = 0;
  for (const Style& style : styles) {
    shares += style.share;
    if (style.knots.size() > kLongestSkeleton) return false;
    if (style.knots.front().kind != Knot::Kind::start) return false;
  }
  return shares == 100;
}
constexpr bool all_sound() {
  for (const DigitForm& form : kForms)
    if (!is_sound(form.styles)) return false;
  return true;
}
static_assert(all_sound());

}  // namespace

const DigitForm& digit_form(std::size_t digit) {
  assert(digit < kForms.size());
  return kForms[digit];
}

}  // namespace lithe::data
