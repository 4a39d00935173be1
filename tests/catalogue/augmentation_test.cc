// Augmentations outside of a training: the same as the augmenter that a training uses.
#include "lithe/augmentation.h"

#include <gtest/gtest.h>

#include <numeric>

#include "augment/augment.h"
#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "network/bind.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

constexpr const char* kSentence = "rotate(20) -> crop(5) -> noise(0.2)";

template <typename T>
std::vector<T> pixels() {
  std::vector<T> result(8 * 7 * 3);
  std::iota(result.begin(), result.end(), T{1});
  return result;
}

// By the augmenter itself.
template <typename T>
std::vector<T> augmented(ElementType type, std::uint64_t step, std::uint32_t row) {
  const augment::Augmenter augmenter(
      network::read_sentence(kSentence, network::Category::augmentation, catalogue::catalogue()),
      {8, 7, 3}, type, 255, 3);
  const std::vector<T> image = pixels<T>();
  std::vector<T> result(5 * 5 * 3);
  base::AlignedArray<std::byte> scratch(augmenter.scratch_bytes());
  augmenter.run(image.data(), result.data(), step, row, scratch.data());
  return result;
}

TEST(Augmentation, ChangesImagesAsATrainingDoes) {
  const Augmentation augmentation(kSentence, {8, 7, 3}, 255, 3);
  EXPECT_EQ(augmentation.output_shape(), (std::vector<std::size_t>{5, 5, 3}));
  const auto bytes = pixels<std::uint8_t>();
  const auto floats = pixels<float>();
  for (const std::uint64_t step : {0, 1, 9})
    for (const std::uint32_t row : {0u, 5u}) {
      EXPECT_EQ(augmentation.apply(std::span(bytes), step, row),
                augmented<std::uint8_t>(ElementType::uint8, step, row));
      EXPECT_EQ(augmentation.apply(std::span(floats), step, row),
                augmented<float>(ElementType::float32, step, row));
    }
  EXPECT_NE(augmentation.apply(std::span(bytes), 0), augmentation.apply(std::span(bytes), 1));
  EXPECT_NE(augmentation.apply(std::span(bytes), 0, 1), augmentation.apply(std::span(bytes), 0, 2));
}

TEST(Augmentation, RefusesWhatItCannotChange) {
  test::expect_error(ErrorKind::sentence, {"rotate"}, [] { Augmentation("rotat(3)", {8, 8}); });
  test::expect_error(ErrorKind::usage, {"images"}, [] { Augmentation("rotate(3)", {64}); });
  const std::vector<float> other(65);
  test::expect_error(ErrorKind::usage, {"65", "64"}, [&] {
    Augmentation("rotate(3)", {8, 8}).apply(std::span(other));
  });
}

}  // namespace
}  // namespace lithe
