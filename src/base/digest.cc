#include "base/digest.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace lithe::base {

namespace {

// Odd numbers whose bits look random: the fractions of the golden ratio and of square roots.
constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15, kRoot2 = 0x6A09E667F3BCC909,
                        kRoot3 = 0xBB67AE8584CAA73B;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  return std::rotl(state ^ word * kRoot3, 31) * kGolden;
}

}  // namespace

// Four independent chains of multiplications, so that memory is the limit.
std::uint64_t digest_of(std::span<const std::uint8_t> bytes, std::uint64_t before) {
  std::array<std::uint64_t, 4> lanes = {kGolden, kRoot2, kRoot3, ~kGolden};
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 32; at += 32, left -= 32) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), at, 32);
    for (std::size_t i = 0; i < 4; ++i) lanes[i] = mix(lanes[i], words[i]);
  }
  std::uint64_t state = bytes.size() ^ before;
  for (const std::uint64_t lane : lanes) state = mix(state, lane);
  for (; left > 0; ++at, --left) state = mix(state, *at);
  state = (state ^ state >> 32) * kGolden;
  state ^= state >> 29;
  return state == 0 ? 1 : state;
}

std::uint64_t digest_of(std::string_view text) {
  return digest_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace lithe::base
