#include "data/synthetic/digits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "lithe/data.h"

namespace lithe::data {
namespace {

constexpr std::size_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

std::span<const std::uint8_t> image(const Examples& part, std::size_t index) {
  return {part.features.row(index), kPixels};
}

std::span<const std::uint8_t> pixels(const Examples& part) {
  return {part.features.row(0), part.features.rows * kPixels};
}

bool same(const Examples& a, const Examples& b) {
  return std::ranges::equal(pixels(a), pixels(b)) &&
         std::ranges::equal(std::span(a.labels, a.features.rows),
                            std::span(b.labels, b.features.rows));
}

// FNV-1a, 64 bits.
std::uint64_t hash(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const std::uint8_t byte : bytes) value = (value ^ byte) * 0x100000001b3;
  return value;
}

TEST(Digits, LookLikeMnistFromOutside) {
  const Dataset digits = generate_digits(1, 30, 20);
  EXPECT_EQ(digits.name, "digits");
  EXPECT_EQ(digits.shape, (std::vector<std::size_t>{kSide, kSide}));
  ASSERT_EQ(digits.class_names.size(), kClasses);
  EXPECT_EQ(digits.class_names[7], "7");
  EXPECT_EQ(digits.train.features.rows, 30u);
  EXPECT_EQ(digits.test.features.rows, 20u);
  for (const Examples* part : {&digits.train, &digits.test}) {
    EXPECT_EQ(part->features.type, ElementType::uint8);
    EXPECT_EQ(part->features.columns, kPixels);
    EXPECT_EQ(part->features.row_stride, kPixels);
    EXPECT_EQ(part->features.divisor, 255);
    EXPECT_EQ(part->classes, kClasses);
  }
}

// No compiler, library or processor may change a byte: whoever changes the drawing on purpose
// writes the new values here, and checks what the recipe reads of real digits.
TEST(Digits, AreTheBytesTheyWere) {
  const Dataset digits = generate_digits(1, 300, 100);
  EXPECT_EQ(hash(pixels(digits.train)), 10961030428345374898u);
  EXPECT_EQ(hash(pixels(digits.test)), 17106986877260860644u);
  const std::vector<std::uint8_t> labels(digits.train.labels, digits.train.labels + 300);
  EXPECT_EQ(hash(labels), 11260597091457247860u);
}

TEST(Digits, SeedDecides) {
  const Dataset digits = generate_digits(5, 100, 50);
  EXPECT_TRUE(same(digits.train, generate_digits(5, 100, 50).train));
  EXPECT_FALSE(same(digits.train, generate_digits(6, 100, 50).train));
  const std::uint64_t high = std::uint64_t{1} << 32;
  EXPECT_FALSE(same(digits.train, generate_digits(5 + high, 100, 50).train));
}

TEST(Digits, AreTheSameOnAnyNumberOfThreads) {
  const Dataset one = generate_digits(2, 203, 101, 1);
  for (const std::size_t threads : {0, 2, 3, 7}) {
    const Dataset several = generate_digits(2, 203, 101, threads);
    EXPECT_TRUE(same(one.train, several.train)) << threads;
    EXPECT_TRUE(same(one.test, several.test)) << threads;
  }
}

TEST(Digits, LongerSetsBeginWithShorterOnes) {
  const Dataset brief = generate_digits(3, 40, 10), long_one = generate_digits(3, 150, 60);
  EXPECT_TRUE(same(brief.train, long_one.train.slice(0, 40)));
  EXPECT_TRUE(same(brief.test, long_one.test.slice(0, 10)));
}

TEST(Digits, TestPartIsNotTheTrainingPart) {
  const Dataset digits = generate_digits(4, 200, 200);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < 200; ++i)
    equal += std::ranges::equal(image(digits.train, i), image(digits.test, i));
  EXPECT_EQ(equal, 0u);
}

TEST(Digits, EitherPartMayBeEmpty) {
  EXPECT_EQ(generate_digits(1, 0, 3).train.features.rows, 0u);
  EXPECT_EQ(generate_digits(1, 3, 0).test.features.rows, 0u);
  EXPECT_EQ(generate_digits(1, 0, 0).test.features.rows, 0u);
}

