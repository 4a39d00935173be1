// Gzip streams from anywhere, in memory: recognised by content, checked to the last byte.
//
// Several members one after another are one stream, as the format says. The lengths that a file
// states about itself are never used to size memory: the caller says how much it expects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace lithe::data {

// Deflate cannot pack tighter than this (258 bytes in 2 bits), so more is a lie.
inline constexpr std::uint64_t kMostPerPackedByte = 1032;

bool is_gzip(std::span<const std::uint8_t> bytes);

// Unpacks a piece at a time in little memory and hands each piece to `take` until that returns
// false. Throws Error(data), with `name` and the offset, for a stream that is cut short or altered.
using TakePiece = std::function<bool(std::span<const std::uint8_t>)>;
void stream_gzip(std::span<const std::uint8_t> packed, const std::string& name,
                 const TakePiece& take);

// Unpacks everything into `out` at full speed and returns the length, or out.size() + 1 where the
// stream holds more. Throws as stream_gzip does.
std::size_t unpack_gzip(std::span<const std::uint8_t> packed, const std::string& name,
                        std::span<std::uint8_t> out);

}  // namespace lithe::data
