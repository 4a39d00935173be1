// Feeds the reader of a sequence's file anything at all; the first byte says whether it is text or
// an array. It may refuse with lithe::Error; what it accepts must be whole: one position at least,
// with a finite value in each channel.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "data/tables/sequence_folder.h"
#include "lithe/error.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  lithe::CsvOptions options;
  options.header = static_cast<lithe::CsvHeader>(data[0] % 3);
  options.decimal = (data[0] & 4) != 0 ? ',' : '\0';
  const std::string text(data + 1, data + size);
  lithe::data::Sequences read;
  try {
    if ((data[0] & 8) != 0)
      lithe::data::add_npy_sequence({data + 1, size - 1}, "fuzz", read);
    else
      lithe::data::add_csv_sequence(text, "fuzz", options, read);
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::data && !error.problem().empty());
    return 0;
  }
  require(read.lengths.size() == 1 && read.lengths[0] >= 1 && read.channels > 0);
  require(read.values.size() == static_cast<std::size_t>(read.lengths[0]) * read.channels);
  for (const float value : read.values) require(std::isfinite(value));
  return 0;
}
