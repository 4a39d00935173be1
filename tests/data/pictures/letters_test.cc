// The letters on a page of images.
#include "data/pictures/letters.h"

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

}  // namespace
}  // namespace lithe::data
