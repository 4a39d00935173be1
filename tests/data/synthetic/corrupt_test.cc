// Images made of known ones that show none of them.
#include "data/synthetic/corrupt.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "base/random.h"
#include "data/synthetic/shapes.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe::data {
namespace {

Rng rng_of(std::uint32_t number) {
  return {1, base::make_stream(base::StreamPurpose::corrupt, number)};
}

double mean_difference(const std::uint8_t* a, const std::uint8_t* b, std::size_t values) {
  double sum = 0;
  for (std::size_t i = 0; i < values; ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(values);
}

TEST(Corrupt, NearlyAllImagesAreFarFromWhatTheyWere) {
  const Dataset shapes = generate_shapes(3, 600, 30);
  const Dataset corrupted = corrupt_images(shapes, 1);
  EXPECT_EQ(corrupted.name, "corrupted:shapes");
  EXPECT_EQ(corrupted.shape, shapes.shape);
  EXPECT_EQ(corrupted.test.features.rows, 30u);
  std::size_t same = 0, far = 0;
  for (std::size_t row = 0; row < 600; ++row) {
    const double difference =
        mean_difference(shapes.train.features.row(row), corrupted.train.features.row(row), 40 * 40);
    same += difference == 0;
    far += difference > 3;
  }
  EXPECT_LT(same, 6u);  // a square cut in two by itself
  EXPECT_GT(far, 540u);
}

TEST(Corrupt, TheSameSeedMakesTheSameImages) {
  const Dataset shapes = generate_shapes(3, 60, 10);
  const Dataset once = corrupt_images(shapes, 1), again = corrupt_images(shapes, 1);
  const Dataset other = corrupt_images(shapes, 2);
  for (std::size_t row = 0; row < 60; ++row) {
    const std::uint8_t* const image = once.train.features.row(row);
    EXPECT_EQ(mean_difference(image, again.train.features.row(row), 1600), 0);
    EXPECT_GT(mean_difference(image, other.train.features.row(row), 1600), 0);
  }
}

// Nothing is made up: neither a level nor a colour that the image does not have.
TEST(Corrupt, AnEvenImageStaysAsItIs) {
  const ImageSize sizes[] = {{9, 14, 3}, {1, 1, 1}, {1, 30, 1}, {40, 2, 3}, {2, 2, 1}};
  for (const ImageSize& size : sizes)
    for (std::uint32_t number = 0; number < 60; ++number) {
      std::vector<std::uint8_t> image(size.values()), result(size.values());
      for (std::size_t i = 0; i < image.size(); ++i)
        image[i] = static_cast<std::uint8_t>(40 + 90 * (i % size.channels));
      Rng rng = rng_of(number);
      corrupt(image.data(), image.data(), size, rng, result.data());
      EXPECT_EQ(result, image) << size.height << "x" << size.width << " " << number;
    }
}

// Spliced with itself, an image would stay what it is: a known one among the outliers.
TEST(Corrupt, OfOneClassIsSplicedWithAnotherImage) {
  base::Rng random(1, 0);
  std::vector<std::uint8_t> pixels(2 * 100);
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  const std::vector<std::int32_t> labels = {0, 0};
  for (const std::int32_t* classes : {labels.data(), static_cast<const std::int32_t*>(nullptr)}) {
    const Features features{pixels.data(), ElementType::uint8, 2, 100, 100, 255};
    Dataset data;
    data.shape = {10, 10};
    data.train = {.features = features, .labels = classes, .classes = 1};
    std::size_t same = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const Dataset corrupted = corrupt_images(data, seed);
      for (std::size_t row = 0; row < 2; ++row)
        same += mean_difference(features.row(row), corrupted.train.features.row(row), 100) == 0;
    }
    EXPECT_LT(same, 3u);  // shuffled into the old order
  }
}

TEST(Corrupt, RefusesWhatIsNoImage) {
  Dataset data = generate_shapes(3, 6, 3);
  data.shape = {1600};
  EXPECT_THROW(corrupt_images(data, 1), Error);
  EXPECT_THROW(load_dataset("corrupted:shape", "nowhere"), Error);
}

}  // namespace
}  // namespace lithe::data
