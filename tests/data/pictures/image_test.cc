#include "data/pictures/image.h"

#include <algorithm>

#include "base/full_disk.h"
#include "data/pictures/image_file.h"
#include "data/sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;

// PNG's colour types.
constexpr std::uint8_t kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6;

ByteVector big_endian(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

ByteVector chunk(const std::string& type, const ByteVector& content) {
  const ByteVector body = joined({type.begin(), type.end()}, content);
  const auto check = ::crc32(0, body.data(), static_cast<uInt>(body.size()));
  return joined(joined(big_endian(content.size()), body), big_endian(check));
}

ByteVector png_start(std::size_t width, std::size_t height, std::uint8_t depth,
                     std::uint8_t colour) {
  const ByteVector sizes = joined(big_endian(width), big_endian(height));
  return joined({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                chunk("IHDR", joined(sizes, {depth, colour, 0, 0, 0})));
}

struct Extra {
  ByteVector palette, transparency;
};

// A whole file of `height` rows of packed samples.
ByteVector png(std::size_t width, std::size_t height, std::uint8_t depth, std::uint8_t colour,
               const ByteVector& samples, const Extra& extra = {}) {
  const std::size_t row = samples.size() / height;
  ByteVector filtered;
  for (std::size_t y = 0; y < height; ++y) {
    filtered.push_back(0);  // no filter
    for (std::size_t x = 0; x < row; ++x) filtered.push_back(samples[y * row + x]);
  }
  ByteVector packed(::compressBound(filtered.size()));
  uLongf size = packed.size();
  ::compress(packed.data(), &size, filtered.data(), filtered.size());
  packed.resize(size);
  ByteVector file = png_start(width, height, depth, colour);
  if (!extra.palette.empty()) file = joined(file, chunk("PLTE", extra.palette));
  if (!extra.transparency.empty()) file = joined(file, chunk("tRNS", extra.transparency));
  return joined(joined(file, chunk("IDAT", packed)), chunk("IEND", {}));
}

Image read_bytes_as_png(const ByteVector& file) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "digit.png", file);
  return read_image(folder.path() / "digit.png", 1);
}

ByteVector pixels_of(const ByteVector& file) { return read_bytes_as_png(file).pixels; }

void expect_refused(const std::vector<std::string>& words, const ByteVector& file) {
  std::vector<std::string> all = {"digit.png"};
  all.insert(all.end(), words.begin(), words.end());
  expect_error(ErrorKind::data, all, [&] { read_bytes_as_png(file); });
}

TEST(Png, ReadsGreyOfEveryDepth) {
  EXPECT_EQ(pixels_of(png(3, 1, 1, kGrey, {0b10100000})), (ByteVector{255, 0, 255}));
  EXPECT_EQ(pixels_of(png(4, 1, 2, kGrey, {0b00011011})), (ByteVector{0, 85, 170, 255}));
  EXPECT_EQ(pixels_of(png(2, 2, 4, kGrey, {0x0f, 0x3c})), (ByteVector{0, 255, 51, 204}));
  EXPECT_EQ(pixels_of(png(16, 16, 8, kGrey, pattern(256))), pattern(256));
  ByteVector wide;
  for (const std::uint8_t value : pattern(256)) wide.insert(wide.end(), {value, value});
  EXPECT_EQ(pixels_of(png(16, 16, 16, kGrey, wide)), pattern(256));
}

TEST(Png, KnowsTheHeightFromTheWidth) {
  const Image image = read_bytes_as_png(png(5, 2, 8, kGrey, pattern(10)));
  EXPECT_EQ(image.width, 5u);
  EXPECT_EQ(image.height, 2u);
}

