// Pages of images, and the letters on them.
#include "data/pictures/contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
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

Image written(const std::string& text) {
  Image page = plain(9, 6 * character_count(text), 0);
  draw_text(page, text, 0, 0, 1, 255);
  return page;
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

TEST(Letters, DifferAndHaveInk) {
  std::set<std::string> glyphs;
  const std::string all =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.,:/+()&'!?%=";
  for (const char c : all) {
    const ByteVector pixels = written(std::string(1, c)).pixels;
    glyphs.emplace(pixels.begin(), pixels.end());
    EXPECT_GT(count(written(std::string(1, c)), 255), 0) << c;
  }
  EXPECT_EQ(glyphs.size(), all.size());
  EXPECT_EQ(count(written(" "), 255), 0);
}

TEST(Letters, HaveABoxForEachOtherCharacter) {
  EXPECT_EQ(character_count("\xc3\xa9t\xc3\xa9"), 3);  // été
  EXPECT_EQ(written("\xc3\xa9").pixels, written("\xe6\xbc\xa2").pixels);
  EXPECT_EQ(count(written("\xc3\xa9"), 255), 20);
}

TEST(Letters, AreCutAtTheEdge) {
  Image page = plain(4, 8, 0);
  draw_text(page, "MMMM", 2, 5, 3, 255);
  EXPECT_GT(count(page, 255), 0);
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
