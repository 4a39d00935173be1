// A fast digest of bytes, by which the file that a model was trained on is recognised, and a
// damaged state or cache. It guards against mistakes, not against malice.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lithe::base {

// Never 0. `before` is the digest of what came before them, where bytes come in pieces: other
// pieces of the same bytes give another digest.
std::uint64_t digest_of(std::span<const std::uint8_t> bytes, std::uint64_t before = 0);
std::uint64_t digest_of(std::string_view text);

}  // namespace lithe::base
