// Feeds vocabularies anything at all: as text that they are made of, and as what a model file
// keeps. They may refuse with lithe::Error. Text of characters and of bytes comes back as it was,
// and every number is one of the vocabulary.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lithe/error.h"
#include "lithe/text.h"
#include "require.h"

namespace {

using lithe::ErrorKind, lithe::TextUnit, lithe::Vocabulary;

void check_tokens(const Vocabulary& vocabulary, const std::string& text) {
  const std::vector<std::int32_t> numbers = vocabulary.encode(text, "fuzz");
  for (const std::int32_t number : numbers)
    require(number >= 0 && static_cast<std::size_t>(number) < vocabulary.size());
  const std::string again = vocabulary.decode(numbers);
  require(vocabulary.unit() == TextUnit::words || again == text);
}

void check_text(const std::string& text, TextUnit unit) {
  try {
    const Vocabulary vocabulary = Vocabulary::of(text, unit, "fuzz", 20);
    check_tokens(vocabulary, text);
    if (vocabulary.size() > 0) check_tokens(Vocabulary::from_json(vocabulary.to_json()), text);
  } catch (const lithe::Error& error) {
    require(error.kind() == ErrorKind::data && !error.problem().empty());
  }
}

void check_kept(const std::string& text) {
  try {
    const Vocabulary vocabulary = Vocabulary::from_json(text);
    require(vocabulary.size() > 0);
    check_tokens(vocabulary, vocabulary.token(0));
  } catch (const lithe::Error& error) {
    require(error.kind() == ErrorKind::model || error.kind() == ErrorKind::data);
  }
  try {
    lithe::TextOptions::parse(text);
  } catch (const lithe::Error& error) {
    require(error.kind() == ErrorKind::model);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  for (const TextUnit unit : {TextUnit::chars, TextUnit::bytes, TextUnit::words})
    check_text(text, unit);
  check_kept(text);
  return 0;
}
