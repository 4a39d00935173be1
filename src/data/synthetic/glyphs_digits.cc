#include <array>
#include <cassert>

#include "data/synthetic/glyphs.h"

namespace lithe::data {

namespace {

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

// The mode: how far the base falls to the right.
constexpr Knot kTwoPlain[] = {
    start(6, 24, 0, 4), curve(18, 6), curve(40, 0), curve(57, 12), curve(54, 34, 0, -3),
    curve(35, 60, 0, -5), curve(16, 82, 0, -6), corner(2, 95, 0, -7), curve(32, 96, 0, -3),
    curve(68, 97, 8, 3)};
// The mode: the size of the loop.
constexpr Knot kTwoLoop[] = {
    start(8, 24), curve(20, 5), curve(42, 0), curve(58, 14), curve(55, 40), curve(40, 66),
    curve(22, 88, 2, 2), curve(6, 93, -3, 2), curve(2, 78, -4, -4), curve(20, 70, 0, -6),
    curve(42, 84, 2, 0), curve(60, 97), curve(76, 94, 4, 2)};
constexpr Knot kTwoAngular[] = {
    start(4, 12, 0, 4), curve(28, 2), curve(54, 4), curve(50, 28), curve(26, 64, 0, -4),
    corner(0, 95, 0, -6), curve(32, 95, 0, -2), curve(64, 97, 10, 3)};
// The base is a wave.
constexpr Knot kTwoWave[] = {
    start(8, 24), curve(22, 4), curve(46, 2), curve(57, 24), curve(43, 54, 0, -3),
    curve(22, 80, 0, -6), corner(2, 92, 0, -6), curve(20, 82, 0, -4), curve(44, 93),
    curve(74, 98, 8, 2)};
// A big head over a loop that lies, as in joined writing.
constexpr Knot kTwoJoined[] = {
    start(6, 34), curve(12, 10), curve(34, 0), curve(52, 12), curve(52, 40), curve(46, 70),
    curve(30, 92, 0, 2), curve(8, 96), curve(0, 82, -2, -4), curve(16, 72, 0, -4),
    curve(38, 82), curve(58, 94), curve(72, 96, 6, 2)};

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

// The mode: how low the bowl begins.
constexpr Knot kFiveAngular[] = {
    start(64, 1, 6, -1), curve(40, 3), corner(17, 4), corner(11, 44, 0, 7), curve(33, 38, 0, 6),
    curve(53, 51, 0, 5), curve(56, 74, 0, 2), curve(40, 94), curve(18, 100), curve(0, 91, -2, -4)};
// The bar is a stroke of its own and may float.
constexpr Knot kFiveTwoStrokes[] = {
    start(18, 8), curve(13, 28, 0, 4), corner(8, 46, 0, 7), curve(28, 43, 0, 6),
    curve(48, 55, 0, 5), curve(51, 76), curve(36, 95), curve(16, 100), curve(-2, 90, -2, -4),
    start(17, 7), curve(42, 4), curve(66, 0, 8, -2)};
constexpr Knot kFiveRound[] = {
    start(64, 2, 6, 0), curve(40, 3), curve(20, 12), curve(15, 34, 0, 6), curve(34, 46, 0, 6),
    curve(51, 62, 0, 4), curve(47, 86), curve(26, 100), curve(0, 92, -2, -5)};
// Leaning far, with a small bowl.
constexpr Knot kFiveLeaning[] = {
    start(82, 0, 8, -2), curve(56, 8), corner(32, 12), curve(24, 36, 0, 5), curve(42, 48, 0, 6),
    curve(51, 66, 0, 4), curve(44, 86), curve(24, 98), curve(0, 96, -4, -4)};
// A tick and a flat bowl: the stem falls to the right.
constexpr Knot kFiveTick[] = {
    start(70, 4, 8, -3), curve(44, 6), corner(22, 8), curve(20, 36, 0, 5), curve(40, 56, 0, 5),
    curve(46, 78, 0, 2), curve(30, 97), curve(8, 96), curve(0, 82, -2, 0)};

// The mode: the size of the loop.
constexpr Knot kSixCurved[] = {
    start(48, 0), curve(26, 17), curve(9, 46), curve(3, 74), curve(18, 97), curve(44, 95),
    curve(58, 77, 2, -4), curve(46, 62, 2, -7), curve(26, 68, 0, -7), curve(10, 86, 0, -5)};
constexpr Knot kSixStraight[] = {
    start(32, 0), curve(17, 28), curve(6, 58), curve(4, 82), curve(22, 99), curve(46, 92),
    curve(55, 74, 2, -4), curve(38, 61, 2, -7), curve(18, 74, 0, -6), curve(8, 90, 0, -4)};
// The loop closes in the middle of the stem.
constexpr Knot kSixOpen[] = {
    start(44, 1), curve(20, 20), curve(5, 50), curve(4, 80), curve(24, 99), curve(50, 92),
    curve(58, 73, 2, -5), curve(40, 60, 0, -6), curve(18, 64, 4, -4)};
// A letter b whose bowl is wide and low.
constexpr Knot kSixWide[] = {
    start(22, 0), curve(10, 30), curve(2, 62), curve(8, 90), curve(32, 100), curve(60, 92),
    curve(66, 72, 2, -5), curve(46, 62, 0, -6), curve(28, 76, 0, -4), curve(24, 92)};

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

// The mode: the height of the crossing.
constexpr Knot kEightFromRight[] = {
    start(56, 14), curve(36, 1), curve(12, 8), curve(11, 28, 0, 4), curve(32, 48, 0, 8),
    curve(48, 70, 0, 4), curve(42, 93), curve(24, 100), curve(7, 90), curve(13, 70, 0, 4),
    curve(34, 47, 0, 8), curve(54, 26, 0, 4), curve(56, 6)};
// The end crosses the start and goes on.
constexpr Knot kEightTail[] = {
    start(46, 6), curve(28, 2), curve(11, 14), curve(16, 34, 0, 4), curve(34, 54, 0, 8),
    curve(42, 78, 0, 3), curve(30, 99), curve(12, 94), curve(10, 76, 0, 4), curve(28, 50, 0, 8),
    curve(48, 24, 0, 4), curve(64, 2, 6, -4)};
constexpr Knot kEightTwoRings[] = {
    start(32, 1), curve(13, 10), curve(13, 34, 0, 4), curve(32, 46, 0, 6), curve(51, 34, 0, 4),
    curve(51, 11), curve(31, 1),
    start(32, 46, 0, 6), curve(12, 57, 0, 4), curve(7, 80), curve(27, 100), curve(51, 90),
    curve(53, 64, 0, 3), curve(31, 46, 0, 6)};
// Begun where the strokes cross.
constexpr Knot kEightFromCentre[] = {
    start(40, 42, 0, 6), curve(18, 34, 0, 3), curve(12, 14), curve(32, 0), curve(53, 10),
    curve(48, 32, 0, 4), curve(26, 56, 0, 6), curve(9, 80), curve(20, 99), curve(40, 93),
    curve(45, 73, 0, 3), curve(36, 48, 0, 6), curve(20, 32, 0, 3)};
// An S closed by a straight stroke.
constexpr Knot kEightClosedS[] = {
    start(58, 8), curve(36, 1), curve(14, 12), curve(18, 34, 0, 4), curve(36, 54, 0, 6),
    curve(45, 78, 0, 2), curve(32, 99), curve(12, 94), curve(12, 76, 0, 3), curve(34, 50, 0, 6),
    corner(62, 6)};

// The mode: the size of the loop.
constexpr Knot kNineStraight[] = {
    start(52, 12), curve(32, 1), curve(9, 14), curve(6, 37, 0, 5), curve(24, 46, 0, 7),
    curve(46, 32, 0, 4), corner(54, 8), curve(52, 50), curve(48, 100)};
constexpr Knot kNineCurved[] = {
    start(50, 14), curve(30, 1), curve(8, 16), curve(8, 40, 0, 3), curve(28, 48, 0, 4),
    curve(48, 30, 0, 2), corner(54, 8), curve(54, 46), curve(44, 82), curve(20, 99),
    curve(2, 92, -4, -4)};
// The loop is open at the top, the stem begins beside it.
constexpr Knot kNineOpen[] = {
    start(44, 4, -2, 2), curve(22, 6), curve(5, 24), curve(10, 42, 0, 5), curve(32, 42, 0, 6),
    curve(50, 26, 0, 4), corner(57, 4, 0, -4), curve(53, 52), curve(47, 100)};
// The stem leans away from a small loop.
constexpr Knot kNineLeaning[] = {
    start(56, 8), curve(36, 2), curve(14, 18), curve(8, 38, 0, 4), curve(26, 44, 0, 6), curve(46, 28, 0, 2),
    curve(57, 8), curve(46, 44), curve(32, 72), curve(20, 100)};
// The loop runs into the stem without a corner.
constexpr Knot kNineRound[] = {
    start(48, 46, 0, 4), curve(22, 50), curve(4, 32), curve(14, 8), curve(38, 0), curve(54, 18),
    curve(54, 48), curve(50, 76), curve(46, 100)};

constexpr Style kZero[] = {{45, kZeroClosed}, {25, kZeroOpen}, {30, kZeroSide}};
constexpr Style kOne[] = {{92, kOneBar}, {5, kOneSerif}, {3, kOneFoot}};
constexpr Style kTwo[] = {
    {25, kTwoPlain}, {25, kTwoLoop}, {10, kTwoAngular}, {12, kTwoWave}, {28, kTwoJoined}};
constexpr Style kThree[] = {{70, kThreeRound}, {12, kThreeFlat}, {18, kThreeLoop}};
constexpr Style kFour[] = {
    {42, kFourOpen}, {6, kFourClosed}, {30, kFourCup}, {3, kFourPointed}, {19, kFourCross}};
constexpr Style kFive[] = {
    {32, kFiveAngular}, {28, kFiveTwoStrokes}, {16, kFiveRound}, {14, kFiveLeaning},
    {10, kFiveTick}};
constexpr Style kSix[] = {
    {33, kSixCurved}, {25, kSixStraight}, {22, kSixOpen}, {20, kSixWide}};
constexpr Style kSeven[] = {
    {40, kSevenPlain}, {14, kSevenSerif}, {12, kSevenCrossed}, {20, kSevenRound}, {14, kSevenHook}};
constexpr Style kEight[] = {
    {30, kEightFromRight}, {25, kEightTail}, {15, kEightTwoRings}, {10, kEightFromCentre},
    {20, kEightClosedS}};
constexpr Style kNine[] = {
    {31, kNineStraight}, {7, kNineCurved}, {22, kNineLeaning}, {15, kNineRound}, {25, kNineOpen}};

// clang-format on

// Ranges and shares were set by eye, against sheets, means and moments of MNIST's training images.
constexpr std::array<GlyphForm, 10> kForms = {{
    {kZero, 0.24f, 0.30f, 1.25f, 0.29f, 0.08f, 1.12f},
    {kOne, 0.24f, 0.30f, 1.10f, 0.21f, 0.04f, 1.12f},
    {kTwo, 0.08f, 0.31f, 1.17f, 0.29f, 0.20f, 1.02f},
    {kThree, 0.07f, 0.29f, 1.16f, 0.23f, 0.20f, 1.04f},
    {kFour, 0.20f, 0.31f, 1.12f, 0.25f, 0.20f, 0.92f},
    {kFive, 0.02f, 0.30f, 1.20f, 0.25f, 0.20f, 1.00f},
    {kSix, 0.07f, 0.23f, 1.08f, 0.23f, 0.20f, 0.98f},
    {kSeven, 0.05f, 0.29f, 1.22f, 0.25f, 0.20f, 1.06f},
    {kEight, 0.10f, 0.26f, 1.10f, 0.23f, 0.20f, 0.95f},
    {kNine, 0.08f, 0.25f, 1.05f, 0.23f, 0.20f, 0.94f},
}};

constexpr bool all_sound() {
  for (const GlyphForm& form : kForms)
    if (!is_sound(form)) return false;
  return true;
}
static_assert(all_sound());

}  // namespace

const GlyphForm& digit_form(std::size_t digit) {
  assert(digit < kForms.size());
  return kForms[digit];
}

}  // namespace lithe::data
