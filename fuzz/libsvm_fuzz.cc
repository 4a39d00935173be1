// Feeds the LIBSVM reader anything at all. It may refuse with lithe::Error; what it accepts must be
// finite, and must read the same by the schema that was learnt from it.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "data/tables/libsvm.h"
#include "lithe/error.h"
#include "require.h"

namespace {

void check(const lithe::data::TablePart& part, const std::string& text,
           const lithe::TableOptions& options) {
  const auto& features = part.examples.features;
  const std::size_t size = features.rows * features.columns;
  require(size > 0 && part.memory->features.size() == size * sizeof(float));
  const auto* values = static_cast<const float*>(features.data);
  for (std::size_t i = 0; i < size; ++i) require(std::isfinite(values[i]));
  const auto schema = lithe::TableSchema::from_json(part.schema.to_json());
  require(schema == part.schema);
  const auto again = lithe::data::parse_libsvm(text, "fuzz", options, &schema);
  require(std::memcmp(values, again.examples.features.data, size * sizeof(float)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lithe::TableOptions options;
  options.most_bytes = 1 << 16;
  const std::string text(data, data + size);
  lithe::data::TablePart part;
  try {
    part = lithe::data::parse_libsvm(text, "fuzz", options);
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::data && !error.problem().empty());
    return 0;
  }
  check(part, text, options);
  return 0;
}
