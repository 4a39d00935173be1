#include "plan/choose_pairs.h"

#include <fmt/format.h>

#include <type_traits>

namespace lithe::plan {

// A product of pairs has half as many steps as one in float32. Beside it values are rounded: the
// weights for the forward product and the input gradient, and what of the input and the gradient of
// the output a product reads. Of 1024x1024 weights, which come from the third cache, that was
// measured to take as long for each as eight multiply-adds (0.15 ms of 1.4 ms).
double paired_share(const ProductShape& shape) {
  constexpr double kRounding = 8;
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
    return {name, fmt::format("of {} rows and {}x{} weights, rounding would cost what it saves "
                              "({:.2f} of the time, counted)",
                              shape.rows, shape.inputs, shape.units, share)};
  return {name, fmt::format("would take {:.2f} of the time, counted, and round what is multiplied: "
                            "--precision bfloat16",
                            share)};
}

template Refusal against_pairs(const kernels::Kernels<float>&, const ProductShape&);
template Refusal against_pairs(const kernels::Kernels<double>&, const ProductShape&);

}  // namespace lithe::plan
