// Pictures made to order: PNG of every kind by libpng, JPEG by libjpeg-turbo, WebP by libwebp, GIF
// by giflib, BMP by hand.
#pragma once

#include <gif_lib.h>
#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>
#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "data/pictures/image_file.h"
#include "data/sample.h"

namespace lithe::test {

struct PngKind {
  int colour_type, bit_depth = 8, interlace = PNG_INTERLACE_NONE;
  std::vector<png_color> palette = {};
  std::vector<std::uint8_t> palette_alpha = {};
};

// `rows`: the samples as the file has them, each row in whole bytes.
inline ByteVector encode_png_kind(const PngKind& kind, std::uint32_t height, std::uint32_t width,
                                  ByteVector rows) {
  ByteVector file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png)) != 0) throw std::runtime_error("libpng does not write that");
  png_set_write_fn(
      png, &file,
      [](png_structp p, png_bytep bytes, png_size_t count) {
        auto& to = *static_cast<ByteVector*>(png_get_io_ptr(p));
        to.insert(to.end(), bytes, bytes + count);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, kind.bit_depth, kind.colour_type, kind.interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!kind.palette.empty())
    png_set_PLTE(png, info, kind.palette.data(), static_cast<int>(kind.palette.size()));
  if (!kind.palette_alpha.empty())
    png_set_tRNS(png, info, kind.palette_alpha.data(), static_cast<int>(kind.palette_alpha.size()),
                 nullptr);
  png_write_info(png, info);
  std::vector<png_bytep> lines;
  for (std::size_t y = 0; y < height; ++y) lines.push_back(&rows[y * (rows.size() / height)]);
  png_write_image(png, lines.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

// `pixels` of a TJPF_ format, 95% quality.
inline ByteVector encode_jpeg(const ByteVector& pixels, int height, int width, int format,
                              int subsampling, int flags = 0) {
  tjhandle handle = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int status = tjCompress2(handle, pixels.data(), width, 0, height, format, &bytes, &size,
                                 subsampling, 95, flags | TJFLAG_ACCURATEDCT);
  const std::string problem = tjGetErrorStr2(handle);
  ByteVector file(bytes, bytes + size);
  tjFree(bytes);
  tjDestroy(handle);
  if (status != 0) throw std::runtime_error(problem);
  return file;
}

// Lossless; 3 channels, or 4 with alpha.
inline ByteVector encode_webp(int height, int width, const ByteVector& pixels, int channels) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size = (channels == 4 ? WebPEncodeLosslessRGBA : WebPEncodeLosslessRGB)(
      pixels.data(), width, height, channels * width, &bytes);
  if (size == 0) throw std::runtime_error("libwebp does not write that");
  ByteVector file(bytes, bytes + size);
  WebPFree(bytes);
  return file;
}

struct GifKind {
  int height, width;
  std::vector<GifColorType> palette;  // 2, 4, 8 ... of them
  bool interlaced = false;
  int transparent = -1;
};
struct GifFrame {
  ByteVector pixels;                             // numbers of colours, row by row
  int top = 0, left = 0, height = 0, width = 0;  // 0: as the page
};

inline ByteVector encode_gif(const GifKind& kind, const std::vector<GifFrame>& frames) {
  ByteVector file;
  int error = 0;
  GifFileType* gif = EGifOpen(
      &file,
      [](GifFileType* of, const GifByteType* bytes, int count) {
        auto& to = *static_cast<ByteVector*>(of->UserData);
        to.insert(to.end(), bytes, bytes + count);
        return count;
      },
      &error);
  ColorMapObject* const colours =
      GifMakeMapObject(static_cast<int>(kind.palette.size()), kind.palette.data());
  EGifSetGifVersion(gif, true);
  EGifPutScreenDesc(gif, kind.width, kind.height, 8, 0, colours);
  for (const GifFrame& frame : frames) {
    const GraphicsControlBlock control{0, false, 10, kind.transparent};
    GifByteType bytes[4];
    EGifGCBToExtension(&control, bytes);
    EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes);
    const int height = frame.height > 0 ? frame.height : kind.height;
    const int width = frame.width > 0 ? frame.width : kind.width;
    EGifPutImageDesc(gif, frame.left, frame.top, width, height, kind.interlaced, nullptr);
    ByteVector pixels = frame.pixels;
    const auto put = [&](int y) {
      EGifPutLine(gif, &pixels[static_cast<std::size_t>(y * width)], width);
    };
    const std::vector<std::pair<int, int>> passes =
        kind.interlaced ? std::vector<std::pair<int, int>>{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
                        : std::vector<std::pair<int, int>>{{0, 1}};
    for (const auto& [first, step] : passes)
      for (int y = first; y < height; y += step) put(y);
  }
  GifFreeMapObject(colours);
  EGifCloseFile(gif, &error);
  return file;
}

inline void put_little(ByteVector& file, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// `pixels`: red, green and blue of 24 bits; otherwise bytes as the file has them, rows without
// their padding, the first row on top. `masks` of 16 and 32 bits, if there are any.
inline ByteVector encode_bmp(std::uint32_t height, std::uint32_t width, std::uint32_t bits,
                             const std::vector<png_color>& palette, ByteVector pixels,
                             bool top_down = false, const std::vector<std::uint32_t>& masks = {}) {
  const std::size_t row = (width * bits + 7) / 8, padded = (row + 3) / 4 * 4;
  if (bits == 24)
    for (std::size_t i = 0; i < pixels.size(); i += 3) std::swap(pixels[i], pixels[i + 2]);
  const auto start = static_cast<std::uint32_t>(54 + 4 * masks.size() + 4 * palette.size());
  ByteVector file = {'B', 'M'};
  for (const std::uint32_t number : {start + static_cast<std::uint32_t>(padded * height), 0U, start,
                                     40U, width, top_down ? 0U - height : height})
    put_little(file, number, 4);
  put_little(file, 1, 2);
  put_little(file, bits, 2);
  for (const std::uint32_t number :
       {masks.empty() ? 0U : 3U, 0U, 0U, 0U, static_cast<std::uint32_t>(palette.size()), 0U})
    put_little(file, number, 4);
  for (const std::uint32_t mask : masks) put_little(file, mask, 4);
  for (const png_color& colour : palette)
    for (const std::uint8_t byte : {colour.blue, colour.green, colour.red, png_byte{0}})
      file.push_back(byte);
  for (std::size_t y = 0; y < height; ++y) {
    const std::size_t from = (top_down ? y : height - 1 - y) * row;
    file.insert(file.end(), pixels.begin() + static_cast<std::ptrdiff_t>(from),
                pixels.begin() + static_cast<std::ptrdiff_t>(from + row));
    file.insert(file.end(), padded - row, 0);
  }
  return file;
}

// Levels that rise to the right and downwards, so gently that JPEG keeps them within a few.
inline ByteVector slope(std::size_t height, std::size_t width, std::size_t channels) {
  ByteVector pixels;
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(40 + 5 * x + 3 * y + 30 * c));
  return pixels;
}

inline ByteVector grey_png(std::size_t height, std::size_t width, std::uint8_t level) {
  return data::encode_png({height, width, ByteVector(height * width, level)});
}
inline ByteVector colour_png(std::size_t height, std::size_t width, std::uint8_t level) {
  return data::encode_png({height, width, ByteVector(height * width * 3, level), 3});
}

inline void put_number(ByteVector& file, std::size_t at, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) file[at++] = static_cast<std::uint8_t>(value >> shift);
}

// The same file with another size in its header, whose checksum is right.
inline ByteVector claiming(ByteVector png, std::uint32_t height, std::uint32_t width) {
  constexpr std::size_t kHeader = 12, kHeaderBytes = 17;  // "IHDR" and what it says
  put_number(png, kHeader + 4, width);
  put_number(png, kHeader + 8, height);
  put_number(png, kHeader + kHeaderBytes,
             static_cast<std::uint32_t>(crc32(0, &png[kHeader], kHeaderBytes)));
  return png;
}

}  // namespace lithe::test
