#include "plan/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "blas/choice.h"

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
                             std::size_t batch, bool whole) {
  PackChoice<T> choice;
  const std::string nonzero = "nonzero columns";
  if (whole) {
    choice.refused.push_back({nonzero, "a BLAS was asked for, and takes matrices as they are"});
  } else if (type == ElementType::float32 && batch == 1 && kept < 1) {
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
  choice.name += fmt::format(", {}", cpu::name(k.isa));
  return choice;
}

namespace {

// A full tile of 4x4 takes a quarter of the direct sum's multiply-adds, and transforms: each
// channel that comes in or goes out was measured to cost as much as 320 multiply-adds. Below 1.3
// the gain is not worth other bits. Fewer than four tiles would not share the weights, four times
// as many as those of the direct sum.
std::string little_gain(const char* what, const graph::ImageSize& image, std::size_t depth,
                        std::size_t units) {
  constexpr double kTransform = 320, kLeastGain = 1.3;
  constexpr std::size_t kSide = kernels::kWinogradOut, kLeastTiles = 4;
  const std::size_t tiles =
      kernels::divide_up(image.rows, kSide) * kernels::divide_up(image.columns, kSide);
  if (tiles < kLeastTiles)
    return fmt::format("an {} of {}x{} is less than {} tiles of 4x4", what, image.rows,
                       image.columns, kLeastTiles);
  constexpr std::size_t kVector = kernels::kLine<float>;
  const std::size_t in = kernels::round_up(depth, kVector), out = kernels::round_up(units, kVector);
  // Of few channels the direct sum makes several columns together.
  const std::size_t together = units < kVector ? units : out;
  const std::size_t direct = 9 * image.rows * image.columns * depth * together;
  const std::size_t products = tiles * kernels::kWinogradPlaces * depth * out;
  const double share =
      (static_cast<double>(products) + kTransform * static_cast<double>(tiles * (in + out))) /
      static_cast<double>(direct);
  if (share * kLeastGain <= 1) return {};
  return fmt::format("an {} of {}x{} from {} channels to {} would take {:.2f} of the time, counted",
                     what, image.rows, image.columns, depth, units, share);
}

// Why Winograd's transforms are not taken; empty where they are.
std::string against_winograd(const graph::Convolution& work, bool float32) {
  const graph::Window& w = work.window;
  if (work.transposed) return "a transposed convolution goes forward by the way back";
  if (w.rows != 3 || w.columns != 3) return fmt::format("its window is {}x{}", w.rows, w.columns);
  if (w.step_rows != 1 || w.step_columns != 1 || w.dilation_rows != 1 || w.dilation_columns != 1)
    return "its stride or its dilation is not 1";
  if (work.groups != 1) return fmt::format("it has {} groups", work.groups);
  const std::size_t depth = work.in.channels, units = work.out.channels;
  for (const std::string& reason :
       {little_gain("output", work.out, depth, units), little_gain("input", work.in, units, depth)})
    if (!reason.empty()) return reason;
  if (!float32) return "its error is stated for float32 alone";
  if (work.algorithm != graph::Algorithm::winograd)
    return "it rounds otherwise, and was not asked for: algorithm=winograd";
  return {};
}

}  // namespace

ConvolutionChoice choose_convolution(const graph::Convolution& work, bool float32) {
  const std::string reason = against_winograd(work, float32);
  if (reason.empty()) return {true, {}};
  return {false, {{"Winograd F(4x4, 3x3)", reason}}};
}

template <typename T>
ProductChoice choose_product(Blas* blas, const ProductShape& shape, double kept,
                             const kernels::Kernels<T>& kernels) {
  if (blas == nullptr) return {};
  if (blas->use() == BlasUse::everywhere) return {true, {{"tiles", "a BLAS was asked for"}}};
  const std::string name = "gemm of " + blas::short_name(blas->library());
  if (kept < 1)
    return {
        false,
        {{name, fmt::format("would multiply all columns, of which {:.0f}% are kept", 100 * kept)}}};
  const ProductTimes times = blas->times(shape, kernels);
  const bool faster = times.native > kBlasGain * times.blas;
  const std::string measured = fmt::format("measured {:.3g} us, the tiles {:.3g} us, on one thread",
                                           1e6 * times.blas, 1e6 * times.native);
  if (!faster) return {false, {{name, measured}}};
  if (blas->use() == BlasUse::weighed)
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
    info.refused.push_back({indexed_name, "the input keeps all its columns"});
    info.kernel = fmt::format("{}, {}", plain, cpu::name(isa));
  }
}

template PackChoice<float> choose_packing(const kernels::Kernels<float>&, ElementType, double,
                                          std::size_t, bool);
template PackChoice<double> choose_packing(const kernels::Kernels<double>&, ElementType, double,
                                           std::size_t, bool);
template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                      const kernels::Kernels<float>&);
template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                      const kernels::Kernels<double>&);

}  // namespace lithe::plan