TEST(Png, TurnsColoursIntoTheirLuminance) {
  ByteVector grey_as_rgb;
  for (const std::uint8_t value : pattern(256)) grey_as_rgb.insert(grey_as_rgb.end(), 3, value);
  const ByteVector greys = pixels_of(png(16, 16, 8, kRgb, grey_as_rgb));
  for (std::size_t i = 0; i < greys.size(); ++i) EXPECT_NEAR(greys[i], pattern(256)[i], 1);
  const ByteVector rgb = pixels_of(png(3, 1, 8, kRgb, {255, 0, 0, 0, 255, 0, 0, 0, 255}));
  EXPECT_GT(rgb[1], rgb[0]);  // green is lighter than red,
  EXPECT_GT(rgb[0], rgb[2]);  // red than blue
}

TEST(Png, LaysWhatIsTransparentOnWhite) {
  const ByteVector black = pixels_of(png(3, 1, 8, kGreyAlpha, {0, 255, 0, 128, 0, 0}));
  EXPECT_EQ(black[0], 0);
  EXPECT_GT(black[1], 100);
  EXPECT_LT(black[1], 200);
  EXPECT_EQ(black[2], 255);
  EXPECT_EQ(pixels_of(png(2, 1, 8, kRgba, {0, 0, 0, 255, 9, 9, 9, 0})), (ByteVector{0, 255}));
  EXPECT_EQ(pixels_of(png(2, 1, 16, kGreyAlpha, {0, 0, 0xff, 0xff, 0, 0, 0, 0})),
            (ByteVector{0, 255}));
}

TEST(Png, ReadsPalettes) {
  const Extra colours = {{0, 0, 0, 255, 255, 255, 100, 100, 100}, {}};
  EXPECT_EQ(pixels_of(png(4, 1, 8, kPalette, {0, 1, 2, 0}, colours)), (ByteVector{0, 255, 100, 0}));
  EXPECT_EQ(pixels_of(png(4, 1, 2, kPalette, {0b00011000}, colours)), (ByteVector{0, 255, 100, 0}));
  const Extra clear = {colours.palette, {0}};  // the first colour is transparent
  EXPECT_EQ(pixels_of(png(3, 1, 8, kPalette, {0, 1, 2}, clear)), (ByteVector{255, 255, 100}));
}

TEST(Png, RefusesWhatIsNoPng) {
  expect_refused({"empty"}, {});
  expect_refused({"not a GIF picture that can be read"}, {'G', 'I', 'F', '8', '9', 'a'});
  expect_refused({"not a PNG"}, png_start(0, 5, 8, kGrey));
  expect_refused({"not a PNG"}, png_start(5, 5, 3, kGrey));
  expect_refused({}, png_start(5, 5, 8, kGrey));
  expect_error(ErrorKind::io, {"absent.png"}, [] { read_image("absent.png"); });
}

TEST(Png, ChecksTheSizeBeforeItAsksForMemory) {
  const auto with_pixels = [](std::size_t width, std::size_t height) {
    return joined(png_start(width, height, 8, kGrey), joined(chunk("IDAT", pattern(20)), {}));
  };
  expect_refused({"100000 high and 100000 wide", "67108864", "--max-pixels"},
                 with_pixels(100000, 100000));
  expect_refused({}, with_pixels(0x7fffffff, 0x7fffffff));
  expect_refused({}, with_pixels(0xffffffff, 0xffffffff));
  const TemporaryFolder folder;
  write_bytes(folder.path() / "p", png(10, 10, 8, kGrey, pattern(100)));
  EXPECT_EQ(read_image(folder.path() / "p", 1, 100).pixels.size(), 100u);
  expect_error(ErrorKind::data, {"10 high and 10 wide", "99 pixels allowed"},
               [&] { read_image(folder.path() / "p", 1, 99); });
}

