// Pictures that a camera has stored turned, and what hostile files say about it.
#include "data/pictures/orientation.h"

#include <gtest/gtest.h>

#include <string>

#include "data/pictures/picture_sample.h"

namespace lithe::data {
namespace {

using namespace test;

void append(ByteVector& bytes, std::uint32_t value, std::size_t count, bool little) {
  for (std::size_t i = 0; i < count; ++i)
    bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (little ? i : count - 1 - i)));
}

struct Tag {
  std::uint32_t tag = 0x0112, type = 3, count = 1, value = 1;
};

// What stands in an APP1 segment.
ByteVector exif(const std::vector<Tag>& tags, bool little = true, std::uint32_t directory = 8) {
  const std::string start = std::string("Exif") + '\0' + '\0' + (little ? "II" : "MM");
  ByteVector bytes(start.begin(), start.end());
  append(bytes, 42, 2, little);
  append(bytes, directory, 4, little);
  append(bytes, static_cast<std::uint32_t>(tags.size()), 2, little);
  for (const Tag& tag : tags) {
    append(bytes, tag.tag, 2, little);
    append(bytes, tag.type, 2, little);
    append(bytes, tag.count, 4, little);
    append(bytes, tag.value, 2, little);
    append(bytes, 0, 2, little);
  }
  append(bytes, 0, 4, little);
  return bytes;
}

// The segment put behind the start of a JPEG.
ByteVector with_segment(const ByteVector& jpeg, std::uint8_t marker, const ByteVector& content) {
  ByteVector segment;
  append(segment, 0xff00u | marker, 2, false);
  append(segment, static_cast<std::uint32_t>(content.size() + 2), 2, false);
  segment.insert(segment.end(), content.begin(), content.end());
  ByteVector file = jpeg;
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  return file;
}

constexpr std::uint8_t kApp1 = 0xe1;

// The smallest picture without two places that look alike, as it was taken:
//   1 2 3
//   4 5 6
// and how each orientation stores it.
struct Stored {
  std::size_t height, width;
  ByteVector pixels;
};
const std::vector<Stored>& all_orientations() {
  static const std::vector<Stored> all = {{2, 3, {1, 2, 3, 4, 5, 6}}, {2, 3, {3, 2, 1, 6, 5, 4}},
                                          {2, 3, {6, 5, 4, 3, 2, 1}}, {2, 3, {4, 5, 6, 1, 2, 3}},
                                          {3, 2, {1, 4, 2, 5, 3, 6}}, {3, 2, {3, 6, 2, 5, 1, 4}},
                                          {3, 2, {6, 3, 5, 2, 4, 1}}, {3, 2, {4, 1, 5, 2, 6, 3}}};
  return all;
}

TEST(Orientation, EachIsMadeUpright) {
  for (std::size_t i = 0; i < all_orientations().size(); ++i) {
    const Stored& s = all_orientations()[i];
    for (const std::size_t channels : {1, 3}) {
      Image image{s.height, s.width, {}, channels};
      for (const std::uint8_t pixel : s.pixels)
        for (std::size_t c = 0; c < channels; ++c)
          image.pixels.push_back(static_cast<std::uint8_t>(pixel + 10 * c));
      const Image seen = upright(image, static_cast<Orientation>(i + 1));
      EXPECT_EQ(seen.height, 2u) << i + 1;
      EXPECT_EQ(seen.width, 3u) << i + 1;
      EXPECT_EQ(seen.channels, channels);
      for (std::size_t p = 0; p < 6; ++p)
        for (std::size_t c = 0; c < channels; ++c)
          EXPECT_EQ(seen.pixels[p * channels + c], p + 1 + 10 * c) << i + 1;
    }
  }
}

// From a file: a slope that was taken 16 x 24, stored in each of the ways, looks the same again.
TEST(Orientation, OfAJpegIsFollowed) {
  const Image taken{16, 24, slope(16, 24, 1)};
  for (const bool little : {true, false})
    for (std::uint32_t value = 1; value <= 8; ++value) {
      const auto orientation = static_cast<Orientation>(value);
      // Turning right and turning left undo each other; the others undo themselves.
      const std::uint32_t back = value == 6 ? 8 : value == 8 ? 6 : value;
      const Image stored = upright(taken, static_cast<Orientation>(back));
      const auto jpeg = encode_jpeg(stored.pixels, static_cast<int>(stored.height),
                                    static_cast<int>(stored.width), TJPF_GRAY, TJSAMP_GRAY);
      const auto file =
          with_segment(jpeg, kApp1, exif({{0x010f, 2, 4, 0}, {.value = value}}, little));
      EXPECT_EQ(orientation_of(file), orientation);
      const ImageInfo info = image_info(file, "test");
      EXPECT_EQ(info.height, 16u);
      EXPECT_EQ(info.width, 24u);
      const Image seen = decode_image(file, "test");
      ASSERT_EQ(seen.height, 16u);
      ASSERT_EQ(seen.width, 24u);
      for (std::size_t i = 0; i < seen.pixels.size(); ++i)
        ASSERT_NEAR(seen.pixels[i], taken.pixels[i], 4) << value << " at " << i;
    }
}

