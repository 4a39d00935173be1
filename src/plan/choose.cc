#include "plan/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "blas/choice.h"

namespace lithe::plan {

double nonzero_columns(const Features& features, std::size_t batch) {
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
PackChoice<T> choose_packing(const kernels::Kernels<T>& k, ElementType type, double nonzero,
                             std::size_t batch, bool whole, bool in_pairs) {
  PackChoice<T> choice;
  const std::string name = "nonzero columns";
  if (whole) {
    choice.refused.push_back({name, "a BLAS was asked for, and takes matrices as they are"});
  } else if (type == ElementType::float32 && batch == 1 && nonzero < 1 && !in_pairs) {
    choice.kernel = k.pack_nonzero_float32;
    choice.indexed = true;
    choice.name = name + " of one example";
  } else if (type != ElementType::uint8) {
    choice.refused.push_back({name, "the data are neither bytes nor single examples"});
  } else if (nonzero > kIndexBelow) {
    choice.refused.push_back(
        {name, fmt::format("{:.0f}% of the columns have a value in some row of a batch; leaving "
                           "out the others pays below {:.0f}%",
                           100 * nonzero, 100 * kIndexBelow)});
  } else {
    choice.kernel = k.pack_nonzero_bytes;
    choice.indexed = true;
    choice.name = fmt::format("{}{} ({:.0f}%)", name, in_pairs ? " in pairs" : "", 100 * nonzero);
  }
  if (choice.kernel == nullptr) {
    choice.kernel = type == ElementType::uint8     ? k.pack_bytes
                    : type == ElementType::int32   ? k.pack_int32
                    : type == ElementType::float32 ? k.pack_float32
                                                   : k.pack_float64;
    choice.name = "all columns";
  }
  choice.name += fmt::format(", {}", cpu::name(k.isa));
  return choice;
}

template <typename T>
ProductChoice choose_product(Blas* blas, const ProductShape& shape, double nonzero,
                             const kernels::Kernels<T>& kernels) {
  if (blas == nullptr) return {};
  if (blas->use() == BlasUse::everywhere) return {true, {{"tiles", "a BLAS was asked for"}}};
  const std::string name = "gemm of " + short_name(blas->library());
  if (nonzero < 1)
    return {false,
            {{name, fmt::format("would multiply all columns, of which {:.0f}% are not zero",
                                100 * nonzero)}}};
  const ProductTimes times = blas->times(shape, kernels);
  const bool faster = times.native > kBlasGain * times.blas;
  const std::string measured = fmt::format("measured {:.3g} us, the tiles {:.3g} us, on one thread",
                                           1e6 * times.blas, 1e6 * times.native);
  if (!faster) return {false, {{name, measured}}};
  if (blas->use() == BlasUse::benchmarked)
    return {false,
            {{name, fmt::format("would be {:.2f} times as fast ({}), but adds in another order and "
                                "gives other bits: --blas auto takes it",
                                times.native / times.blas, measured)}}};
  return {true,
          {{"tiles", fmt::format("the BLAS is {:.2f} times as fast ({})", times.native / times.blas,
                                 measured)}}};
}

void describe_product(const ProductChoice& choice, cpu::Isa isa, bool indexed, StageInfo& info) {
  info.refused = choice.refused;
  if (choice.by_blas) return;
  const std::string indexed_name = "tiles over nonzero columns", plain = "tiles";
  if (isa == cpu::Isa::scalar) {
    info.kernel = "plain reference";
    info.refused.push_back({plain, "the plain reference was asked for"});
    return;
  }
  if (indexed) {
    info.kernel = fmt::format("{}, {}", indexed_name, cpu::name(isa));
  } else {
    info.refused.push_back({indexed_name, "no column of the input is left out"});
    info.kernel = fmt::format("{}, {}", plain, cpu::name(isa));
  }
}

template <typename T>
void describe_paired(const kernels::Kernels<T>& kernels, bool indexed, StageInfo& info) {
  const bool plain = kernels.isa == cpu::Isa::scalar;
  info.bfloat16 = true;
  info.kernel = fmt::format("{} of bfloat16 pairs{}, {}{}", plain ? "plain reference" : "tiles",
                            indexed ? " over nonzero columns" : "", cpu::name(kernels.isa),
                            kernels.paired.native ? " with vdpbf16ps" : "");
  info.refused = {{"tiles", "bfloat16 was asked for"}};
  if (!kernels.paired.native)
    info.refused.push_back({"vdpbf16ps",
                            "not in this instruction set, or not on this processor: "
                            "emulated, to the same bits"});
}

template PackChoice<float> choose_packing(const kernels::Kernels<float>&, ElementType, double,
                                          std::size_t, bool, bool);
template PackChoice<double> choose_packing(const kernels::Kernels<double>&, ElementType, double,
                                           std::size_t, bool, bool);
template void describe_paired(const kernels::Kernels<float>&, bool, StageInfo&);
template void describe_paired(const kernels::Kernels<double>&, bool, StageInfo&);
template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                      const kernels::Kernels<float>&);
template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                      const kernels::Kernels<double>&);

}  // namespace lithe::plan
