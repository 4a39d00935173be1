// Lengths of sequences.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lithe::data {

// The first row whose length is not from 1 to `most`.
inline std::optional<std::size_t> first_wrong_length(std::span<const std::int32_t> lengths,
                                                     std::size_t most) {
  const auto wrong = std::ranges::find_if_not(lengths, [most](std::int32_t length) {
    return length >= 1 && static_cast<std::size_t>(length) <= most;
  });
  if (wrong == lengths.end()) return std::nullopt;
  return static_cast<std::size_t>(wrong - lengths.begin());
}

}  // namespace lithe::data
