// PNG and JPEG files of every kind, and broken ones, of the other kinds too.
#include "data/pictures/image_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "data/pictures/picture_sample.h"

namespace lithe::data {
namespace {

using namespace test;

constexpr std::uint32_t kHeight = 11, kWidth = 17;

void expect_near(const ByteVector& a, const ByteVector& b, int bound) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_LE(std::abs(int{a[i]} - int{b[i]}), bound) << "value " << i;
}

Image decoded(const ByteVector& file, std::size_t channels = 0) {
  const Image image = decode_image(file, "test", channels);
  const ImageInfo info = image_info(file, "test");
  EXPECT_EQ(info.height, image.height);
  EXPECT_EQ(info.width, image.width);
  EXPECT_EQ(image.channels, channels == 0 ? info.channels : channels);
  return image;
}

// More of PNG is in image_test.cc, as grey.
TEST(ColourPng, OfAllKinds) {
  const ByteVector grey = slope(kHeight, kWidth, 1), rgb = slope(kHeight, kWidth, 3);
  for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
    const auto file = encode_png_kind({PNG_COLOR_TYPE_GRAY, 8, interlace}, kHeight, kWidth, grey);
    EXPECT_EQ(decoded(file).pixels, grey);
    EXPECT_EQ(decoded(file, 3).pixels, with_channels({kHeight, kWidth, grey}, 3).pixels);
    const auto colour = encode_png_kind({PNG_COLOR_TYPE_RGB, 8, interlace}, kHeight, kWidth, rgb);
    EXPECT_EQ(decoded(colour).pixels, rgb);
  }
  ByteVector wide;
  for (const std::uint8_t value : rgb) wide.insert(wide.end(), 2, value);
  EXPECT_EQ(decoded(encode_png_kind({PNG_COLOR_TYPE_RGB, 16}, kHeight, kWidth, wide)).pixels, rgb);
  const PngKind palette{PNG_COLOR_TYPE_PALETTE,
                        8,
                        PNG_INTERLACE_NONE,
                        {{10, 20, 30}, {200, 100, 0}, {0, 0, 0}},
                        {255, 255, 0}};
  EXPECT_EQ(decoded(encode_png_kind(palette, 1, 3, {0, 1, 2})).pixels,
            (ByteVector{10, 20, 30, 200, 100, 0, 255, 255, 255}));
  EXPECT_EQ(
      decoded(encode_png_kind({PNG_COLOR_TYPE_RGB_ALPHA}, 1, 2, {9, 8, 7, 255, 9, 8, 7, 0})).pixels,
      (ByteVector{9, 8, 7, 255, 255, 255}));
  EXPECT_EQ(decoded(encode_png_kind({PNG_COLOR_TYPE_GRAY_ALPHA}, 1, 2, {90, 255, 90, 0})).pixels,
            (ByteVector{90, 255}));
  EXPECT_EQ(decoded(encode_png({kHeight, kWidth, rgb, 3})).pixels, rgb);
}

// Sides that end amid a block, with all ways to sample colours.
TEST(Jpeg, GreyAndColours) {
  const ByteVector grey = slope(kHeight, kWidth, 1), rgb = slope(kHeight, kWidth, 3);
  for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
    const auto file = encode_jpeg(grey, kHeight, kWidth, TJPF_GRAY, TJSAMP_GRAY, flags);
    EXPECT_EQ(decoded(file).channels, 1);
    expect_near(decoded(file).pixels, grey, 4);
    expect_near(decoded(file, 3).pixels, with_channels({kHeight, kWidth, grey}, 3).pixels, 4);
    for (const int sampling : {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411}) {
      const auto colours = encode_jpeg(rgb, kHeight, kWidth, TJPF_RGB, sampling, flags);
      expect_near(decoded(colours).pixels, rgb, 8);
      const Image as_grey = with_channels({kHeight, kWidth, rgb, 3}, 1);
      expect_near(decoded(colours, 1).pixels, as_grey.pixels, 8);
    }
  }
}

TEST(Jpeg, OfASamplingWithoutAName) {
  const auto file =
      read_bytes(std::string(LITHE_SOURCE_DIR) + "/fuzz/corpus/image/sampling-4x2.jpg");
  const Image image = decoded(file);
  ASSERT_EQ(image.channels, 3);
  expect_near(image.pixels, slope(image.height, image.width, 3), 8);
}

TEST(Jpeg, FourInks) {
  // No ink is 255: grey of 100 as black alone, then as the three colours alone.
  for (const ByteVector& ink : {ByteVector{255, 255, 255, 100}, ByteVector{100, 100, 100, 255}}) {
    ByteVector pixels;
    for (int i = 0; i < 16 * 16; ++i) pixels.insert(pixels.end(), ink.begin(), ink.end());
    const auto file = encode_jpeg(pixels, 16, 16, TJPF_CMYK, TJSAMP_444);
    expect_near(decoded(file).pixels, ByteVector(16 * 16 * 3, 100), 3);
    expect_near(decoded(file, 1).pixels, ByteVector(16 * 16, 100), 3);
  }
}

