// Feeds the readers of .npy, .npz and of a table's schema anything at all. They may refuse with
// lithe::Error; what they accept must be whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "data/tables/npy.h"
#include "data/tables/npy_answers.h"
#include "data/tables/npz.h"
#include "lithe/error.h"
#include "require.h"

namespace {

using Bytes = std::span<const std::uint8_t>;
using lithe::data::TablePart;

template <typename Check>
void may_refuse(lithe::ErrorKind kind, const Check& check) {
  try {
    check();
  } catch (const lithe::Error& error) {
    require(error.kind() == kind && !error.problem().empty());
  }
}

void check_part(const TablePart& part) {
  const auto& features = part.examples.features;
  require(features.rows > 0 && features.columns > 0);
  require(part.memory->features.size() == features.rows * features.row_stride);
  volatile unsigned sum = 0;
  for (const std::uint8_t value : part.memory->features) sum = sum + value;
}

void check_npy(Bytes file, const lithe::TableOptions& options) {
  const auto array = lithe::data::parse_npy(file, "fuzz");
  TablePart part = lithe::data::make_npy_part(array, options), none;
  check_part(part);
  lithe::data::add_npy_answers(&array, part, nullptr, none, options);
  const auto& examples = part.examples;
  for (std::size_t i = 0; examples.labels != nullptr && i < examples.features.rows; ++i)
    require(examples.labels[i] >= 0 && std::size_t(examples.labels[i]) < examples.classes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  lithe::TableOptions options;
  options.most_bytes = 1 << 20;
  may_refuse(lithe::ErrorKind::data, [&] { check_npy(file, options); });
  may_refuse(lithe::ErrorKind::data,
             [&] { check_part(lithe::data::parse_npz(file, "fuzz", options).first); });
  may_refuse(lithe::ErrorKind::model, [&] {
    const auto schema = lithe::TableSchema::from_json(std::string(file.begin(), file.end()));
    require(lithe::TableSchema::from_json(schema.to_json()) == schema);
  });
  return 0;
}