TEST(Orientation, IsFoundBehindOtherSegments) {
  const auto jpeg = encode_jpeg(slope(8, 8, 1), 8, 8, TJPF_GRAY, TJSAMP_GRAY);
  auto file = with_segment(jpeg, kApp1, exif({{.value = 6}}));
  file = with_segment(file, kApp1, {'h', 't', 't', 'p'});  // XMP stands in APP1 as well
  file = with_segment(file, 0xfe, ByteVector(300, 'c'));
  EXPECT_EQ(orientation_of(file), Orientation::right_top);
  // The first of several counts.
  file = with_segment(file, kApp1, exif({{.value = 3}}));
  EXPECT_EQ(orientation_of(file), Orientation::bottom_right);
}

TEST(Orientation, WhatMakesNoSenseIsAsItIs) {
  const auto jpeg = encode_jpeg(slope(8, 8, 1), 8, 8, TJPF_GRAY, TJSAMP_GRAY);
  std::vector<ByteVector> contents = {exif({{.value = 0}}),
                                      exif({{.value = 9}}),
                                      exif({{.type = 4, .value = 6}}),
                                      exif({{.count = 2, .value = 6}}),
                                      exif({{.tag = 0x0113, .value = 6}}),
                                      exif({{.value = 6}}, true, 0xffffffff),
                                      exif({{.value = 6}}, true, 0xfffffff0),
                                      exif({}),
                                      {'E', 'x', 'i', 'f', 0, 0},
                                      {'E', 'x', 'i', 'f', 0, 0, 'I', 'M', 42, 0, 8, 0, 0, 0}};
  ByteVector many = exif({{.value = 6}});
  many[6 + 8] = many[6 + 9] = 0xff;  // claims 65535 tags, of which the first is none of ours
  many[6 + 10] = 0;
  contents.push_back(many);
  for (const ByteVector& content : contents) {
    const auto file = with_segment(jpeg, kApp1, content);
    EXPECT_EQ(orientation_of(file), Orientation::top_left);
    EXPECT_EQ(decode_image(file, "test").pixels, decode_image(jpeg, "test").pixels);
  }
}

// Any part of a file, in memory that ends where it ends.
TEST(Orientation, NothingOutsideIsRead) {
  const auto jpeg = encode_jpeg(slope(8, 8, 1), 8, 8, TJPF_GRAY, TJSAMP_GRAY);
  const auto file = with_segment(jpeg, kApp1, exif({{.value = 6}}));
  for (std::size_t size = 0; size < file.size(); ++size) {
    const ByteVector prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const Orientation found = orientation_of(prefix);
    EXPECT_TRUE(found == Orientation::top_left || found == Orientation::right_top);
  }
  for (std::size_t at = 0; at < 60; ++at) {
    ByteVector changed = file;
    for (const int by : {0x01, 0x55, 0xff}) {
      changed[at] = static_cast<std::uint8_t>(file[at] ^ by);
      orientation_of(changed);
    }
  }
}

// A chunk of a PNG file behind its header of 33 bytes, or before its end of 12.
ByteVector with_png_chunk(const ByteVector& png, const ByteVector& tags, bool at_end) {
  ByteVector chunk;
  append(chunk, static_cast<std::uint32_t>(tags.size()), 4, false);
  for (const char c : std::string("eXIf")) chunk.push_back(static_cast<std::uint8_t>(c));
  chunk.insert(chunk.end(), tags.begin(), tags.end());
  append(
      chunk,
      static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))),
      4, false);
  ByteVector file = png;
  file.insert(at_end ? file.end() - 12 : file.begin() + 33, chunk.begin(), chunk.end());
  return file;
}

// A WebP file with a chunk behind the picture.
ByteVector with_webp_chunk(const ByteVector& webp, const ByteVector& content) {
  ByteVector file = webp;
  for (const char c : std::string("EXIF")) file.push_back(static_cast<std::uint8_t>(c));
  append(file, static_cast<std::uint32_t>(content.size()), 4, true);
  file.insert(file.end(), content.begin(), content.end());
  if (content.size() % 2 != 0) file.push_back(0);
  ByteVector length;
  append(length, static_cast<std::uint32_t>(file.size() - 8), 4, true);
  std::copy(length.begin(), length.end(), file.begin() + 4);
  return file;
}

// Without the name that stands before it in a JPEG.
ByteVector bare(const ByteVector& exif) { return {exif.begin() + 6, exif.end()}; }

TEST(Orientation, OfPngAndWebpIsFollowed) {
  const ByteVector png = encode_png({16, 24, slope(16, 24, 1)});
  const ByteVector webp = encode_webp(16, 24, slope(16, 24, 3), 3);
  const ByteVector tags = exif({{.value = 6}}, false);
  for (const ByteVector& file :
       {with_png_chunk(png, bare(tags), false), with_png_chunk(png, bare(tags), true),
        with_webp_chunk(webp, bare(tags)), with_webp_chunk(webp, tags)}) {
    EXPECT_EQ(orientation_of(file), Orientation::right_top);
    const Image seen = decode_image(file, "test");
    EXPECT_EQ(seen.height, 24u);
    EXPECT_EQ(seen.width, 16u);
    EXPECT_EQ(image_info(file, "test").height, 24u);
    for (std::size_t size = 0; size < file.size(); ++size)
      orientation_of(ByteVector(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    for (std::size_t at = 0; at < file.size(); ++at) {
      ByteVector changed = file;
      changed[at] ^= 0xff;
      orientation_of(changed);
    }
  }
}

}  // namespace
}  // namespace lithe::data
