// Feeds the readers of picture files anything at all. They may refuse with lithe::Error; a picture
// that they give has all its pixels and no more than are allowed, and the header told its size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "data/pictures/image_file.h"
#include "lithe/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMostPixels = 1 << 18;  // few, so that many files are tried in a second
  const std::span file(data, size);
  for (const std::size_t channels : {0, 1, 3}) {
    try {
      const auto image = lithe::data::decode_image(file, "fuzz", channels, kMostPixels);
      const auto info = lithe::data::image_info(file, "fuzz", kMostPixels);
      const std::size_t expected = channels == 0 ? info.channels : channels;
      const std::size_t pixels = image.height * image.width;
      if (image.height != info.height || image.width != info.width || image.channels != expected ||
          pixels == 0 || pixels > kMostPixels || image.pixels.size() != pixels * expected)
        std::abort();
    } catch (const lithe::Error& error) {
      if (error.kind() != lithe::ErrorKind::data) std::abort();
    }
  }
  return 0;
}
