// GIF, by giflib: the first frame, on a white page. The later frames are not read.
#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <cstring>

#include "data/pictures/image_decoder.h"

namespace lithe::data {

namespace {

constexpr int kNotTransparent = -1;

class Gif final : public ImageDecoder {
 public:
  ~Gif() override {
    if (gif_ != nullptr) DGifCloseFile(gif_, nullptr);
  }

  ImageInfo open(FileBytes file, const std::string& name) override {
    rest_ = file;
    int error = 0;
    gif_ = DGifOpen(this, &Gif::supply, &error);
    if (gif_ == nullptr)
      refuse_picture(fmt::format("not a GIF picture that can be read: {}", text(error)), name);
    return {static_cast<std::size_t>(std::max(gif_->SHeight, 0)),
            static_cast<std::size_t>(std::max(gif_->SWidth, 0)), 3};
  }

  void read(const std::string& name, Image& to) override {
    find_frame(name);
    std::ranges::fill(to.pixels, std::uint8_t{255});
    const GifImageDesc& frame = gif_->Image;
    const ColorMapObject* const colours =
        frame.ColorMap != nullptr ? frame.ColorMap : gif_->SColorMap;
    if (colours == nullptr || frame.Width <= 0 || frame.Height <= 0)
      refuse_picture("the GIF picture has no colours or no pixels", name);
    // A few bytes can stand for a frame of 2^32 pixels: the page, which was checked, bounds it.
    if (static_cast<std::size_t>(frame.Width) > to.width ||
        static_cast<std::size_t>(frame.Height) > to.height)
      refuse_picture("the first frame of the GIF picture is larger than its page", name);
    std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
    const auto read_row = [&](int y) {
      if (DGifGetLine(gif_, line.data(), frame.Width) == GIF_ERROR) fail(name);
      lay(line, static_cast<std::size_t>(frame.Top) + static_cast<std::size_t>(y), *colours, to);
    };
    if (!frame.Interlace) {
      for (int y = 0; y < frame.Height; ++y) read_row(y);
      return;
    }
    constexpr int kFirst[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; ++pass)
      for (int y = kFirst[pass]; y < frame.Height; y += kStep[pass]) read_row(y);
  }

 private:
  static int supply(GifFileType* gif, GifByteType* to, int count) {
    FileBytes& rest = static_cast<Gif*>(gif->UserData)->rest_;
    const std::size_t given = std::min(rest.size(), static_cast<std::size_t>(std::max(count, 0)));
    if (given > 0) std::memcpy(to, rest.data(), given);
    rest = rest.subspan(given);
    return static_cast<int>(given);
  }

  static const char* text(int error) {
    const char* const known = GifErrorString(error);
    return known == nullptr ? "unknown error" : known;
  }

  [[noreturn]] void fail(const std::string& name) const {
    refuse_picture(fmt::format("the picture is damaged or cut short: {}", text(gif_->Error)), name);
  }

  // Reads up to the pixels of the first frame.
  void find_frame(const std::string& name) {
    for (;;) {
      GifRecordType kind = UNDEFINED_RECORD_TYPE;
      if (DGifGetRecordType(gif_, &kind) == GIF_ERROR) fail(name);
      if (kind == TERMINATE_RECORD_TYPE) refuse_picture("the GIF file has no picture", name);
      if (kind == EXTENSION_RECORD_TYPE) read_extension(name);
      if (kind != IMAGE_DESC_RECORD_TYPE) continue;
      if (DGifGetImageDesc(gif_) == GIF_ERROR) fail(name);
      return;
    }
  }

  void read_extension(const std::string& name) {
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif_, &code, &block) == GIF_ERROR) fail(name);
    while (block != nullptr) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE &&
          DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        transparent_ = control.TransparentColor;
      if (DGifGetExtensionNext(gif_, &block) == GIF_ERROR) fail(name);
    }
  }

  // What lies outside the page is cut off; a colour that the palette lacks is black.
  void lay(const std::vector<GifPixelType>& line, std::size_t y, const ColorMapObject& colours,
           Image& to) const {
    if (y >= to.height) return;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t x = static_cast<std::size_t>(gif_->Image.Left) + i;
      if (x >= to.width || int{line[i]} == transparent_) continue;
      std::uint8_t rgb[3] = {};
      if (int{line[i]} < colours.ColorCount) {
        const GifColorType& colour = colours.Colors[line[i]];
        rgb[0] = colour.Red, rgb[1] = colour.Green, rgb[2] = colour.Blue;
      }
      put_pixel(to, y * to.width + x, rgb);
    }
  }

  GifFileType* gif_ = nullptr;
  FileBytes rest_;
  int transparent_ = kNotTransparent;
};

}  // namespace

std::unique_ptr<ImageDecoder> make_gif_decoder() { return std::make_unique<Gif>(); }

}  // namespace lithe::data
