// The generated sets beside the digits: letters, shapes, noise, and sets made from others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "data/synthetic/changed_sets.h"
#include "data/synthetic/letters.h"
#include "data/synthetic/noise_sets.h"
#include "data/synthetic/shapes.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe::data {
namespace {

std::string pixels(const Examples& part, std::size_t row) {
  return {reinterpret_cast<const char*>(part.features.row(row)), part.features.columns};
}

struct Set {
  const char* name;
  Dataset (*make)(std::uint64_t seed, std::size_t train, std::size_t test, std::size_t threads);
  std::size_t side, classes;
};

const Set kSets[] = {{"letters", generate_letters, 28, 14},
                     {"shapes", generate_shapes, 40, 3},
                     {"shapes-unknown", generate_unknown_shapes, 40, 6}};

TEST(BuiltIn, ClassesAreBalancedAndNoImageComesTwice) {
  for (const Set& set : kSets) {
    const Dataset data = set.make(0, 30 * set.classes, 20 * set.classes, 0);
    EXPECT_EQ(data.name, set.name);
    EXPECT_EQ(data.shape, (std::vector<std::size_t>{set.side, set.side}));
    EXPECT_EQ(data.class_names.size(), set.classes);
    std::set<std::string> seen;
    for (const Examples* part : {&data.train, &data.test}) {
      std::map<int, std::size_t> counts;
      for (std::size_t row = 0; row < part->features.rows; ++row) {
        ++counts[part->labels[row]];
        EXPECT_TRUE(seen.insert(pixels(*part, row)).second) << set.name << " " << row;
      }
      EXPECT_EQ(counts.size(), set.classes);
      for (const auto& [label, count] : counts)
        EXPECT_EQ(count, part->features.rows / set.classes) << set.name;
    }
  }
}

TEST(BuiltIn, AnImageDependsOnTheSeedAndItsNumberAlone) {
  for (const Set& set : kSets) {
    const Dataset one = set.make(3, 60, 40, 1), other = set.make(3, 90, 40, 3);
    for (std::size_t row = 0; row < 60; ++row)
      EXPECT_EQ(pixels(one.train, row), pixels(other.train, row));
    for (std::size_t row = 0; row < 40; ++row)
      EXPECT_EQ(pixels(one.test, row), pixels(other.test, row));
    EXPECT_NE(pixels(one.train, 0), pixels(set.make(4, 1, 1, 1).train, 0));
  }
}

// Each kind of thing is there to be seen: its pixels reach well above or below the paper's.
TEST(BuiltIn, ShapesHaveContrast) {
  for (const auto make : {&generate_shapes, &generate_unknown_shapes}) {
    const Dataset data = make(0, 300, 0, 0);
    for (std::size_t row = 0; row < 300; ++row) {
      std::string image = pixels(data.train, row);
      std::sort(image.begin(), image.end(), [](unsigned char a, unsigned char b) { return a < b; });
      const auto at = [&](std::size_t i) { return static_cast<unsigned char>(image[i]); };
      EXPECT_GT(at(image.size() - 15) - at(15), 50) << row;
    }
  }
}

TEST(BuiltIn, NoiseHasTheMeanAndTheDeviationItSays) {
  for (const auto& [make, deviation] :
       {std::pair(&generate_uniform_noise, 73.9), std::pair(&generate_gaussian_noise, 63.0)}) {
    const Dataset data = make(0, 10, 100);
    double mean = 0, square = 0;
    const std::size_t values = 100 * data.test.features.columns;
    for (std::size_t i = 0; i < values; ++i) {
      const double v = data.test.features.row(0)[i];
      mean += v / static_cast<double>(values), square += v * v / static_cast<double>(values);
    }
    EXPECT_NEAR(mean, 127.5, 1);
    EXPECT_NEAR(std::sqrt(square - mean * mean), deviation, 1.5) << data.name;
    EXPECT_EQ(data.class_names, std::vector<std::string>{"noise"});
  }
}

TEST(BuiltIn, InvertedTwiceIsTheSetItself) {
  const Dataset letters = generate_letters(1, 20, 10, 1);
  const Dataset once = invert(letters), twice = invert(once);
  EXPECT_EQ(once.name, "inverted:letters");
  for (std::size_t row = 0; row < 20; ++row) {
    EXPECT_EQ(pixels(twice.train, row), pixels(letters.train, row));
    for (std::size_t i = 0; i < 784; ++i)
      EXPECT_EQ(once.train.features.row(row)[i], 255 - letters.train.features.row(row)[i]);
  }
  EXPECT_TRUE(std::equal(once.test.labels, once.test.labels + 10, letters.test.labels));
}

TEST(BuiltIn, MirroredAndFlippedHaveTheirSidesChangedOver) {
  const Dataset shapes = generate_shapes(1, 3, 3, 1);
  const Dataset mirrored = mirror(shapes, Mirror::across);
  const Dataset flipped = mirror(shapes, Mirror::upside_down);
  EXPECT_EQ(mirrored.name, "mirrored:shapes");
  EXPECT_EQ(flipped.name, "flipped:shapes");
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t i = 0; i < 1600; ++i) {
      const std::uint8_t* const image = shapes.test.features.row(row);
      EXPECT_EQ(mirrored.test.features.row(row)[i], image[i / 40 * 40 + 39 - i % 40]);
      EXPECT_EQ(flipped.test.features.row(row)[i], image[(39 - i / 40) * 40 + i % 40]);
    }
  Dataset flat = shapes;
  flat.shape = {1600};
  EXPECT_THROW(mirror(flat, Mirror::across), Error);
}

TEST(BuiltIn, PermutedHasTheSamePixelsInOneOtherOrder) {
  const Dataset noise = generate_uniform_noise(1, 5, 5);
  const Dataset permuted = permute_pixels(noise, 0);
  // Pixel i of the result is pixel source[i] everywhere: where five bytes agree, it is found.
  std::set<std::size_t> sources;
  std::size_t still = 0;
  for (std::size_t i = 0; i < 784; ++i)
    for (std::size_t j = 0; j < 784; ++j) {
      bool same = true;
      for (std::size_t row = 0; row < 5 && same; ++row)
        same = permuted.train.features.row(row)[i] == noise.train.features.row(row)[j] &&
               permuted.test.features.row(row)[i] == noise.test.features.row(row)[j];
      if (!same) continue;
      sources.insert(j);
      still += i == j;
    }
  EXPECT_EQ(sources.size(), 784u) << "a permutation leaves nothing out";
  EXPECT_LT(still, 20u);
}

TEST(BuiltIn, AreLoadedByName) {
  for (const char* name : {"letters", "shapes", "shapes-unknown", "uniform-noise", "gaussian-noise",
                           "inverted:letters", "permuted:inverted:letters", "corrupted:shapes"}) {
    const Dataset data = load_dataset(name, "nowhere");
    EXPECT_EQ(data.name, name);
    EXPECT_GE(data.test.features.rows, 2000u);
  }
  EXPECT_TRUE(is_built_in("shapes"));
  EXPECT_FALSE(is_built_in("mnist"));
  EXPECT_THROW(load_dataset("inverted:shape", "nowhere"), Error);
  EXPECT_THROW(load_dataset("inverted:", "nowhere"), Error);
}

}  // namespace
}  // namespace lithe::data
