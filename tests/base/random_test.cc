#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace lithe::base {
namespace {

using Block = std::array<std::uint32_t, 4>;

// The published known answers of philox4x32-10 (Random123's kat_vectors).
TEST(Random, IsPhilox) {
  EXPECT_EQ(random_block(0, 0, 0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint64_t ones = ~std::uint64_t{0};
  EXPECT_EQ(random_block(ones, ones, ones),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(random_block(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, KeepsUsesSeedsAndNumbersApart) {
  std::set<Block> blocks;
  std::size_t drawn = 0;
  for (const Use use : {Use::initialize, Use::shuffle, Use::generate, Use::sample})
    for (std::uint32_t number = 0; number < 5; ++number)
      for (std::uint64_t seed = 0; seed < 5; ++seed)
        for (std::uint64_t index = 0; index < 5; ++index, ++drawn)
          blocks.insert(random_block(seed, make_stream(use, number), index));
  EXPECT_EQ(blocks.size(), drawn);
}

TEST(RandomStream, ReadsTheBlocksInOrder) {
  RandomStream stream(7, 9);
  for (std::uint64_t index = 0; index < 3; ++index)
    for (const std::uint32_t word : random_block(7, 9, index)) EXPECT_EQ(stream.next(), word);
}

TEST(RandomStream, DrawsEveryNumberBelowABoundAlike) {
  RandomStream stream(1, 2);
  for (const std::uint32_t bound : {1u, 2u, 10u, 17u}) {
    constexpr double kDraws = 20000;
    std::vector<double> counts(bound);
    for (int i = 0; i < kDraws; ++i) {
      const std::uint32_t drawn = stream.below(bound);
      ASSERT_LT(drawn, bound);
      ++counts[drawn];
    }
    // Six standard deviations of a binomial count: the seed is fixed, so this never flickers.
    const double mean = kDraws / bound, spread = 6 * std::sqrt(mean * (1 - 1.0 / bound));
    for (const double count : counts) EXPECT_NEAR(count, mean, spread) << bound;
  }
}

TEST(RandomStream, HasNoBiasWhereTheBoundIsNearly2To32) {
  // Without rejection a third of the values would come twice as often as the others.
  const std::uint32_t bound = 0xC0000000;
  RandomStream stream(3, 4);
  int low = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::uint32_t drawn = stream.below(bound);
    ASSERT_LT(drawn, bound);
    low += drawn % 3 == 0;
  }
  EXPECT_NEAR(low, 10000 / 3.0, 6 * std::sqrt(10000 * 2 / 9.0));
}

TEST(RandomStream, IsUniformInTheUnitInterval) {
  RandomStream stream(5, 6);
  constexpr int kDraws = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = stream.uniform();
    ASSERT_GE(drawn, 0);
    ASSERT_LT(drawn, 1);
    EXPECT_EQ(drawn, std::floor(drawn * 0x1p53) * 0x1p-53);
    sum += drawn;
    squares += drawn * drawn;
  }
  EXPECT_NEAR(sum / kDraws, 1 / 2.0, 6 * std::sqrt(1 / 12.0 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1 / 3.0, 6 * std::sqrt(4 / 45.0 / kDraws));
}

TEST(RandomStream, ScalesTheUniformToAnyInterval) {
  RandomStream stream(5, 6), unit(5, 6);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.uniform(-2, 3), -2 + 5 * unit.uniform());
}

// The moments of the standard normal are 0, 1, 0 and 3; the tolerances are six standard deviations
// of their estimates.
TEST(RandomStream, IsNormal) {
  RandomStream stream(8, 9);
  constexpr int kDraws = 200000;
  double moments[5] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = stream.normal();
    ASSERT_TRUE(std::isfinite(drawn));
    for (int power = 1; power <= 4; ++power) moments[power] += std::pow(drawn, power) / kDraws;
  }
  const double unit = 6 / std::sqrt(kDraws);
  EXPECT_NEAR(moments[1], 0, unit);
  EXPECT_NEAR(moments[2], 1, unit * std::sqrt(2.0));
  EXPECT_NEAR(moments[3], 0, unit * std::sqrt(15.0));
  EXPECT_NEAR(moments[4], 3, unit * std::sqrt(96.0));
}

}  // namespace
}  // namespace lithe::base
