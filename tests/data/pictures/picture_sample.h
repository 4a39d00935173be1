// Pictures made to order: PNG of every kind by libpng, JPEG by libjpeg-turbo.
#pragma once

#include <png.h>
#include <turbojpeg.h>
#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
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
