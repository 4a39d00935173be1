// Feeds the readers of CIFAR's files anything at all. They may refuse with lithe::Error; what they
// accept has all its pixels, and classes that there are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "data/pictures/cifar.h"
#include "lithe/error.h"

namespace {

using lithe::data::CifarKind;

void parse(std::span<const std::uint8_t> file, CifarKind kind, std::int32_t classes) {
  constexpr std::size_t kPixels = 3 * 32 * 32;
  try {
    const auto part = lithe::data::parse_cifar(file, kind, "fuzz");
    if (part.labels.empty() || part.pixels.size() != part.labels.size() * kPixels) std::abort();
    for (const std::int32_t label : part.labels)
      if (label < 0 || label >= classes) std::abort();
  } catch (const lithe::Error& error) {
    if (error.kind() != lithe::ErrorKind::data) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(data, size);
  parse(file, CifarKind::cifar10, 10);
  parse(file, CifarKind::cifar100, 100);
  return 0;
}