TEST(Png, RefusesAFileThatIsCutShort) {
  const ByteVector file = png(16, 16, 8, kGrey, pattern(256));
  const std::size_t needed = file.size() - 12;  // all but the empty last chunk
  for (std::size_t size = 0; size < needed; ++size)
    expect_refused({}, {file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
}

TEST(Png, RefusesADamagedByte) {
  const ByteVector file = png(4, 2, 8, kGrey, pattern(8));
  for (std::size_t i = 0; i < file.size() - 12; ++i) {
    ByteVector damaged = file;
    damaged[i] ^= 0x10;
    SCOPED_TRACE(i);
    expect_refused({}, damaged);
  }
}

TEST(Png, RefusesAPaletteThatIsMissing) {
  expect_refused({}, png(4, 1, 8, kPalette, {0, 1, 2, 0}));
}

TEST(Png, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "out.png";
  for (const auto& [height, width] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {28, 28}, {3, 70}}) {
    write_png(path, {height, width, pattern(height * width)});
    const Image image = read_image(path);
    EXPECT_EQ(image.height, height);
    EXPECT_EQ(image.width, width);
    EXPECT_EQ(image.pixels, pattern(height * width));
  }
  expect_error(ErrorKind::io, {"cannot write", "out.png"}, [&] {
    const FullDisk disk(10);
    write_png(path, {1, 1, {0}});
  });
  EXPECT_EQ(read_image(path).pixels.size(), 210u);
}

TEST(Fit, LeavesAnImageOfTheRightSizeAlone) {
  const Image image = {4, 6, pattern(24)};
  EXPECT_EQ(fit(image, 4, 6).pixels, image.pixels);
}

TEST(Fit, AveragesWhatAPixelCovers) {
  const Image image = {2, 4, {0, 100, 200, 201, 20, 80, 0, 0}};
  const Image half = fit(image, 1, 2);
  EXPECT_EQ(half.pixels, (ByteVector{50, 100}));
  // Three pixels to two: each takes one and a half.
  EXPECT_EQ(fit({1, 3, {0, 90, 240}}, 1, 2).pixels, (ByteVector{30, 190}));
  EXPECT_EQ(fit({3, 3, {0, 90, 240, 0, 90, 240, 0, 90, 240}}, 2, 2).pixels,
            (ByteVector{30, 190, 30, 190}));
}

TEST(Fit, EnlargesBetweenPixels) {
  EXPECT_EQ(fit({1, 2, {10, 20}}, 2, 4).pixels, (ByteVector{10, 13, 18, 20, 10, 13, 18, 20}));
}

TEST(Fit, KeepsProportionsAndCentresOnTheBorderColour) {
  const Image wide = {1, 4, {9, 9, 200, 9}};
  EXPECT_EQ(fit(wide, 3, 4).pixels, (ByteVector{9, 9, 9, 9, 9, 9, 200, 9, 9, 9, 9, 9}));
  const Image tall = {4, 1, {9, 9, 200, 9}};
  EXPECT_EQ(fit(tall, 4, 3).pixels, (ByteVector{9, 9, 9, 9, 9, 9, 9, 200, 9, 9, 9, 9}));
}

TEST(Fit, NeverLosesAThinImage) {
  const Image line = {1, 1000, ByteVector(1000, 77)};
  const Image fitted = fit(line, 28, 28);
  EXPECT_EQ(fitted.pixels, ByteVector(784, 77));
  EXPECT_EQ(fit({1000, 1, ByteVector(1000, 77)}, 28, 28).pixels, ByteVector(784, 77));
}

TEST(Fit, KeepsTheMeanOfAnImageThatFillsTheFrame) {
  const Image image = {91, 91, pattern(91 * 91)};
  const auto mean = [](const Image& of) {
    double sum = 0;
    for (const std::uint8_t pixel : of.pixels) sum += pixel;
    return sum / static_cast<double>(of.pixels.size());
  };
  for (const std::size_t side : {1, 7, 28, 90, 200})
    EXPECT_NEAR(mean(fit(image, side, side)), mean(image), 0.5) << side;
}

TEST(Channels, ComeAndGo) {
  const Image grey = {1, 3, {0, 77, 255}};
  const Image colours = with_channels(grey, 3);
  EXPECT_EQ(colours.pixels, (ByteVector{0, 0, 0, 77, 77, 77, 255, 255, 255}));
  EXPECT_EQ(with_channels(colours, 1).pixels, grey.pixels);
  EXPECT_EQ(with_channels({1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255}, 3}, 1).pixels,
            (ByteVector{76, 150, 29}));  // 0.299, 0.587 and 0.114 of 255
}

