// The streams of random numbers that Lithe uses. The generator itself is lithe::Rng (lithe/rng.h).
//
// A stream is one use of randomness, such as the shuffle of epoch 3 or the weights of layer 2;
// `make_stream` keeps the uses apart.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>

#include "lithe/rng.h"

namespace lithe::base {

using lithe::Rng;

// What a stream is for. The values are part of the reproducible behaviour: append, never renumber.
enum class StreamPurpose : std::uint32_t {
  initialize = 1,
  shuffle = 2,
  generate = 3,
  sample = 4,
  split = 5,
  noise = 6,
  augment = 7,
  corrupt = 8,
  environment = 9,
  action = 10,
  replay = 11,
  text = 12,
  sweep = 13
};

// A stream from its purpose and the number of the thing that it is for (layer, epoch, image).
constexpr std::uint64_t make_stream(StreamPurpose purpose, std::uint32_t number) {
  return (static_cast<std::uint64_t>(purpose) << 32) | number;
}

// Block `index` of a stream: four independent uniform words of 32 bits.
inline std::array<std::uint32_t, 4> random_block(std::uint64_t seed, std::uint64_t stream,
                                                 std::uint64_t index) {
  r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
       static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)}};
  r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto block = r123::Philox4x32{}(counter, key);
  return {block[0], block[1], block[2], block[3]};
}

}  // namespace lithe::base
