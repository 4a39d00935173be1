#include "augment/elastic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lithe::augment {

namespace {

constexpr double kReach = 3;       // at which a bump is cut off, in sigmas
constexpr double kSpacing = 1.25;  // of the grid, in sigmas

// Uniform in [-1, 1).
float signed_unit(std::uint32_t bits16) { return static_cast<float>(bits16) * 0x1p-15F - 1; }

// Eight numbers a block; `count` is a multiple of that.
void fill_uniform(Rng& rng, float* numbers, std::size_t count) {
  for (std::size_t i = 0; i < count; i += 8) {
    const auto block = rng.block();
    for (std::size_t k = 0; k < 8; ++k)
      numbers[i + k] = signed_unit(block[k / 2] >> (16 * (k % 2)) & 0xffff);
  }
}

std::size_t round_up(std::size_t count, std::size_t unit) {
  return (count + unit - 1) / unit * unit;
}

}  // namespace

// Numbers of variance 1/3 and bumps h exp(-u^2 / (2 sigma^2)) at a spacing g add up to a variance
// of h^2 sigma sqrt(pi) / g along one axis, times 1/3 for the two.
ElasticField::ElasticField(std::size_t height, std::size_t width, double alpha, double sigma)
    : height_(height) {
  const double bump = std::sqrt(alpha * kSpacing / (2 * std::numbers::pi * sigma));
  down_ = make_axis(height, sigma, bump);
  across_ = make_axis(width, sigma, bump);
}

ElasticField::Axis ElasticField::make_axis(std::size_t pixels, double sigma, double height) {
  const double spacing = kSpacing * sigma, reach = kReach * sigma;
  const double before = std::floor(reach / spacing);  // numbers before the first pixel
  Axis axis;
  axis.numbers = static_cast<std::size_t>(
      before + std::floor((static_cast<double>(pixels) - 1 + reach) / spacing) + 1);
  axis.padded = round_up(pixels, kBlock);
  axis.weights.assign(axis.numbers * axis.padded, 0);
  axis.first.assign(axis.padded / kBlock, axis.numbers);
  axis.end.assign(axis.padded / kBlock, 0);
  for (std::size_t i = 0; i < axis.numbers; ++i)
    for (std::size_t x = 0; x < pixels; ++x) {
      const double u = static_cast<double>(x) - (static_cast<double>(i) - before) * spacing;
      if (std::abs(u) > reach) continue;
      axis.weights[i * axis.padded + x] =
          static_cast<float>(height * std::exp(-u * u / (2 * sigma * sigma)));
      axis.first[x / kBlock] = std::min(axis.first[x / kBlock], i);
      axis.end[x / kBlock] = i + 1;
    }
  return axis;
}

std::size_t ElasticField::scratch_values() const {
  return (down_.numbers + 1) * round_up(across_.numbers, kBlock);
}

void ElasticField::draw(Rng& rng, float* field, float* scratch) const {
  const std::size_t columns = round_up(across_.numbers, kBlock);
  float* const numbers = scratch;                         // [down_.numbers][columns]
  float* const line = scratch + down_.numbers * columns;  // blurred downwards
  fill_uniform(rng, numbers, down_.numbers * columns);
  for (std::size_t y = 0; y < height_; ++y) {
    std::fill(line, line + columns, 0.0F);
    for (std::size_t i = down_.first[y / kBlock]; i < down_.end[y / kBlock]; ++i) {
      const float weight = down_.weights[i * down_.padded + y];
      for (std::size_t j = 0; j < columns; ++j) line[j] += weight * numbers[i * columns + j];
    }
    for (std::size_t block = 0; block < across_.first.size(); ++block) {
      float sums[kBlock] = {};
      const float* const weights = across_.weights.data() + block * kBlock;
      for (std::size_t j = across_.first[block]; j < across_.end[block]; ++j)
        for (std::size_t k = 0; k < kBlock; ++k)
          sums[k] += line[j] * weights[j * across_.padded + k];
      std::copy(sums, sums + kBlock, field + y * across_.padded + block * kBlock);
    }
  }
}

}  // namespace lithe::augment
