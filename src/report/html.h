// Makes any text safe to put into HTML and SVG.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lithe::report {

// Escapes text for use between tags and inside quotes; control characters become spaces.
std::string escape(std::string_view text);

// At most `most` characters, followed by three dots where some were cut; never cuts a character.
std::string shorten(std::string_view text, std::size_t most);

// RFC 4648, with padding.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace lithe::report
