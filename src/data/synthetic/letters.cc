#include "data/synthetic/letters.h"

#include "data/synthetic/generated.h"
#include "data/synthetic/ink.h"

namespace lithe::data {

namespace {

std::size_t draw(std::size_t number, Rng& rng, std::uint8_t* pixels) {
  const std::size_t letter = number % kLetters.size();
  const GlyphForm& form = letter_form(letter);
  const Trace trace = write(form, rng);
  draw_ink(trace, choose_pen(form, rng), pixels);
  return letter;
}

}  // namespace

Dataset generate_letters(std::uint64_t seed, std::size_t train, std::size_t test,
                         std::size_t threads) {
  Generator letters{"letters", kGlyphSide, {}, 1, draw, Resize::ink};
  for (const char letter : kLetters) letters.class_names.emplace_back(1, letter);
  return generate(letters, seed, train, test, threads);
}

}  // namespace lithe::data
