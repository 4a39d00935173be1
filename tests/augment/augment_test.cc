#include "augment/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "base/random.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe::augment {
namespace {

using Shape = std::vector<std::size_t>;

std::size_t size_of_shape(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

Augmenter make(const std::string& sentence, const Shape& shape,
               ElementType type = ElementType::uint8, std::uint64_t seed = 1,
               double divisor = 255) {
  return {network::read_sentence(sentence, network::Category::augmentation, catalogue::catalogue()),
          shape, type, divisor, seed};
}

template <typename Pixel>
std::vector<Pixel> run(const Augmenter& augmenter, const std::vector<Pixel>& image,
                       std::uint64_t time = 0, std::uint32_t row = 0) {
  std::vector<Pixel> output(size_of_shape(augmenter.output_shape()), Pixel{77});
  std::vector<std::max_align_t> scratch(augmenter.scratch_bytes() / sizeof(std::max_align_t) + 1);
  augmenter.run(image.data(), output.data(), time, row, scratch.data());
  return output;
}

std::vector<std::uint8_t> random_image(const Shape& shape, std::uint64_t seed = 3) {
  base::Rng random(seed, 0);
  std::vector<std::uint8_t> image(size_of_shape(shape));
  for (auto& value : image) value = static_cast<std::uint8_t>(random.below(256));
  return image;
}

// A bright disc that is not in the middle.
std::vector<std::uint8_t> smooth_image(std::size_t side) {
  std::vector<std::uint8_t> image(side * side);
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t x = 0; x < side; ++x) {
      const double dx = static_cast<double>(x) - 0.4 * static_cast<double>(side);
      const double dy = static_cast<double>(y) - 0.55 * static_cast<double>(side);
      image[y * side + x] = static_cast<std::uint8_t>(
          250 * std::exp(-(dx * dx + dy * dy) / (0.03 * static_cast<double>(side * side))));
    }
  return image;
}

double total(const std::vector<std::uint8_t>& image) {
  return std::accumulate(image.begin(), image.end(), 0.0);
}

TEST(Augmenter, StepsOfNoSizeChangeNothing) {
  for (const Shape& shape : {Shape{28, 28}, Shape{9, 13, 3}, Shape{1, 1}}) {
    const auto image = random_image(shape);
    for (const char* sentence :
         {"shift(0)", "rotate(0)", "scale(0)", "shear(0)", "flip(0)", "vertical_flip(p=0)",
          "elastic(alpha=0)", "noise(0)", "rotate(30, p=0) -> shear(20, p=0)",
          "elastic(0) -> rotate(0) -> flip(p=0) -> noise(0)"})
      EXPECT_EQ(run(make(sentence, shape), image, 5, 6), image) << sentence;
  }
}

TEST(Augmenter, MirrorsTwiceGiveTheImage) {
  const Shape shape{6, 7, 2};
  const auto image = random_image(shape);
  for (const char* step : {"flip(1)", "vertical_flip(1)"}) {
    const Augmenter augmenter = make(step, shape);
    const auto once = run(augmenter, image);
    EXPECT_NE(once, image);
    EXPECT_EQ(run(augmenter, once), image);
    EXPECT_EQ(run(make(std::string(step) + " -> " + step, shape), image), image);
  }
  const auto mirrored = run(make("flip(1)", shape), image);
  for (std::size_t y = 0; y < 6; ++y)
    for (std::size_t x = 0; x < 7; ++x)
      for (std::size_t c = 0; c < 2; ++c)
        EXPECT_EQ(mirrored[(y * 7 + x) * 2 + c], image[(y * 7 + 6 - x) * 2 + c]);
}

// Which whole shift it was; -99 where it was none.
std::pair<int, int> shift_of(const std::vector<std::uint8_t>& image,
                             const std::vector<std::uint8_t>& moved, int side, int most) {
  const auto at = [&](int y, int x) {
    return y < 0 || x < 0 || y >= side || x >= side ? 0
                                                    : image[static_cast<std::size_t>(y * side + x)];
  };
  for (int dy = -most; dy <= most; ++dy)
    for (int dx = -most; dx <= most; ++dx) {
      bool same = true;
      for (int y = 0; y < side && same; ++y)
        for (int x = 0; x < side && same; ++x)
          same = moved[static_cast<std::size_t>(y * side + x)] == at(y + dy, x + dx);
      if (same) return {dy, dx};
    }
  return {-99, -99};
}

TEST(Augmenter, ShiftsByWholePixelsAndAllOfThem) {
  const auto image = random_image({11, 11});
  for (const char* sentence : {"shift(2)", "crop(11, pad=2)", "shift(2) -> elastic(0)"}) {
    const Augmenter augmenter = make(sentence, {11, 11});
    std::vector<int> count(25);
    for (std::uint32_t row = 0; row < 1000; ++row) {
      const auto [dy, dx] = shift_of(image, run(augmenter, image, 3, row), 11, 2);
      ASSERT_GE(dy, -2) << sentence;
      ++count[static_cast<std::size_t>((dy + 2) * 5 + dx + 2)];
    }
    for (const int n : count) EXPECT_NEAR(n, 40, 25) << sentence;
  }
}

TEST(Augmenter, CropTakesASquareOutOfTheImage) {
  const Shape shape{5, 8, 3};
  const auto image = random_image(shape);
  const Augmenter augmenter = make("crop(4)", shape);
  EXPECT_EQ(augmenter.output_shape(), (Shape{4, 4, 3}));
  bool first = false, last = false;
  for (std::uint32_t row = 0; row < 100; ++row) {
    const auto output = run(augmenter, image, 0, row);
    bool found = false;
    for (std::size_t top = 0; top <= 1; ++top)
      for (std::size_t left = 0; left <= 4; ++left) {
        bool same = true;
        for (std::size_t y = 0; y < 4; ++y)
          same = same && std::memcmp(&output[y * 12], &image[((top + y) * 8 + left) * 3], 12) == 0;
        found = found || same;
        first = first || (same && top == 0 && left == 0);
        last = last || (same && top == 1 && left == 4);
      }
    EXPECT_TRUE(found);
  }
  EXPECT_TRUE(first && last);
}

TEST(Augmenter, AQuarterTurnIsExact) {
  // Turned by 90 degrees or less, until one draw is near enough to a quarter to compare.
  const auto image = smooth_image(21);
  const Augmenter augmenter = make("rotate(90)", {21, 21});
  double best = 1e9;
  for (std::uint32_t row = 0; row < 2000; ++row) {
    const auto turned = run(augmenter, image, 0, row);
    double difference = 0;
    for (std::size_t y = 0; y < 21; ++y)
      for (std::size_t x = 0; x < 21; ++x)
        difference = std::max(
            difference, std::abs(static_cast<double>(turned[y * 21 + x]) - image[x * 21 + 20 - y]));
    best = std::min(best, difference);
  }
  EXPECT_LT(best, 3);
}

TEST(Augmenter, GeometryKeepsWhatIsInsideTheImage) {
  const auto image = smooth_image(40);
  for (const char* sentence : {"rotate(15)", "shear(10)", "shift(2) -> rotate(10)"})
    for (std::uint32_t row = 0; row < 50; ++row)
      EXPECT_NEAR(total(run(make(sentence, {40, 40}), image, 0, row)), total(image),
                  0.02 * total(image))
          << sentence;
  double scaled = 0;
  for (std::uint32_t row = 0; row < 400; ++row)
    scaled += total(run(make("scale(0.1)", {40, 40}), image, 0, row)) / 400;
  EXPECT_NEAR(scaled, (1 + 0.01 / 3) * total(image), 0.02 * total(image));
}

// A thousand scales multiply to what is no number any more; beside the image there is 0.
TEST(Augmenter, ReadsNothingOutsideTheImageHoweverLargeItsMapGrows) {
  const auto image = random_image({12, 12});
  std::string sentence = "scale(0.9)";
  for (int step = 1; step < 1000; ++step) sentence += " -> scale(0.9)";
  for (const char* last : {" -> rotate(180)", " -> shear(80)", " -> elastic(1e6, 0.5)"}) {
    const Augmenter augmenter = make(sentence + last, {12, 12});
    for (std::uint32_t row = 0; row < 20; ++row) {
      EXPECT_EQ(total(run(augmenter, image, 0, row)), 0) << last;
    }
  }
}

TEST(Augmenter, IsAFunctionOfSeedTimeAndRow) {
  const std::string all =
      "shift(2) -> rotate(10) -> elastic(alpha=36, sigma=5) -> flip -> crop(28, pad=2) -> "
      "cutout(8) -> noise(0.1)";
  const auto image = random_image({28, 28});
  const auto once = run(make(all, {28, 28}), image, 7, 8);
  EXPECT_EQ(run(make(all, {28, 28}), image, 7, 8), once);
  EXPECT_NE(run(make(all, {28, 28}), image, 8, 8), once);
  EXPECT_NE(run(make(all, {28, 28}), image, 7, 9), once);
  EXPECT_NE(run(make(all, {28, 28}, ElementType::uint8, 2), image, 7, 8), once);
}

TEST(Augmenter, NumbersAreChangedAsBytesAre) {
  const Shape shape{28, 28};
  const auto bytes = random_image(shape);
  const std::vector<float> numbers(bytes.begin(), bytes.end());
  for (const char* sentence :
       {"shift(2) -> rotate(10) -> elastic(36, 5) -> flip -> cutout(8)", "noise(0.1)"})
    for (std::uint32_t row = 0; row < 20; ++row) {
      const auto a = run(make(sentence, shape), bytes, 1, row);
      const auto b = run(make(sentence, shape, ElementType::float32), numbers, 1, row);
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_NEAR(a[i], std::clamp(b[i], 0.0F, 255.0F), 0.51) << sentence;
    }
}

TEST(Augmenter, ChannelsMoveTogether) {
  const auto grey = random_image({12, 15});
  std::vector<std::uint8_t> colour;
  for (const std::uint8_t value : grey)
    for (const int part : {0, 1, 2})
      colour.push_back(static_cast<std::uint8_t>(value / (1 << part)));
  const std::string sentence = "shift(2) -> rotate(20) -> elastic(20, 4) -> flip -> cutout(4)";
  const auto one = run(make(sentence, {12, 15}), grey);
  const auto three = run(make(sentence, {12, 15, 3}), colour);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(three[3 * i], one[i]);
    EXPECT_NEAR(three[3 * i + 2], one[i] / 4, 1);
  }
}

