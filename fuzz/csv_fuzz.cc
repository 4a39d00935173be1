// Feeds the CSV reader anything at all; the first byte chooses options. It may refuse with
// lithe::Error; what it accepts must be finite and whole, its schema must survive JSON, and the
// same text must read the same by that schema.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "data/tables/csv.h"
#include "lithe/error.h"
#include "require.h"

namespace {

using lithe::Examples;
using lithe::TableSchema;
using lithe::data::TablePart;

lithe::TableOptions options_from(std::uint8_t byte) {
  lithe::TableOptions options;
  options.most_bytes = 1 << 20;
  options.csv.missing = static_cast<lithe::MissingPolicy>((byte & 7) % 5);
  options.csv.indicator = (byte & 8) != 0;
  options.test_share = 0;
  options.csv.task = static_cast<lithe::TableTask>((byte >> 4) & 3);
  options.csv.header = static_cast<lithe::CsvHeader>((byte >> 6) % 3);
  if (byte >> 6 == 3)  // a column of texts
    options.csv.text = {
        .unit = static_cast<lithe::TextUnit>((byte & 7) % 3), .most_tokens = 8, .most_words = 4};
  return options;
}

// Numbers of tokens that there are, and a length of each text that fits.
void check_texts(const TablePart& part, const lithe::TableColumn& text) {
  const lithe::Features& features = part.examples.features;
  require(features.lengths != nullptr && features.columns == text.text_length);
  for (std::size_t row = 0; row < features.rows; ++row) {
    require(features.lengths[row] >= 1 &&
            static_cast<std::size_t>(features.lengths[row]) <= text.text_length);
    const auto* const tokens = reinterpret_cast<const std::int32_t*>(features.row(row));
    for (std::size_t i = 0; i < text.text_length; ++i)
      require(tokens[i] >= 0 && static_cast<std::size_t>(tokens[i]) < text.token_count());
  }
}

std::size_t check(const TablePart& part) {
  const Examples& examples = part.examples;
  const std::size_t rows = examples.features.rows, columns = examples.features.columns;
  require(columns == part.schema.feature_count() && rows > 0 && columns > 0);
  require(part.memory->features.size() == rows * columns * sizeof(float));
  const auto* values = static_cast<const float*>(examples.features.data);
  if (const lithe::TableColumn* text = part.schema.text())
    check_texts(part, *text);
  else
    for (std::size_t i = 0; i < rows * columns; ++i) require(std::isfinite(values[i]));
  for (std::size_t i = 0; i < rows; ++i) {
    if (examples.labels != nullptr)
      require(examples.labels[i] >= 0 && std::size_t(examples.labels[i]) < examples.classes);
    if (examples.targets != nullptr) require(std::isfinite(examples.targets[i]));
  }
  return rows * columns;
}

void check_again(std::string_view text, const TablePart& part, const lithe::TableOptions& options) {
  const TableSchema schema = TableSchema::from_json(part.schema.to_json());
  require(schema == part.schema);
  const TablePart again = lithe::data::parse_csv(text, "fuzz", options, &schema).test;
  const std::size_t size = check(again);
  require(again.examples.features.rows == part.examples.features.rows);
  require(std::memcmp(part.examples.features.data, again.examples.features.data,
                      size * sizeof(float)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const lithe::TableOptions options = options_from(data[0]);
  const std::string text(data + 1, data + size);
  TablePart part;
  try {
    part = lithe::data::parse_csv(text, "fuzz", options).train;
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::data && !error.problem().empty());
    return 0;
  }
  check(part);
  check_again(text, part, options);
  return 0;
}
