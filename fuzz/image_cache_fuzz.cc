// Feeds the cache of decoded pictures anything at all. What it accepts must be whole: every pixel
// and every number that it promises can be read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "data/pictures/image_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto cache = lithe::data::parse_image_cache(std::span(data, size));
  if (!cache) return 0;
  const std::size_t rows = cache->train + cache->test;
  if (cache->from.size() != rows || cache->form.bytes() == 0) std::abort();
  volatile unsigned sum = 0;
  for (std::size_t i = 0; i < rows * cache->form.bytes(); ++i) sum = sum + cache->pixels[i];
  for (const std::uint32_t from : cache->from)
    if (from >= cache->listed) std::abort();
  return 0;
}
