#include "data/synthetic/digits.h"

#include "data/synthetic/generated.h"
#include "data/synthetic/ink.h"

namespace lithe::data {

namespace {

std::size_t draw(std::size_t, Rng& rng, std::uint8_t* pixels) {
  const std::size_t digit = rng.below(10);
  const GlyphForm& form = digit_form(digit);
  const Trace trace = write(form, rng);
  draw_ink(trace, choose_pen(form, rng), pixels);
  return digit;
}

}  // namespace

Dataset generate_digits(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads) {
  const Generator digits{"digits", kGlyphSide, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                         0,        draw,       Resize::ink};
  return generate(digits, seed, train, test, threads);
}

}  // namespace lithe::data
