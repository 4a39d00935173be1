// A fast digest of bytes, by which the file that a model was trained on is recognised, and a
// damaged state. It guards against mistakes, not against malice.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lithe::base {

// Never 0.
std::uint64_t digest_of(std::span<const std::uint8_t> bytes);
std::uint64_t digest_of(std::string_view text);

}  // namespace lithe::base