TEST(Digits, ClassesAreBalanced) {
  constexpr std::size_t kCount = 5000;
  const Dataset digits = generate_digits(1, kCount, 0);
  std::array<std::size_t, kClasses> counts{};
  for (std::size_t i = 0; i < kCount; ++i)
    ++counts.at(static_cast<std::size_t>(digits.train.labels[i]));
  // A class has 500 give or take 21; five deviations.
  for (const std::size_t count : counts) EXPECT_NEAR(static_cast<double>(count), 500, 106);
}

// Where the ink of a picture lies along one axis.
struct Extent {
  std::size_t low = kSide, high = 0;
  double ink = 0, moment = 0;

  void add(std::size_t at, std::uint8_t pixel) {
    if (pixel == 0) return;
    low = std::min(low, at), high = std::max(high, at);
    ink += pixel, moment += static_cast<double>(pixel * at);
  }
  std::size_t length() const { return high - low + 1; }
  // In pixel 14, but that nothing sticks out of the picture.
  bool is_centred() const {
    return std::abs(moment / ink - 14) <= 0.5 || low == 0 || high == kSide - 1;
  }
};

// As MNIST frames its digits.
TEST(Digits, FillTheirBoxAboutTheCentreOfTheInk) {
  const Dataset digits = generate_digits(1, 2000, 0);
  for (std::size_t i = 0; i < 2000; ++i) {
    Extent across, down;
    for (std::size_t at = 0; at < kPixels; ++at) {
      across.add(at % kSide, image(digits.train, i)[at]);
      down.add(at / kSide, image(digits.train, i)[at]);
    }
    ASSERT_GT(across.ink, 0) << i;
    const std::size_t side = std::max(across.length(), down.length());
    EXPECT_TRUE(side == 19 || side == 20) << i << " is " << side;
    EXPECT_TRUE(across.is_centred()) << i;
    EXPECT_TRUE(down.is_centred()) << i;
  }
}

// MNIST's training images have 33.3 a pixel, and ink in 19 of 100 pixels.
TEST(Digits, HaveTheInkOfHandwriting) {
  const Dataset digits = generate_digits(1, 2000, 0);
  const auto all = pixels(digits.train);
  double sum = 0;
  for (const std::uint8_t pixel : all) sum += pixel;
  const double count = static_cast<double>(all.size());
  const double inked = count - static_cast<double>(std::ranges::count(all, 0));
  EXPECT_NEAR(sum / count, 33.3, 1.5);
  EXPECT_NEAR(inked / count, 0.19, 0.01);
  EXPECT_EQ(*std::ranges::max_element(all), 255);
}

using Mean = std::array<double, kPixels>;

std::vector<Mean> class_means(const Examples& part) {
  std::vector<Mean> means(kClasses, Mean{});
  std::array<double, kClasses> counts{};
  for (std::size_t i = 0; i < part.features.rows; ++i) {
    Mean& mean = means[static_cast<std::size_t>(part.labels[i])];
    for (std::size_t at = 0; at < kPixels; ++at) mean[at] += image(part, i)[at];
    ++counts[static_cast<std::size_t>(part.labels[i])];
  }
  for (std::size_t digit = 0; digit < kClasses; ++digit)
    for (double& value : means[digit]) value /= counts[digit];
  return means;
}

std::size_t nearest(const std::vector<Mean>& means, std::span<const std::uint8_t> picture) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::max();
  for (std::size_t digit = 0; digit < kClasses; ++digit) {
    double distance = 0;
    for (std::size_t at = 0; at < kPixels; ++at)
      distance += (picture[at] - means[digit][at]) * (picture[at] - means[digit][at]);
    if (distance < least) least = distance, best = digit;
  }
  return best;
}

// The simplest classifier there is. Means of MNIST's own training images read 82 of 100.
TEST(Digits, MeansReadRealDigits) {
  if (std::getenv("LITHE_DATA") == nullptr)
    GTEST_SKIP() << "needs MNIST: run `lithe data fetch mnist`, set LITHE_DATA to its data folder";
  const Dataset mnist = load_dataset("mnist", data_folder({}));
  const Examples& real = mnist.test;
  const std::vector<Mean> means = class_means(generate_digits(0, 3000, 0).train);
  std::size_t right = 0;
  for (std::size_t i = 0; i < real.features.rows; ++i)
    right += nearest(means, image(real, i)) == static_cast<std::size_t>(real.labels[i]);
  EXPECT_GE(right, 7700u);
}

}  // namespace
}  // namespace lithe::data
