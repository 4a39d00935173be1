// The data of a sweep, recognised by their content.
#include <fmt/format.h>

#include "base/digest.h"
#include "lithe/sweep.h"

namespace lithe {

namespace {

template <typename Value>
std::uint64_t digest_values(const Value* values, std::size_t count, std::uint64_t before) {
  if (values == nullptr) return before;
  return base::digest_of({reinterpret_cast<const std::uint8_t*>(values), count * sizeof(Value)},
                         before);
}

std::uint64_t digest_examples(const Examples& examples, std::uint64_t before) {
  const Features& features = examples.features;
  std::uint64_t digest = before;
  for (std::size_t row = 0; row < features.rows; ++row)
    digest =
        base::digest_of({features.row(row), features.columns * size_of(features.type)}, digest);
  digest = digest_values(features.lengths, features.rows, digest);
  digest = digest_values(examples.labels, examples.answers(), digest);
  digest = digest_values(examples.targets, examples.answers() * examples.target_columns, digest);
  return digest_values(examples.weights, features.rows, digest);
}

}  // namespace

std::string data_digest(const Dataset& data) {
  return fmt::format("{:016x}", digest_examples(data.test, digest_examples(data.train, 1)));
}

}  // namespace lithe