TEST(Resized, CropsPadsAndStretches) {
  const Image wide = {2, 4, {10, 20, 30, 40, 10, 20, 30, 40}};
  EXPECT_EQ(resize(wide, 2, 2, Resize::crop).pixels, (ByteVector{20, 30, 20, 30}));
  EXPECT_EQ(resize(wide, 2, 2, Resize::stretch).pixels, (ByteVector{15, 35, 15, 35}));
  EXPECT_EQ(resize(wide, 4, 4, Resize::pad).pixels,
            joined(joined(ByteVector(4, 30), wide.pixels), ByteVector(4, 30)));
  for (const Resize how : {Resize::crop, Resize::pad, Resize::stretch})
    EXPECT_EQ(resize(wide, 2, 4, how).pixels, wide.pixels);
}

TEST(Resized, CropsThinImagesToSomething) {
  const Image line = {1, 1000, ByteVector(1000, 77)}, post = {1000, 1, ByteVector(1000, 77)};
  for (const Resize how : {Resize::crop, Resize::pad, Resize::stretch, Resize::ink})
    for (const Image& image : {line, post})
      EXPECT_EQ(resize(image, 5, 5, how).pixels.size(), 25) << name(how);
}

TEST(Resized, InkIsTurnedLightOnDark) {
  Image paper = {8, 8, ByteVector(64, 250)};
  paper.pixels[9] = paper.pixels[10] = 5;
  Image light = paper;
  invert(light);
  EXPECT_EQ(resize(paper, 8, 8, Resize::ink).pixels, light.pixels);
  EXPECT_EQ(resize(light, 8, 8, Resize::ink).pixels, light.pixels);
  EXPECT_EQ(resize(paper, 14, 14, Resize::ink).pixels, center_ink(light, 14, 14).pixels);
  // As light as dark, whichever way it is taken.
  EXPECT_EQ(resize({1, 2, {0, 240}}, 1, 2, Resize::ink).pixels, (ByteVector{255, 15}));
}

TEST(Resized, RefusesWhatIsNoImage) {
  const Image grey = {1, 2, {0, 240}};
  expect_error(ErrorKind::usage, {"0x4"}, [&] { resize(grey, 0, 4, Resize::crop); });
  expect_error(ErrorKind::usage, {"0x0x1"}, [] { resize({}, 4, 4, Resize::crop); });
  expect_error(ErrorKind::usage, {"1x2x3", "2 values"}, [] {
    resize({1, 2, {0, 240}, 3}, 4, 4, Resize::pad);
  });
  expect_error(ErrorKind::usage, {"grey"},
               [&] { resize(with_channels(grey, 3), 4, 4, Resize::ink); });
  expect_error(ErrorKind::usage, {"2 channels"}, [&] { with_channels(grey, 2); });
  expect_error(ErrorKind::usage, {"1x2x2"}, [] { write_png("a.png", {1, 2, {0, 0, 0, 0}, 2}); });
}

TEST(Border, TellsInkOnPaperFromLightOnDark) {
  Image image = {4, 4, ByteVector(16, 250)};
  image.pixels[5] = image.pixels[6] = image.pixels[9] = image.pixels[10] = 0;
  image.pixels[0] = image.pixels[7] = 0;  // a blot at the edge does not matter
  EXPECT_TRUE(is_dark_on_light(image));
  invert(image);
  EXPECT_FALSE(is_dark_on_light(image));
  EXPECT_EQ(image.pixels[5], 255);
  EXPECT_EQ(image.pixels[1], 5);
}

TEST(Border, IsTheWholeOfAThinImage) {
  EXPECT_TRUE(is_dark_on_light({1, 1, {128}}));
  EXPECT_FALSE(is_dark_on_light({1, 1, {127}}));
  EXPECT_TRUE(is_dark_on_light({5, 1, ByteVector(5, 255)}));
  EXPECT_TRUE(is_dark_on_light({1, 5, ByteVector(5, 255)}));
}

}  // namespace
}  // namespace lithe::data
