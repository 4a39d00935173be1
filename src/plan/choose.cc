#include "plan/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace lithe::plan {

double kept_columns(const Features& features, std::size_t batch) {
  if (features.type != ElementType::uint8 || features.rows == 0) return 1;
  constexpr std::size_t kSamples = 16;
  const std::size_t rows = std::min(batch, features.rows);
  std::size_t kept = 0, row = 0;
  std::vector<std::uint8_t> any(features.columns);
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    std::fill(any.begin(), any.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < rows; ++i) {
      // Steps by the golden ratio spread the sample over the whole set, whatever its order.
      row = (row + features.rows * 618 / 1000 + 1) % features.rows;
      for (std::size_t k = 0; k < features.columns; ++k) any[k] |= features.row(row)[k];
    }
    kept += static_cast<std::size_t>(
        std::count_if(any.begin(), any.end(), [](std::uint8_t v) { return v != 0; }));
  }
  return static_cast<double>(kept) / static_cast<double>(kSamples * features.columns);
}

template <typename T>
PackChoice<T> choose_packing(const kernels::Kernels<T>& k, ElementType type, double kept,
                             std::size_t batch) {
  PackChoice<T> choice;
  const std::string nonzero = "nonzero columns";
  if (type == ElementType::float32 && batch == 1 && kept < 1) {
    choice.kernel = k.pack_nonzero_float32;
    choice.indexed = true;
    choice.name = nonzero + " of one example";
  } else if (type != ElementType::uint8) {
    choice.refused.push_back({nonzero, "the data are neither bytes nor single examples"});
  } else if (kept > kKeepBelow) {
    choice.refused.push_back(
        {nonzero, fmt::format("{:.0f}% of the columns have a value in some row of a batch; leaving "
                              "out the others pays below {:.0f}%",
                              100 * kept, 100 * kKeepBelow)});
  } else {
    choice.kernel = k.pack_nonzero_bytes;
    choice.indexed = true;
    choice.name = fmt::format("{} ({:.0f}% kept)", nonzero, 100 * kept);
  }
  if (choice.kernel == nullptr) {
    choice.kernel = type == ElementType::uint8     ? k.pack_bytes
                    : type == ElementType::float32 ? k.pack_float32
                                                   : k.pack_float64;
    choice.name = "all columns";
  }
  choice.name += fmt::format(", {}", machine::name(k.isa));
  return choice;
}

void describe_product(machine::Isa isa, bool indexed, StageInfo& info) {
  const std::string indexed_name = "tiles over nonzero columns", plain = "tiles";
  if (isa == machine::Isa::scalar) {
    info.kernel = "plain reference";
    info.refused.push_back({plain, "the plain reference was asked for"});
    return;
  }
  if (indexed) {
    info.kernel = fmt::format("{}, {}", indexed_name, machine::name(isa));
  } else {
    info.refused.push_back({indexed_name, "the input keeps all its columns"});
    info.kernel = fmt::format("{}, {}", plain, machine::name(isa));
  }
}

template PackChoice<float> choose_packing(const kernels::Kernels<float>&, ElementType, double,
                                          std::size_t);
template PackChoice<double> choose_packing(const kernels::Kernels<double>&, ElementType, double,
                                           std::size_t);

}  // namespace lithe::plan
