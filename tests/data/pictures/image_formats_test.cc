// WebP, GIF and BMP files of every kind, and kinds that are named because they are not read.
#include <gtest/gtest.h>

#include "data/pictures/image.h"
#include "data/pictures/picture_sample.h"

namespace lithe::data {
namespace {

using namespace test;

Image decoded(const ByteVector& file, std::size_t channels = 0) {
  const Image image = decode_image(file, "test", channels);
  const ImageInfo info = image_info(file, "test");
  EXPECT_EQ(info.height, image.height);
  EXPECT_EQ(info.width, image.width);
  EXPECT_EQ(image.channels, channels == 0 ? info.channels : channels);
  return image;
}

void expect_refused(const ByteVector& file, const std::vector<std::string>& words) {
  expect_error(ErrorKind::data, words, [&] { decode_image(file, "x"); });
}

TEST(Webp, IsReadInColoursAndGrey) {
  const ByteVector rgb = slope(11, 17, 3);
  const ByteVector file = encode_webp(11, 17, rgb, 3);
  EXPECT_EQ(decoded(file).pixels, rgb);
  EXPECT_EQ(decoded(file, 1).pixels, with_channels({11, 17, rgb, 3}, 1).pixels);
  const ByteVector clear = encode_webp(1, 3, {9, 8, 7, 255, 9, 8, 7, 0, 5, 55, 155, 51}, 4);
  EXPECT_EQ(decoded(clear).pixels, (ByteVector{9, 8, 7, 255, 255, 255, 205, 215, 235}));
}

// 3 high and 5 wide: a red frame, then others.
TEST(Webp, OfAnAnimationTheFirstFrame) {
  const Image image =
      decoded(read_bytes(std::string(LITHE_SOURCE_DIR) + "/fuzz/corpus/image/animation.webp"));
  ASSERT_EQ(image.height * image.width, 15u);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    EXPECT_EQ((ByteVector{image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]}),
              (ByteVector{200, 10, 20}));
}

const std::vector<GifColorType> kColours = {{0, 0, 0}, {200, 10, 20}, {30, 210, 40}, {9, 9, 9}};

TEST(Gif, ShowsItsFirstFrame) {
  const GifKind kind{2, 3, kColours};
  const ByteVector first = {1, 2, 3, 0, 1, 2}, later(6, 2);
  const ByteVector right = {200, 10, 20, 30, 210, 40, 9, 9, 9, 0, 0, 0, 200, 10, 20, 30, 210, 40};
  EXPECT_EQ(decoded(encode_gif(kind, {{first}})).pixels, right);
  EXPECT_EQ(decoded(encode_gif(kind, {{first}, {later}, {later}})).pixels, right);
  EXPECT_EQ(decoded(encode_gif(kind, {{first}}), 1).pixels,
            with_channels({2, 3, right, 3}, 1).pixels);
}

TEST(Gif, InterlacedRowsComeToTheirPlaces) {
  ByteVector pixels;
  for (int y = 0; y < 11; ++y) pixels.insert(pixels.end(), 4, static_cast<std::uint8_t>(y % 4));
  GifKind kind{11, 4, kColours};
  const Image plain = decoded(encode_gif(kind, {{pixels}}));
  kind.interlaced = true;
  EXPECT_EQ(decoded(encode_gif(kind, {{pixels}})).pixels, plain.pixels);
}

TEST(Gif, TheRestOfThePageIsWhite) {
  const GifKind kind{2, 3, kColours, false, 2};
  // A frame of two pixels below on the right, the second of which is transparent.
  EXPECT_EQ(decoded(encode_gif(kind, {{{1, 2}, 1, 1, 1, 2}})).pixels,
            joined(ByteVector(12, 255), {200, 10, 20, 255, 255, 255}));
  // What lies outside is cut off.
  EXPECT_EQ(decoded(encode_gif(kind, {{{1, 1}, 1, 2, 1, 2}})).pixels,
            joined(ByteVector(15, 255), {200, 10, 20}));
  expect_refused(encode_gif(kind, {{ByteVector(12, 1), 0, 0, 2, 6}}), {"larger than its page"});
  expect_refused(encode_gif(kind, {}), {"no picture"});
}

TEST(Bmp, OfAllDepths) {
  const ByteVector rgb = slope(5, 7, 3);
  EXPECT_EQ(decoded(encode_bmp(5, 7, 24, {}, rgb)).pixels, rgb);
  EXPECT_EQ(decoded(encode_bmp(5, 7, 24, {}, rgb, true)).pixels, rgb);
  EXPECT_EQ(decoded(encode_bmp(5, 7, 24, {}, rgb), 1).pixels,
            with_channels({5, 7, rgb, 3}, 1).pixels);
  const std::vector<png_color> colours = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  EXPECT_EQ(decoded(encode_bmp(1, 3, 8, colours, {2, 0, 1})).pixels,
            (ByteVector{7, 8, 9, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(decoded(encode_bmp(1, 3, 4, colours, {0x20, 0x10})).pixels,
            (ByteVector{7, 8, 9, 1, 2, 3, 4, 5, 6}));
  // Greys of a palette are grey.
  const Image bits = decoded(encode_bmp(2, 9, 1, {{0, 0, 0}, {99, 99, 99}}, {0x81, 0, 0x7f, 0x80}));
  EXPECT_EQ(bits.channels, 1u);
  EXPECT_EQ(bits.pixels,
            (ByteVector{99, 0, 0, 0, 0, 0, 0, 99, 0, 0, 99, 99, 99, 99, 99, 99, 99, 99}));
  EXPECT_EQ(decoded(encode_bmp(1, 2, 32, {}, {3, 2, 1, 0, 6, 5, 4, 255})).pixels,
            (ByteVector{1, 2, 3, 4, 5, 6}));
  // 5 bits each, and 5, 6, 5 by masks.
  EXPECT_EQ(decoded(encode_bmp(1, 2, 16, {}, {0x1f, 0, 0, 0x7c})).pixels,
            (ByteVector{0, 0, 255, 255, 0, 0}));
  EXPECT_EQ(decoded(encode_bmp(1, 1, 16, {}, {0xe0, 0x07}, false, {0xf800, 0x7e0, 0x1f})).pixels,
            (ByteVector{0, 255, 0}));
}

TEST(Bmp, OfTheFirstWindows) {
  const ByteVector file = {'B', 'M', 0, 0, 0, 0, 0, 0,  0, 0, 26, 0, 0, 0, 12, 0, 0,
                           0,   2,   0, 1, 0, 1, 0, 24, 0, 3, 2,  1, 6, 5, 4,  0, 0};
  EXPECT_EQ(decoded(file).pixels, (ByteVector{1, 2, 3, 4, 5, 6}));
}

TEST(Bmp, SaysWhatItDoesNotRead) {
  ByteVector file = encode_bmp(2, 2, 8, {{1, 1, 1}}, ByteVector(4));
  file[30] = 1;
  expect_refused(file, {"compressed BMP", "PNG"});
  file[30] = 0, file[28] = 7;
  expect_refused(file, {"7 bits"});
  file[28] = 8, file[10] = 255;
  expect_refused(file, {"cut short"});
}

TEST(OtherKinds, AreNamedWithARemedy) {
  const auto file = [](std::string start) {
    start.resize(64);
    return ByteVector(start.begin(), start.end());
  };
  using namespace std::string_literals;
  expect_refused(file("\0\0\0\x18"s + "ftypheic"), {"HEIC", "heif-convert"});
  expect_refused(file("\0\0\0\x18"s + "ftypavif"), {"AVIF", "JPEG or PNG"});
  expect_refused(file("II*\0"s), {"TIFF"});
  expect_refused(file("MM\0*"s), {"TIFF"});
  expect_refused(file("%PDF-1.7"), {"PDF"});
  expect_refused(file("<svg xmlns"), {"SVG"});
}

}  // namespace
}  // namespace lithe::data
