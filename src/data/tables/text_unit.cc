#include "lithe/text_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lithe/error.h"

namespace lithe {

namespace {

struct UnitName {
  TextUnit unit;
  std::string_view name, singular, plural;
};
constexpr std::array<UnitName, 3> kUnits = {{{TextUnit::chars, "chars", "character", "characters"},
                                             {TextUnit::bytes, "bytes", "byte", "bytes"},
                                             {TextUnit::words, "words", "word", "words"}}};

const UnitName& row_of(TextUnit unit) { return *std::ranges::find(kUnits, unit, &UnitName::unit); }

}  // namespace

std::string_view name(TextUnit unit) { return row_of(unit).name; }
std::string_view singular(TextUnit unit) { return row_of(unit).singular; }
std::string_view plural(TextUnit unit) { return row_of(unit).plural; }

TextUnit parse_text_unit(std::string_view text) {
  const auto* const found = std::ranges::find(kUnits, text, &UnitName::name);
  if (found == kUnits.end())
    throw Error(ErrorKind::usage, fmt::format("text is not divided into '{:.40}'", text), "--text",
                "chars, bytes or words");
  return found->unit;
}

}  // namespace lithe
