// Pieces of HTML and SVG from text that may hold anything.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lithe::report {

// Fit to stand between tags and inside quotes; control characters become spaces.
std::string escape(std::string_view text);

// The first `most` characters, and three dots where there are more; never part of a character.
std::string shorten(std::string_view text, std::size_t most);

// RFC 4648, with padding.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace lithe::report
