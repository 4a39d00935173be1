// Decoded pictures in a file that is mapped into memory:
//
//   80 bytes   "LITHEIMG", then as 64-bit numbers: 3 (version), rows to train on, rows to test on,
//              height, width, channels, pictures that were listed, why that form was chosen
//              (ChosenForm::reasons), and the digest of everything else, row by row
//   pixels     rows x height x width x channels bytes
//   from       rows x 32 bits: which of the listed pictures each row is, ascending
//
// Numbers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/file.h"
#include "base/mapped_file.h"

namespace lithe::data {

inline constexpr std::uint64_t kMostFormPixels = std::uint64_t{1} << 32;  // of a picture

struct ImageForm {
  std::size_t height = 0, width = 0, channels = 0;
  std::size_t bytes() const { return height * width * channels; }
  bool operator==(const ImageForm&) const = default;
};

// What a cache holds, checked: everything it promises is there, and every byte is what was written.
struct ImageCache {
  std::size_t train, test;  // rows
  ImageForm form;
  std::size_t listed;
  std::uint64_t reasons;
  const std::uint8_t* pixels;
  std::vector<std::uint32_t> from;
};

// Nothing where the bytes are no such file. Reads all of them, to compare their digest.
std::optional<ImageCache> parse_image_cache(std::span<const std::uint8_t> file);

class ImageCacheWriter {
 public:
  explicit ImageCacheWriter(const std::filesystem::path& path);
  void append(std::uint32_t from, std::span<const std::uint8_t> pixels);
  // The first `train` rows are to train on.
  void commit(std::size_t train, const ImageForm& form, std::size_t listed, std::uint64_t reasons);

 private:
  base::NewFile file_;
  std::vector<std::uint32_t> from_;
  std::uint64_t digest_ = 0;  // of the rows up to now
};

}  // namespace lithe::data
