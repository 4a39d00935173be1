// BMP as Windows and OS/2 write it, without compression: palettes of 1, 4 and 8 bits, and 16, 24
// and 32 bits. (Microsoft, BITMAPINFOHEADER and BITMAPV5HEADER.) A fourth channel is not looked at:
// most programs leave it 0, and mean no transparency by it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "data/pictures/image_decoder.h"

namespace lithe::data {

namespace {

constexpr std::size_t kFileHeader = 14, kOldHeader = 12, kInfoHeader = 40;
constexpr std::uint32_t kPlain = 0, kMasks = 3;  // compression

using Masks = std::array<std::uint32_t, 3>;  // of red, green, blue

class Bmp final : public ImageDecoder {
 public:
  ImageInfo open(FileBytes file, const std::string& name) override {
    file_ = file;
    header_ = number(kFileHeader, 4);
    const bool old = header_ == kOldHeader;
    if (!old && header_ < kInfoHeader) refuse_picture("not a BMP picture that can be read", name);
    const std::size_t side = old ? 2 : 4;
    const std::uint32_t width = number(kFileHeader + 4, side);
    std::uint32_t height = number(kFileHeader + 4 + side, side);
    bits_ = number(kFileHeader + 6 + 2 * side, 2);
    const std::uint32_t compression = old ? kPlain : number(30, 4);
    if (!old && height > 0x7fffffff) top_down_ = true, height = 0 - height;
    if (width > 0x7fffffff || height > 0x7fffffff)
      refuse_picture("not a BMP picture that can be read", name);
    check_kind(compression, name);
    if (bits_ <= 8) read_palette(old);
    if (bits_ == 16 || bits_ == 32) read_masks(compression);
    return {height, width, bits_ <= 8 && is_grey() ? std::size_t{1} : std::size_t{3}};
  }

  void read(const std::string& name, Image& to) override {
    // Below 2^32 pixels of at most 32 bits: no overflow.
    const std::uint64_t start = number(10, 4), stride = (to.width * bits_ + 31) / 32 * 4;
    if (start > file_.size() || stride > (file_.size() - start) / to.height)
      refuse_picture("the picture is damaged or cut short", name);
    for (std::size_t y = 0; y < to.height; ++y) {
      const std::size_t line = top_down_ ? y : to.height - 1 - y;
      for (std::size_t x = 0; x < to.width; ++x) {
        const std::array<std::uint8_t, 3> rgb = colour(start + line * stride, x);
        put_pixel(to, y * to.width + x, rgb.data());
      }
    }
  }

 private:
  // Little-endian; 0 beyond the end.
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes && at + i < file_.size(); ++i)
      value |= std::uint32_t{file_[at + i]} << (8 * i);
    return value;
  }

  void check_kind(std::uint32_t compression, const std::string& name) const {
    constexpr std::array<std::uint32_t, 6> kBits = {1, 4, 8, 16, 24, 32};
    if (std::ranges::find(kBits, bits_) == kBits.end())
      refuse_picture(fmt::format("a BMP picture of {} bits, which is not read", bits_), name,
                     "save it as PNG or JPEG");
    const bool masks = compression == kMasks && (bits_ == 16 || bits_ == 32);
    if (compression != kPlain && !masks)
      refuse_picture("a compressed BMP picture, which is not read", name, "save it as PNG or JPEG");
  }

  // As many entries as there are in the file; the others stay black.
  void read_palette(bool old) {
    const std::size_t entry = old ? 3 : 4, most = std::size_t{1} << bits_;
    const std::size_t told = old ? 0 : number(46, 4);
    const std::size_t count = told == 0 ? most : std::min(told, most);
    const std::size_t start = kFileHeader + header_;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        palette_[i][c] = static_cast<std::uint8_t>(number(start + i * entry + 2 - c, 1));
  }

  void read_masks(std::uint32_t compression) {
    masks_ = bits_ == 16 ? Masks{0x7c00, 0x3e0, 0x1f} : Masks{0xff0000, 0xff00, 0xff};
    if (compression == kMasks)
      for (std::size_t c = 0; c < 3; ++c) masks_[c] = number(kFileHeader + kInfoHeader + 4 * c, 4);
  }

  bool is_grey() const {
    return std::ranges::all_of(
        palette_, [](const auto& rgb) { return rgb[0] == rgb[1] && rgb[1] == rgb[2]; });
  }

  std::array<std::uint8_t, 3> colour(std::size_t line, std::size_t x) const {
    if (bits_ <= 8) {
      const std::uint32_t byte = file_[line + x * bits_ / 8];
      const std::size_t shift = 8 - bits_ - x * bits_ % 8;
      return palette_[(byte >> shift) & ((1U << bits_) - 1)];
    }
    if (bits_ == 24) {
      const std::uint8_t* const bgr = &file_[line + 3 * x];
      return {bgr[2], bgr[1], bgr[0]};
    }
    const std::uint32_t value = number(line + x * bits_ / 8, bits_ / 8);
    return {part(value, masks_[0]), part(value, masks_[1]), part(value, masks_[2])};
  }

  // The bits of the mask, from 0 for none to 255 for all.
  static std::uint8_t part(std::uint32_t value, std::uint32_t mask) {
    if (mask == 0) return 0;
    const int shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift, given = (value & mask) >> shift;
    return static_cast<std::uint8_t>((given * 255 + most / 2) / most);
  }

  FileBytes file_;
  std::uint32_t header_ = 0, bits_ = 0;
  bool top_down_ = false;
  std::array<std::array<std::uint8_t, 3>, 256> palette_{};
  Masks masks_{};
};

}  // namespace

std::unique_ptr<ImageDecoder> make_bmp_decoder() { return std::make_unique<Bmp>(); }

}  // namespace lithe::data
