// Which algorithm computes a convolution.
#include <fmt/format.h>

#include "kernels/layout.h"
#include "kernels/winograd.h"
#include "ops/convolution.h"

namespace lithe::ops {

namespace {

// A full tile of 4x4 takes a quarter of the direct sum's multiply-adds, and transforms: each
// channel that comes in or goes out was measured to cost as much as 320 multiply-adds. Below 1.3
// the gain is not worth other bits. Fewer than four tiles would not share the weights, four times
// as many as those of the direct sum.
std::string little_gain(const char* what, const ImageSize& image, std::size_t depth,
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
std::string against_winograd(const Convolution& of, bool float32) {
  const Window& w = of.window;
  if (of.transposed) return "a transposed convolution goes forward as the backward pass of another";
  if (w.rows != 3 || w.columns != 3) return fmt::format("its window is {}x{}", w.rows, w.columns);
  if (w.step_rows != 1 || w.step_columns != 1 || w.dilation_rows != 1 || w.dilation_columns != 1)
    return "its stride or its dilation is not 1";
  if (of.groups != 1) return fmt::format("it has {} groups", of.groups);
  const std::size_t depth = of.in.channels, units = of.out.channels;
  for (const std::string& reason :
       {little_gain("output", of.out, depth, units), little_gain("input", of.in, units, depth)})
    if (!reason.empty()) return reason;
  if (!float32) return "its error is stated for float32 alone";
  if (of.algorithm != Algorithm::winograd)
    return "it rounds in another way, and was not asked for: algorithm=winograd";
  return {};
}

}  // namespace

ConvolutionChoice choose_convolution(const Convolution& convolution, bool float32) {
  const std::string reason = against_winograd(convolution, float32);
  return {reason.empty(), reason};
}

}  // namespace lithe::ops
