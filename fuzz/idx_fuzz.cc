// Feeds the IDX reader anything at all. It may refuse with lithe::Error; what it accepts must be
// whole: every element that the shape promises is there to be read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <span>

#include "data/pictures/idx.h"
#include "lithe/error.h"

namespace {

using lithe::data::IdxKind;

void parse(std::span<const std::uint8_t> file, IdxKind kind) {
  try {
    const auto array = lithe::data::parse_idx(file, kind, "fuzz");
    const std::size_t promised = std::accumulate(array.shape.begin(), array.shape.end(),
                                                 std::size_t{1}, std::multiplies<>());
    if (promised == 0 || promised != array.size()) std::abort();
    volatile unsigned sum = 0;
    for (const std::uint8_t value : std::span(array.values(), array.size())) sum = sum + value;
  } catch (const lithe::Error& error) {
    if (error.kind() != lithe::ErrorKind::data) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(data, size);
  parse(file, IdxKind::images);
  parse(file, IdxKind::labels);
  return 0;
}
