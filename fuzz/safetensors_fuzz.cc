// Feeds the safetensors reader anything at all. It may refuse with lithe::Error; what it accepts
// must be whole, and must come back the same after it is printed and parsed again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "io/safetensors_header.h"
#include "lithe/error.h"
#include "require.h"

namespace {

using lithe::io::SafetensorsFile;
using lithe::io::TensorView;

// Touches every byte and returns how many there are.
std::size_t read_all(const TensorView& tensor) {
  volatile unsigned sum = 0;
  for (const std::uint8_t value : tensor.bytes) sum = sum + value;
  std::size_t promised = size_of(tensor.dtype);
  for (const std::size_t length : tensor.shape) promised *= length;
  require(promised == tensor.bytes.size());
  return promised;
}

std::vector<std::uint8_t> print(const SafetensorsFile& file) {
  const std::string header = lithe::io::print_header(file.tensors(), file.metadata(), "fuzz");
  std::vector<std::uint8_t> bytes(header.begin(), header.end());
  for (const TensorView& tensor : file.tensors())
    bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
  return bytes;
}

bool is_same(const TensorView& a, const TensorView& b) {
  return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape &&
         std::ranges::equal(a.bytes, b.bytes);
}

void check(const SafetensorsFile& file, std::size_t size) {
  std::size_t used = 0;
  for (const TensorView& tensor : file.tensors()) used += read_all(tensor);
  require(used <= size);
  const std::vector<std::uint8_t> printed = print(file);
  const SafetensorsFile again = lithe::io::parse_safetensors(printed, "fuzz");
  require(std::ranges::equal(file.tensors(), again.tensors(), is_same));
  require(file.metadata() == again.metadata());
  require(print(again) == printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check(lithe::io::parse_safetensors({data, data + size}, "fuzz"), size);
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::model);
  }
  return 0;
}
