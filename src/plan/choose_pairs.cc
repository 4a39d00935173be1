#include "plan/choose_pairs.h"

#include <fmt/format.h>

#include <type_traits>

namespace lithe::plan {

// In units of a multiply-add of a vector, of which a product in float32 has rows * inputs * units /
// 16 and one of pairs half as many. To round two vectors and to store their pairs takes about as
// long as four of them: of the weights in the forward product and the input gradient, of the input
// and of the gradient of the output for all three.
double paired_share(const ProductShape& shape) {
  constexpr double kRounding = 2;
  const auto rows = static_cast<double>(shape.rows), inputs = static_cast<double>(shape.inputs),
             units = static_cast<double>(shape.units);
  const double weights = shape.product == Product::weight_gradient ? 0 : inputs * units;
  const double left = shape.product == Product::input_gradient ? 0 : rows * inputs;
  const double right = shape.product == Product::forward ? 0 : rows * units;
  const double product = rows * inputs * units;
  return 0.5 + kRounding * (weights + left + right) / product;
}

template <typename T>
Refusal against_pairs(const kernels::Kernels<T>& kernels, const ProductShape& shape) {
  constexpr double kWorthSaying = 0.8;
  const std::string name = "bfloat16 pairs";
  if (std::is_same_v<T, double>) return {name, "the weights are float64"};
  if (!kernels.paired.native)
    return {name, "without vdpbf16ps (AVX-512 BF16) they would be emulated, and slower"};
  const double share = paired_share(shape);
  if (share > kWorthSaying)
    return {name, fmt::format("with {} rows rounding would cost what it saves ({:.2f} of the time, "
                              "counted)",
                              shape.rows, share)};
  return {name, fmt::format("would take {:.2f} of the time, counted, and round what is multiplied: "
                            "--precision bfloat16",
                            share)};
}

template Refusal against_pairs(const kernels::Kernels<float>&, const ProductShape&);
template Refusal against_pairs(const kernels::Kernels<double>&, const ProductShape&);

}  // namespace lithe::plan
