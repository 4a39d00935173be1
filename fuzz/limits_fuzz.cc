// Feeds the file of measured limits anything at all. What is accepted must be figures that a
// machine can have, and must come back the same after it is written.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "limits/limits_file.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  lithe::MachineIdentity machine;
  machine.processor = "fuzz";
  for (const char* isa : {"avx512", "avx2"}) {
    const auto found = lithe::limits::find_limits(text, machine, isa);
    if (!found) continue;
    require(std::isfinite(found->flops_float32) && found->flops_float32 > 0);
    require(std::isfinite(found->flops_float64) && found->flops_float64 > 0);
    for (const auto& level : found->read)
      require(std::isfinite(level.bytes_per_second) && level.bytes_per_second > 0);
    const auto again =
        lithe::limits::find_limits(lithe::limits::with_limits(text, machine, *found), machine, isa);
    require(again && again->flops_float32 == found->flops_float32);
  }
  return 0;
}
