#include "animation.h"

#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <memory>
#include <span>

#include "base/file.h"
#include "lithe/error.h"
#include "lithe/image.h"

namespace lithe::app {

namespace {

constexpr std::size_t kMostColours = 256;

Image image_of(const Picture& picture) { return {picture.height, picture.width, picture.rgb, 3}; }

// Each pixel's place among the colours that there are when the lowest `dropped` bits do not count;
// false where there are too many.
bool find_colours(const std::vector<std::uint8_t>& rgb, unsigned dropped,
                  std::vector<std::uint8_t>& indices, std::vector<std::uint8_t>& palette) {
  std::map<std::uint32_t, std::uint8_t> places;
  indices.clear();
  palette.clear();
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    const auto kept = [&](std::size_t c) { return std::uint32_t{rgb[i + c]} >> dropped; };
    const auto [found, is_new] = places.try_emplace(kept(0) << 16 | kept(1) << 8 | kept(2),
                                                    static_cast<std::uint8_t>(places.size()));
    if (is_new) {
      if (places.size() > kMostColours) return false;
      palette.insert(palette.end(), rgb.begin() + static_cast<std::ptrdiff_t>(i),
                     rgb.begin() + static_cast<std::ptrdiff_t>(i + 3));
    }
    indices.push_back(found->second);
  }
  return true;
}

int append(GifFileType* gif, const GifByteType* bytes, int count) {
  auto& file = *static_cast<std::vector<std::uint8_t>*>(gif->UserData);
  file.insert(file.end(), bytes, bytes + count);
  return count;
}

void check(bool fine) {
  if (!fine) throw Error(ErrorKind::io, "the GIF cannot be made");
}

struct Close {
  void operator()(GifFileType* gif) const { EGifCloseFile(gif, nullptr); }
};
struct Free {
  void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};

// As many colours as the next power of two, which GIF wants.
std::unique_ptr<ColorMapObject, Free> colour_map(const std::vector<std::uint8_t>& palette) {
  std::size_t count = 2;
  while (count * 3 < palette.size()) count *= 2;
  std::unique_ptr<ColorMapObject, Free> map(GifMakeMapObject(static_cast<int>(count), nullptr));
  check(map != nullptr);
  for (std::size_t i = 0; i * 3 < palette.size(); ++i)
    map->Colors[i] = {palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]};
  return map;
}

void put_frame(GifFileType* gif, int width, int height, int delay,
               const std::vector<std::uint8_t>& indices, const ColorMapObject* map) {
  GraphicsControlBlock control{};
  control.DisposalMode = DISPOSE_DO_NOT;
  control.DelayTime = delay;
  control.TransparentColor = NO_TRANSPARENT_COLOR;
  GifByteType packed[4];
  EGifGCBToExtension(&control, packed);
  check(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof(packed), packed) == GIF_OK);
  check(EGifPutImageDesc(gif, 0, 0, width, height, false, map) == GIF_OK);
  std::vector<GifPixelType> line(static_cast<std::size_t>(width));
  for (std::size_t row = 0; row < static_cast<std::size_t>(height); ++row) {
    std::copy_n(indices.begin() + static_cast<std::ptrdiff_t>(row * line.size()), line.size(),
                line.begin());
    check(EGifPutLine(gif, line.data(), width) == GIF_OK);
  }
}

void put_repetition(GifFileType* gif) {
  const std::string name = "NETSCAPE2.0";
  const GifByteType for_ever[] = {1, 0, 0};
  check(EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
        EGifPutExtensionBlock(gif, static_cast<int>(name.size()), name.data()) == GIF_OK &&
        EGifPutExtensionBlock(gif, sizeof(for_ever), for_ever) == GIF_OK &&
        EGifPutExtensionTrailer(gif) == GIF_OK);
}

}  // namespace

void Gif::add(const Picture& picture) {
  assert(frames_.empty() || (picture.width == width_ && picture.height == height_));
  width_ = picture.width;
  height_ = picture.height;
  Frame& frame = frames_.emplace_back();
  for (unsigned dropped = 0; !find_colours(picture.rgb, dropped, frame.indices, frame.palette);)
    ++dropped;
}

void Gif::write(const std::filesystem::path& path) const {
  std::vector<std::uint8_t> file;
  std::unique_ptr<GifFileType, Close> gif(EGifOpen(&file, append, nullptr));
  check(gif != nullptr);
  EGifSetGifVersion(gif.get(), true);
  const int width = static_cast<int>(width_), height = static_cast<int>(height_);
  check(EGifPutScreenDesc(gif.get(), width, height, 8, 0, nullptr) == GIF_OK);
  put_repetition(gif.get());
  for (const Frame& frame : frames_)
    put_frame(gif.get(), width, height, delay_, frame.indices, colour_map(frame.palette).get());
  gif.reset();  // writes the end
  const std::span<const std::uint8_t> whole(file);
  base::write_file_atomically(path, std::span(&whole, 1));
}

void write_picture(const std::filesystem::path& path, const Picture& picture) {
  write_png(path, image_of(picture));
}

TerminalPicture terminal_picture(const Picture& picture, std::size_t columns) {
  const std::size_t width = std::min(columns, picture.width);
  const std::size_t height =
      std::max<std::size_t>(2, (picture.height * width / picture.width + 1) / 2 * 2);
  const Image small = resize(image_of(picture), height, width, Resize::stretch);
  TerminalPicture result;
  for (std::size_t row = 0; row < height; row += 2, ++result.lines) {
    for (std::size_t column = 0; column < width; ++column) {
      const std::uint8_t* upper = &small.pixels[(row * width + column) * 3];
      const std::uint8_t* lower = upper + width * 3;
      fmt::format_to(std::back_inserter(result.text), "\033[38;2;{};{};{};48;2;{};{};{}m\u2580",
                     upper[0], upper[1], upper[2], lower[0], lower[1], lower[2]);
    }
    result.text += "\033[0m\n";
  }
  return result;
}

}  // namespace lithe::app
