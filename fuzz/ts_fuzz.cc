// Feeds the reader of .ts files anything at all. It may refuse with lithe::Error; what it accepts
// must be whole: sequences of one position at least, all of the same channels, with finite values
// and an answer each, or none at all.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "data/tables/ts.h"
#include "lithe/error.h"
#include "require.h"

namespace {

void check(const lithe::data::Sequences& read) {
  require(!read.lengths.empty() && read.channels > 0);
  std::size_t positions = 0;
  for (const std::int32_t length : read.lengths) {
    require(length >= 1 && static_cast<std::size_t>(length) <= read.longest());
    positions += static_cast<std::size_t>(length);
  }
  require(read.values.size() == positions * read.channels);
  for (const float value : read.values) require(std::isfinite(value));
  const lithe::data::Answers& answers = read.answers;
  require(answers.labels.empty() || answers.labels.size() == read.lengths.size());
  require(answers.targets.empty() || answers.targets.size() == read.lengths.size());
  for (const std::int32_t label : answers.labels)
    require(label >= 0 && static_cast<std::size_t>(label) < answers.class_names.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  try {
    check(lithe::data::parse_ts(text, "fuzz", {}));
  } catch (const lithe::Error& error) {
    require(error.kind() == lithe::ErrorKind::data && !error.problem().empty());
  }
  return 0;
}