TEST(Augmenter, CutoutIsASquareOfZeros) {
  const std::vector<std::uint8_t> white(20 * 20, 255);
  double zeros = 0;
  for (std::uint32_t row = 0; row < 2000; ++row) {
    const auto output = run(make("cutout(6)", {20, 20}), white, 0, row);
    const auto count = static_cast<std::size_t>(std::count(output.begin(), output.end(), 0));
    EXPECT_GE(count, 9u);  // the middle is inside
    EXPECT_LE(count, 36u);
    zeros += static_cast<double>(count) / 2000;
  }
  EXPECT_NEAR(zeros, 36 * 0.925 * 0.925, 2);
}

TEST(Augmenter, NoiseIsNormal) {
  const std::vector<float> nothing(64 * 64, 0);
  const auto noise = run(make("noise(0.5)", {64, 64}, ElementType::float32, 1, 1), nothing);
  double mean = 0, square = 0, fourth = 0;
  for (const float v : noise) mean += v / 4096.0, square += v * v / 4096.0;
  for (const float v : noise) fourth += std::pow(v, 4) / 4096.0;
  EXPECT_NEAR(mean, 0, 0.03);
  EXPECT_NEAR(square, 0.25, 0.02);
  EXPECT_NEAR(fourth / (square * square), 3, 0.35);
}