std::vector<ByteVector> files_of_all_kinds() {
  const ByteVector grey = slope(kHeight, kWidth, 1), rgb = slope(kHeight, kWidth, 3);
  return {
      encode_png_kind({PNG_COLOR_TYPE_GRAY}, kHeight, kWidth, grey),
      encode_png_kind({PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7}, kHeight, kWidth, rgb),
      encode_png_kind({PNG_COLOR_TYPE_PALETTE, 8, PNG_INTERLACE_NONE, {{1, 2, 3}, {4, 5, 6}}}, 2, 3,
                      {0, 1, 0, 1, 0, 1}),
      encode_jpeg(grey, kHeight, kWidth, TJPF_GRAY, TJSAMP_GRAY),
      encode_jpeg(rgb, kHeight, kWidth, TJPF_RGB, TJSAMP_420),
      encode_jpeg(rgb, kHeight, kWidth, TJPF_RGB, TJSAMP_420, TJFLAG_PROGRESSIVE),
      encode_jpeg(slope(kHeight, kWidth, 4), kHeight, kWidth, TJPF_CMYK, TJSAMP_444),
      encode_webp(kHeight, kWidth, rgb, 3),
      encode_gif({kHeight, kWidth, {{1, 2, 3}, {4, 5, 6}}}, {{ByteVector(kHeight * kWidth, 1)}}),
      encode_bmp(kHeight, kWidth, 24, {}, rgb),
  };
}

// Nothing but the whole picture, or an error. (What follows the pixels of a PNG may be missing.)
TEST(Broken, CutShortAnywhere) {
  for (const ByteVector& file : files_of_all_kinds()) {
    const ByteVector whole = decoded(file).pixels;
    std::size_t refused = 0;
    for (std::size_t size = 0; size < file.size(); ++size) {
      try {
        const ByteVector prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(decode_image(prefix, "test").pixels, whole) << size << " of " << file.size();
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::data);
        EXPECT_EQ(error.where(), "test");
        ++refused;
      }
    }
    EXPECT_GE(refused + 24, file.size());
  }
}

TEST(Broken, EveryByteChanged) {
  for (const ByteVector& file : files_of_all_kinds())
    for (std::size_t at = 0; at < file.size(); ++at) {
      ByteVector changed = file;
      changed[at] ^= 0x55;
      try {
        decode_image(changed, "test", 0, 1 << 20);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::data);
      }
    }
}

TEST(Broken, SizesThatAHeaderClaims) {
  const auto refused = [](const ByteVector& file, const std::vector<std::string>& words,
                          std::uint64_t bound = kMostPixels) {
    expect_error(ErrorKind::data, words, [&] { image_info(file, "x.png", bound); });
    expect_error(ErrorKind::data, words, [&] { decode_image(file, "x.png", 0, bound); });
  };
  const ByteVector png = grey_png(4, 5, 0);
  refused(claiming(png, 100'000, 100'000),
          {"100000 high and 100000 wide", "x.png", "--max-pixels"});
  refused(claiming(png, 4'000'000'000, 4'000'000'000), {"x.png"});
  refused(claiming(png, 0, 0), {"x.png"});
  refused(claiming(png, 0, 5), {"x.png"});
  expect_error(ErrorKind::data, {"cut short"}, [&] { decode_image(claiming(png, 400, 5), "x"); });
  refused(png, {"more than the 19 pixels"}, 19);
  EXPECT_EQ(decode_image(png, "x.png", 0, 20).pixels.size(), 20);

  ByteVector jpeg = encode_jpeg(slope(8, 8, 1), 8, 8, TJPF_GRAY, TJSAMP_GRAY);
  const ByteVector start_of_frame = {0xff, 0xc0};
  const auto frame =
      std::search(jpeg.begin(), jpeg.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(frame, jpeg.end());
  const auto claim = [&](std::uint8_t high) {
    std::fill(frame + 5, frame + 9, high);  // height and width, two bytes each
    return jpeg;
  };
  refused(claim(0xf0), {"61680 high and 61680 wide", "--max-pixels"});
  refused(claim(0), {"x.png"});
}

TEST(Broken, WhatIsNoPicture) {
  const auto refused = [](const ByteVector& file, const char* word) {
    expect_error(ErrorKind::data, {word, "x.png"}, [&] { decode_image(file, "x.png"); });
    expect_error(ErrorKind::data, {word, "x.png"}, [&] { image_info(file, "x.png"); });
  };
  refused({}, "empty");
  refused({'h', 'e', 'l', 'l', 'o', '\n'}, "not a PNG, JPEG, WebP, GIF or BMP");
  refused({'G', 'I', 'F', '8', '9', 'a'}, "not a GIF picture that can be read");
  refused({'B', 'M', 'W', ' ', 'i', 's', ' ', 'a', ' ', 'c', 'a', 'r'}, "not a PNG, JPEG");
}

TEST(ImageFile, IsToldByItsFirstBytes) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "a.jpg", grey_png(2, 3, 7));
  write_bytes(folder.path() / "b.png",
              encode_jpeg(ByteVector(64, 99), 8, 8, TJPF_GRAY, TJSAMP_GRAY));
  EXPECT_EQ(read_image(folder.path() / "a.jpg").pixels, ByteVector(6, 7));
  EXPECT_EQ(read_image(folder.path() / "b.png").pixels, ByteVector(64, 99));
  expect_error(ErrorKind::io, {"none.png"}, [&] { read_image(folder.path() / "none.png"); });
  expect_error(ErrorKind::io, {"not a file"}, [&] { read_image(folder.path()); });
}

}  // namespace
}  // namespace lithe::data
