// Pages of images.
#include "lithe/contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "data/sample.h"

namespace lithe::data {
namespace {

using namespace test;

Image plain(std::size_t height, std::size_t width, std::uint8_t level, std::size_t channels = 1) {
  return {height, width, ByteVector(height * width * channels, level), channels};
}

std::size_t count(const Image& page, std::uint8_t level) {
  return static_cast<std::size_t>(std::ranges::count(page.pixels, level));
}

TEST(ContactSheet, EnlargesPixelsToSquares) {
  const Image checks{2, 2, {0, 255, 255, 0}};
  const Image page = draw_sheet({{"", {checks, checks}}});
  EXPECT_EQ(count(page, 0), 2 * 64 * 64 / 2);
  EXPECT_EQ(count(page, 255), 2 * 64 * 64 / 2);
  EXPECT_EQ(page.channels, 1);
}

TEST(ContactSheet, ReducesLargeImages) {
  const Image page = draw_sheet({{"", {plain(1000, 3000, 7)}}});
  EXPECT_EQ(count(page, 7), 42 * 128);
}

TEST(ContactSheet, MixesGreyAndColours) {
  const Image red{1, 1, {200, 0, 0}, 3};
  const Image page = draw_sheet({{"", {red, plain(1, 1, 99)}}});
  EXPECT_EQ(page.channels, 3);
  EXPECT_EQ(count(page, 200), 64 * 64);
  EXPECT_EQ(count(page, 99), 3 * 64 * 64);
}

TEST(ContactSheet, PutsLabelsBeforeRowsAndAGapBehindTheFirst) {
  const SheetRow row{"", {plain(8, 8, 0), plain(8, 8, 0)}};
  const Image bare = draw_sheet({row}), apart = draw_sheet({row}, true);
  EXPECT_GT(apart.width, bare.width);
  SheetRow named = row;
  named.label = "cat";
  const Image page = draw_sheet({named, row});
  EXPECT_GT(page.width, bare.width);
  EXPECT_GT(page.height, bare.height);
  EXPECT_EQ(count(page, 0), 4 * 64 * 64);
  named.label = std::string(500, 'x');  // cut
  EXPECT_LT(draw_sheet({named}).width, 500);
}

TEST(ContactSheet, IsBounded) {
  const std::vector<SheetRow> rows(1500, {"", std::vector<Image>(1000, plain(8, 8, 0))});
  expect_error(ErrorKind::usage, {"pixels"}, [&] { draw_sheet(rows); });
}

TEST(ContactSheet, HasARowForEachClass) {
  const ByteVector pixels = pattern(24);
  const std::vector<std::int32_t> labels = {1, 0, 1, 1};
  Dataset set;
  set.shape = {2, 3}, set.class_names = {"cat", "dog"};
  set.train = Examples::classification(Features::of(std::span(pixels), 4, 6), labels, 3);
  const std::vector<SheetRow> rows = class_rows(set);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].label, "cat");
  EXPECT_EQ(rows[2].label, "2");  // it has no name
  EXPECT_EQ(rows[1].images.size(), 3u);
  EXPECT_EQ(rows[0].images.at(0).pixels, ByteVector(pixels.begin() + 6, pixels.begin() + 12));
  EXPECT_TRUE(rows[2].images.empty());
  set.train.labels = nullptr;
  expect_error(ErrorKind::data, {"not images in classes"}, [&] { class_rows(set); });
}

TEST(ContactSheet, PutsAugmentationsBehindEachImage) {
  const Image image{8, 8, pattern(64)};
  const Augmentation augmentation("shift(3) -> crop(6)", {8, 8}, 255, 7);
  const auto rows = augmented_rows({{"cat", {image, image}}, {"none", {}}}, augmentation, 4);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].label, "cat");
  EXPECT_EQ(rows[1].label, "");
  for (std::size_t row = 0; row < 2; ++row) {
    ASSERT_EQ(rows[row].images.size(), 5u);
    EXPECT_EQ(rows[row].images[0].pixels, image.pixels);
    for (std::uint32_t step = 0; step < 4; ++step) {
      EXPECT_EQ(rows[row].images[step + 1].height, 6u);
      EXPECT_EQ(rows[row].images[step + 1].pixels,
                augmentation.apply(std::span(image.pixels), step, static_cast<std::uint32_t>(row)));
    }
  }
}

TEST(ImageAt, ReadsRowsOfBytesAlone) {
  const ByteVector pixels = pattern(24);
  Dataset set;
  set.shape = {2, 3};
  const Features grey{pixels.data(), ElementType::uint8, 4, 6, 6, 255};
  EXPECT_EQ(image_at(set, grey, 1)->pixels, ByteVector(pixels.begin() + 6, pixels.begin() + 12));
  set.shape = {2, 1, 3};
  EXPECT_EQ(image_at(set, grey, 1)->channels, 3);
  set.shape = {3, 1, 2};
  EXPECT_FALSE(image_at(set, grey, 1));
  set.shape = {6};
  EXPECT_FALSE(image_at(set, grey, 1));
  set.shape = {2, 3};
  Features floats = grey;
  floats.type = ElementType::float32;
  EXPECT_FALSE(image_at(set, floats, 0));
}

}  // namespace
}  // namespace lithe::data
