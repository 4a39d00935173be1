#include "sweep/sobol.h"

#include <array>
#include <bit>
#include <cassert>

#include "base/random.h"

namespace lithe::sweep {

namespace {

constexpr std::size_t kBits = 32;

// A primitive polynomial over two elements, as the bits of its coefficients, and the first
// direction numbers: those of Joe and Kuo, "Constructing Sobol sequences with better
// two-dimensional projections", SIAM J. Sci. Comput. 30, 2008 (their table new-joe-kuo-6),
// dimensions 2 to 40.
struct Direction {
  std::uint32_t polynomial;
  std::array<std::uint32_t, 8> first;
};
constexpr std::array<Direction, kMostDimensions - 1> kDirections = {{
    {3, {1}},
    {7, {1, 3}},
    {11, {1, 3, 1}},
    {13, {1, 1, 1}},
    {19, {1, 1, 3, 3}},
    {25, {1, 3, 5, 13}},
    {37, {1, 1, 5, 5, 17}},
    {41, {1, 1, 5, 5, 5}},
    {47, {1, 1, 7, 11, 19}},
    {55, {1, 1, 5, 1, 1}},
    {59, {1, 1, 1, 3, 11}},
    {61, {1, 3, 5, 5, 31}},
    {67, {1, 3, 3, 9, 7, 49}},
    {91, {1, 1, 1, 15, 21, 21}},
    {97, {1, 3, 1, 13, 27, 49}},
    {103, {1, 1, 1, 15, 7, 5}},
    {109, {1, 3, 1, 15, 13, 25}},
    {115, {1, 1, 5, 5, 19, 61}},
    {131, {1, 3, 7, 11, 23, 15, 103}},
    {137, {1, 3, 7, 13, 13, 15, 69}},
    {143, {1, 1, 3, 13, 7, 35, 63}},
    {145, {1, 3, 5, 9, 1, 25, 53}},
    {157, {1, 3, 1, 13, 9, 35, 107}},
    {167, {1, 3, 1, 5, 27, 61, 31}},
    {171, {1, 1, 5, 11, 19, 41, 61}},
    {185, {1, 3, 5, 3, 3, 13, 69}},
    {191, {1, 1, 7, 13, 1, 19, 1}},
    {193, {1, 3, 7, 5, 13, 19, 59}},
    {203, {1, 1, 3, 9, 25, 29, 41}},
    {211, {1, 3, 5, 13, 23, 1, 55}},
    {213, {1, 3, 7, 3, 13, 59, 17}},
    {229, {1, 3, 1, 3, 5, 53, 69}},
    {239, {1, 1, 5, 5, 23, 33, 13}},
    {241, {1, 1, 7, 7, 1, 61, 123}},
    {247, {1, 1, 7, 9, 13, 61, 49}},
    {253, {1, 3, 3, 5, 3, 55, 33}},
    {285, {1, 3, 1, 15, 31, 13, 49, 245}},
    {299, {1, 3, 5, 15, 31, 59, 63, 97}},
    {301, {1, 3, 1, 11, 11, 11, 77, 249}},
}};

using Directions = std::array<std::uint32_t, kBits>;

Directions directions_of(std::size_t dimension) {
  Directions v{};
  if (dimension == 0) {
    for (std::size_t j = 0; j < kBits; ++j) v[j] = std::uint32_t{1} << (kBits - 1 - j);
    return v;
  }
  const Direction& direction = kDirections[dimension - 1];
  const auto degree = static_cast<std::size_t>(std::bit_width(direction.polynomial)) - 1;
  for (std::size_t j = 0; j < degree; ++j) v[j] = direction.first[j] << (kBits - 1 - j);
  for (std::size_t j = degree; j < kBits; ++j) {
    v[j] = v[j - degree] ^ (v[j - degree] >> degree);
    for (std::size_t i = 1; i < degree; ++i)
      if ((direction.polynomial >> (degree - i) & 1) != 0) v[j] ^= v[j - i];
  }
  return v;
}

const Directions& directions(std::size_t dimension) {
  assert(dimension < kMostDimensions);
  static const auto all = [] {
    std::array<Directions, kMostDimensions> made{};
    for (std::size_t d = 0; d < kMostDimensions; ++d) made[d] = directions_of(d);
    return made;
  }();
  return all[dimension];
}

}  // namespace

std::uint32_t plain_sobol(std::uint32_t index, std::size_t dimension) {
  const Directions& v = directions(dimension);
  std::uint32_t x = 0;
  for (std::size_t j = 0; index != 0; ++j, index >>= 1)
    if ((index & 1) != 0) x ^= v[j];
  return x;
}

double scrambled_sobol(std::uint64_t seed, std::uint32_t index, std::size_t dimension) {
  const std::uint64_t stream =
      base::make_stream(base::StreamPurpose::sweep, static_cast<std::uint32_t>(dimension));
  const std::uint32_t x = plain_sobol(index, dimension);
  std::uint32_t scrambled = 0;
  for (std::size_t bit = 0; bit < kBits; ++bit) {
    const std::uint32_t above = bit == 0 ? 0 : x >> (kBits - bit);
    const std::uint64_t node = (std::uint64_t{bit} << kBits) | above;
    const std::uint32_t flip = base::random_block(seed, stream, node)[0] & 1;
    scrambled |= ((x >> (kBits - 1 - bit) & 1) ^ flip) << (kBits - 1 - bit);
  }
  return (scrambled + 0.5) * 0x1p-32;
}

}  // namespace lithe::sweep
