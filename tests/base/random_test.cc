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
  for (const StreamPurpose purpose : {StreamPurpose::initialize, StreamPurpose::shuffle,
                                      StreamPurpose::generate, StreamPurpose::sample})
    for (std::uint32_t number = 0; number < 5; ++number)
      for (std::uint64_t seed = 0; seed < 5; ++seed)
        for (std::uint64_t index = 0; index < 5; ++index, ++drawn)
          blocks.insert(random_block(seed, make_stream(purpose, number), index));
  EXPECT_EQ(blocks.size(), drawn);
}

TEST(Rng, ReadsTheBlocksInOrder) {
  Rng stream(7, 9);
  for (std::uint64_t index = 0; index < 3; ++index)
    for (const std::uint32_t word : random_block(7, 9, index)) EXPECT_EQ(stream.next(), word);
}

TEST(Rng, BeginsAtAnyBlockAndCountsThem) {
  for (const std::uint64_t first : {0u, 3u, 1000u}) {
    Rng rng(7, 9, first);
    for (std::uint64_t words = 0; words < 100; ++words) {
      EXPECT_EQ(rng.blocks(), (words + 3) / 4);
      EXPECT_EQ(rng.next(), random_block(7, 9, first + words / 4)[words % 4]);
    }
  }
}

TEST(Rng, GivesWholeBlocksBetweenWords) {
  Rng rng(7, 9);
  const Block first = random_block(7, 9, 0), second = random_block(7, 9, 1);
  EXPECT_EQ(rng.next(), first[0]);
  EXPECT_EQ(rng.block(), second);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(rng.next(), first[i]);
  EXPECT_EQ(rng.next(), random_block(7, 9, 2)[0]);
  EXPECT_EQ(rng.blocks(), 3u);
}

// A batch of a few hundred actions draws thousands of numbers: none may be one of the next step.
TEST(Rng, KeepsStepsApart) {
  Rng again = Rng::of_step(1, 2, 3), other_stream = Rng::of_step(1, 3, 3);
  Rng now = Rng::of_step(1, 2, 3), next = Rng::of_step(1, 2, 4);
  const double first = next.uniform_open();
  for (int i = 0; i < 100'000; ++i) {
    const double u = now.uniform_open();
    ASSERT_NE(u, first) << "after " << i << " numbers";
    ASSERT_EQ(u, again.uniform_open());
    ASSERT_NE(u, other_stream.uniform_open());
    ASSERT_TRUE(u > 0 && u < 1);
  }
}

TEST(Rng, DrawsEveryNumberBelowABoundAlike) {
  Rng stream(1, 2);
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

TEST(Rng, HasNoBiasWhereTheBoundIsNearly2To32) {
  // Without rejection a third of the values would come twice as often as the others.
  const std::uint32_t bound = 0xC0000000;
  Rng stream(3, 4);
  int low = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::uint32_t drawn = stream.below(bound);
    ASSERT_LT(drawn, bound);
    low += drawn % 3 == 0;
  }
  EXPECT_NEAR(low, 10000 / 3.0, 6 * std::sqrt(10000 * 2 / 9.0));
}

TEST(Rng, IsUniformInTheUnitInterval) {
  Rng stream(5, 6);
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

TEST(Rng, ScalesTheUniformToAnyInterval) {
  Rng stream(5, 6), unit(5, 6);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.uniform(-2, 3), -2 + 5 * unit.uniform());
}

// The moments of the standard normal are 0, 1, 0 and 3; the tolerances are six standard deviations
// of their estimates.
TEST(Rng, IsNormal) {
  Rng stream(8, 9);
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