TEST(ElasticField, HasTheVarianceAndTheSmoothnessOfBlurredNoise) {
  constexpr std::size_t kSide = 40;
  const double alpha = 36, sigma = 4;
  const ElasticField elastic(kSide, kSide, alpha, sigma);
  std::vector<float> field(kSide * elastic.stride()), scratch(elastic.scratch_values());
  std::vector<double> products(10);
  const int draws = 3000;
  for (int i = 0; i < draws; ++i) {
    Rng rng(1, 0, static_cast<std::uint64_t>(i) << 26);
    elastic.draw(rng, field.data(), scratch.data());
    for (std::size_t distance = 0; distance < products.size(); ++distance)
      for (const std::size_t at : {0, 13, 29})  // the edge is as random as the middle
        products[distance] += double{field[at * elastic.stride() + at]} *
                              field[at * elastic.stride() + at + distance] / (3.0 * draws);
  }
  const double variance = alpha * alpha / (12 * std::numbers::pi * sigma * sigma);
  for (std::size_t distance = 0; distance < products.size(); ++distance)
    EXPECT_NEAR(products[distance] / variance,
                std::exp(-static_cast<double>(distance * distance) / (4 * sigma * sigma)), 0.06);
}

void expect_refusal(const std::string& sentence, const Shape& shape, const std::string& says,
                    ElementType type = ElementType::uint8) {
  try {
    make(sentence, shape, type);
    FAIL() << sentence;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
  }
}

TEST(Augmenter, RefusesWhatDoesNotGoTogether) {
  expect_refusal("shift(2)", {784}, "784");
  expect_refusal("shift(2)", {2, 3, 4, 5}, "2x3x4x5");
  expect_refusal("crop(33, pad=2)", {28, 28}, "33x33");
  expect_refusal("cutout(8) -> rotate(3)", {28, 28}, "rotate");
  expect_refusal("elastic -> elastic", {28, 28}, "twice");
  expect_refusal("shift(2)", {28, 28}, "float64", ElementType::float64);
  expect_refusal("rotate(200)", {28, 28}, "180");
  expect_refusal("shfit(2)", {28, 28}, "shift");
  expect_refusal("shift", {20000, 2}, "20000");
}

}  // namespace
}  // namespace lithe::augment
