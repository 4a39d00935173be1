#include <array>
#include <cassert>

#include "data/synthetic/glyphs.h"

namespace lithe::data {

namespace {

// clang-format off

constexpr Knot kA[] = {
    start(2, 100), corner(34, 0), corner(68, 100), start(14, 64, 0, 4), corner(56, 64, 0, 4)};
constexpr Knot kARound[] = {
    start(2, 100), curve(8, 40), curve(34, 2), curve(60, 40), curve(66, 100),
    start(6, 58, 0, 4), corner(62, 58, 0, 4)};

// The mode: how far it closes.
constexpr Knot kC[] = {
    start(62, 16, 3, 4), curve(40, 0), curve(14, 14), curve(3, 50), curve(14, 86), curve(40, 100),
    curve(64, 86, 3, -4)};

constexpr Knot kE[] = {
    start(60, 0, 4, 0), corner(6, 1), corner(5, 99), corner(62, 100, 4, 0),
    start(6, 49), corner(48, 49, 5, 0)};
constexpr Knot kERound[] = {
    start(58, 8), curve(32, 0), curve(8, 20), curve(34, 47), curve(6, 74), curve(30, 100),
    curve(62, 88)};

constexpr Knot kF[] = {
    start(62, 0, 4, 0), corner(6, 1), corner(5, 100), start(6, 48, 0, 3), corner(46, 48, 5, 3)};

constexpr Knot kH[] = {
    start(5, 0), corner(4, 100), start(62, 0), corner(63, 100), start(4, 50, 0, 4),
    corner(63, 49, 0, 4)};

constexpr Knot kK[] = {
    start(5, 0), corner(5, 100), start(60, 1), corner(8, 54), start(24, 42), corner(62, 100)};

constexpr Knot kL[] = {start(5, 0), corner(5, 99), corner(58, 99, 6, 0)};

constexpr Knot kM[] = {
    start(2, 100), corner(8, 0), corner(42, 72, 0, 6), corner(76, 0), corner(82, 100)};

constexpr Knot kN[] = {start(4, 100), corner(5, 0), corner(62, 100), corner(62, 0)};

// The mode: how far the bowl reaches down.
constexpr Knot kP[] = {
    start(6, 100), corner(6, 2), curve(40, 2), curve(60, 26), curve(40, 52, 0, 4),
    curve(6, 55, 0, 4)};

constexpr Knot kR[] = {
    start(6, 100), corner(6, 2), curve(40, 2), curve(58, 25), curve(40, 48), corner(10, 52),
    corner(62, 100)};

constexpr Knot kV[] = {start(0, 0), corner(34, 100), corner(68, 0)};

constexpr Knot kW[] = {
    start(0, 0), corner(22, 100), corner(44, 30, 0, 8), corner(66, 100), corner(88, 0)};

constexpr Knot kX[] = {start(4, 0), corner(62, 100), start(62, 0), corner(3, 100)};

constexpr Style kAs[] = {{65, kA}, {35, kARound}};
constexpr Style kCs[] = {{100, kC}};
constexpr Style kEs[] = {{75, kE}, {25, kERound}};
constexpr Style kFs[] = {{100, kF}};
constexpr Style kHs[] = {{100, kH}};
constexpr Style kKs[] = {{100, kK}};
constexpr Style kLs[] = {{100, kL}};
constexpr Style kMs[] = {{100, kM}};
constexpr Style kNs[] = {{100, kN}};
constexpr Style kPs[] = {{100, kP}};
constexpr Style kRs[] = {{100, kR}};
constexpr Style kVs[] = {{100, kV}};
constexpr Style kWs[] = {{100, kW}};
constexpr Style kXs[] = {{100, kX}};

// clang-format on

constexpr GlyphForm form(std::span<const Style> styles) {
  return {styles, 0.05f, 0.18f, 1.05f, 0.15f, 0.10f, 1.0f};
}

// As in kLetters.
constexpr std::array<GlyphForm, kLetters.size()> kForms = {
    form(kAs), form(kCs), form(kEs), form(kFs), form(kHs), form(kKs), form(kLs),
    form(kMs), form(kNs), form(kPs), form(kRs), form(kVs), form(kWs), form(kXs)};

constexpr bool all_sound() {
  for (const GlyphForm& of : kForms)
    if (!is_sound(of)) return false;
  return true;
}
static_assert(all_sound());

}  // namespace

const GlyphForm& letter_form(std::size_t letter) {
  assert(letter < kForms.size());
  return kForms[letter];
}

}  // namespace lithe::data
