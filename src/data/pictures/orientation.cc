#include "data/pictures/orientation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

// Reads numbers of a TIFF structure in its byte order. Reads beyond its end give 0.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes) {
    constexpr std::array<std::uint8_t, 4> kLittle = {'I', 'I', 42, 0}, kBig = {'M', 'M', 0, 42};
    const auto begins = [&](const auto& start) {
      return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
    };
    little_ = begins(kLittle);
    sound_ = little_ || begins(kBig);
  }

  bool sound() const { return sound_; }
  std::size_t size() const { return bytes_.size(); }
  std::uint32_t two(std::size_t at) const { return number(at, 2); }
  std::uint32_t four(std::size_t at) const { return number(at, 4); }

 private:
  std::uint32_t number(std::size_t at, std::size_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value = value << 8 | bytes_[at + (little_ ? count - 1 - i : i)];
    return value;
  }

  Bytes bytes_;
  bool little_ = false, sound_ = false;
};

// From the first directory of tags, which describes the picture itself.
Orientation orientation_in(const Tiff& tiff) {
  constexpr std::size_t kEntry = 12;
  constexpr std::uint32_t kTag = 0x0112, kShort = 3, kLast = 8;
  if (!tiff.sound()) return Orientation::top_left;
  const std::size_t directory = tiff.four(4);
  const std::size_t entries = tiff.two(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * kEntry;
    if (at + kEntry > tiff.size()) break;
    if (tiff.two(at) != kTag) continue;
    const std::uint32_t value = tiff.two(at + 8);
    const bool sound =
        tiff.two(at + 2) == kShort && tiff.four(at + 4) == 1 && value >= 1 && value <= kLast;
    return sound ? static_cast<Orientation>(value) : Orientation::top_left;
  }
  return Orientation::top_left;
}

struct Place {
  std::size_t y, x;
};

// Maps a position in the upright picture to the stored pixel; `last` is the last stored position.
Place stored_at(Orientation orientation, Place seen, Place last) {
  switch (orientation) {
    case Orientation::top_left:
      return seen;
    case Orientation::top_right:
      return {seen.y, last.x - seen.x};
    case Orientation::bottom_right:
      return {last.y - seen.y, last.x - seen.x};
    case Orientation::bottom_left:
      return {last.y - seen.y, seen.x};
    case Orientation::left_top:
      return {seen.x, seen.y};
    case Orientation::right_top:
      return {last.y - seen.x, seen.y};
    case Orientation::right_bottom:
      return {last.y - seen.x, last.x - seen.y};
    case Orientation::left_bottom:
      return {seen.x, last.x - seen.y};
  }
  return seen;
}

using namespace std::string_view_literals;

constexpr std::string_view kExif = "Exif\0\0"sv;

bool stands_at(Bytes file, std::size_t at, std::string_view text) {
  return at <= file.size() && file.size() - at >= text.size() &&
         std::equal(text.begin(), text.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::size_t number_at(Bytes file, std::size_t at, bool little) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | file[at + (little ? 3 - i : i)];
  return value;
}

Orientation orientation_of_jpeg(Bytes jpeg) {
  constexpr std::uint8_t kMark = 0xff, kScan = 0xda, kEnd = 0xd9, kApp1 = 0xe1;
  std::size_t at = 2;  // behind the start of the image
  while (at + 4 <= jpeg.size() && jpeg[at] == kMark) {
    const std::uint8_t marker = jpeg[at + 1];
    if (marker == kMark) {  // a byte that fills
      ++at;
      continue;
    }
    const std::size_t length = std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
    const Bytes rest = jpeg.subspan(at + 2);
    if (marker == kScan || marker == kEnd || length < 2 || length > rest.size()) break;
    const Bytes segment = rest.subspan(2, length - 2);
    if (marker == kApp1 && stands_at(segment, 0, kExif))
      return orientation_in(Tiff(segment.subspan(kExif.size())));
    at += 2 + length;
  }
  return Orientation::top_left;
}

// From the first chunk of that name: a length and a name before each, and `behind` bytes after it.
struct Chunks {
  std::size_t first, name, length;  // where they begin, and where these stand in a chunk's head
  bool little;
  std::size_t behind;
};

Orientation orientation_of_chunk(Bytes file, std::string_view name, const Chunks& form) {
  constexpr std::size_t kHead = 8;
  for (std::size_t at = form.first; at <= file.size() && file.size() - at >= kHead;) {
    const std::size_t length = number_at(file, at + form.length, form.little);
    const Bytes rest = file.subspan(at + kHead);
    if (length > rest.size()) break;
    if (stands_at(file, at + form.name, name)) {
      const Bytes chunk = rest.first(length);
      return orientation_in(Tiff(stands_at(chunk, 0, kExif) ? chunk.subspan(kExif.size()) : chunk));
    }
    // Chunks of WebP have even lengths.
    at += kHead + length + (form.little ? length % 2 : 0) + form.behind;
  }
  return Orientation::top_left;
}

}  // namespace

Orientation orientation_of(Bytes file) {
  if (stands_at(file, 0, "\xff\xd8"sv)) return orientation_of_jpeg(file);
  if (stands_at(file, 0, "\x89PNG\r\n\x1a\n"sv))
    return orientation_of_chunk(file, "eXIf", {8, 4, 0, false, 4});
  if (stands_at(file, 0, "RIFF"sv) && stands_at(file, 8, "WEBP"sv))
    return orientation_of_chunk(file, "EXIF", {12, 0, 4, true, 0});
  return Orientation::top_left;
}

Image upright(Image image, Orientation orientation) {
  if (orientation == Orientation::top_left) return image;
  Image result = image;
  if (swaps_sides(orientation)) std::swap(result.height, result.width);
  const Place last{image.height - 1, image.width - 1};
  std::uint8_t* to = result.pixels.data();
  for (std::size_t y = 0; y < result.height; ++y)
    for (std::size_t x = 0; x < result.width; ++x, to += image.channels) {
      const Place from = stored_at(orientation, {y, x}, last);
      std::copy_n(&image.pixels[(from.y * image.width + from.x) * image.channels], image.channels,
                  to);
    }
  return result;
}

}  // namespace lithe::data
