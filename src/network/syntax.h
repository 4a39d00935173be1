// The grammar of sentences: text to a tree that knows where in the text everything stands, and the
// errors that point there. What the words mean is bind.h's affair.
//
//   network = layer { "->" layer }
//   layer   = name [ "(" [ arg { "," arg } ] ")" ]
//   arg     = [ key "=" ] value                       positional ones first
//   value   = number | shape | network
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lithe/component.h"

namespace lithe::network {

inline constexpr std::size_t kLongestSentence = 65536;  // bytes
inline constexpr int kDeepestNesting = 32;
inline constexpr std::size_t kLargestSize = std::size_t{1} << 24;  // values in a shape

// A stretch of the text.
struct Place {
  std::size_t begin = 0, end = 0;
};

struct Call;

// A number, a shape (a whole number is a number), or a network of one or more calls.
struct Literal {
  Place place;
  std::variant<double, Shape, std::vector<Call>> value;
};

struct GivenArgument {
  std::string key;  // empty: positional
  Place place;      // of the key, or of the value where there is none
  Literal value;
};

struct Call {
  std::string name;
  Place place;  // of the name
  std::vector<GivenArgument> arguments;
};

// Throws Error(sentence), as all that follows.
std::vector<Call> parse(std::string_view text);

[[noreturn]] void fail(std::string_view text, Place place, const std::string& problem,
                       const std::string& remedy = {});

}  // namespace lithe::network
