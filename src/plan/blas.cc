#include "plan/blas.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/blas_products.h"
#include "plan/trainable.h"

namespace lithe::plan {

namespace {

using kernels::kLine;

template <typename T>
base::AlignedArray<T> random_array(std::size_t size) {
  base::Rng random(1, 1);
  base::AlignedArray<T> values(size);
  for (T& value : values) value = static_cast<T>(random.uniform(-1, 1));
  return values;
}

// A layer to try both on.
template <typename T>
class Trial {
 public:
  Trial(const ProductShape& shape, const kernels::Kernels<T>& kernels, const blas::BlasHandle& blas)
      : shape_(shape),
        panels_{shape.inputs, shape.units},
        kernels_(kernels),
        blas_(blas, shape.rows),
        x_stride_(kernels::row_stride<T>(shape.inputs)),
        y_stride_(kernels::row_stride<T>(shape.units)),
        x_(random_array<T>(shape.rows * x_stride_)),
        y_(random_array<T>(shape.rows * y_stride_)),
        weight_(random_array<T>(panels_.size())),
        bias_(random_array<T>(panels_.padded_columns())),
        transposed_(kernels::Panels<T>{shape.units, shape.rows}.size()),
        block_(kBlockInputs * kernels::kPanel<T>),
        scratch_(blas_.scratch_size(shape.inputs, shape.units)) {}

  void run_native() {
    switch (shape_.product) {
      case Product::forward:
        return kernels_.forward(forward(), unit_lines());
      case Product::input_gradient:
        kernels_.transpose(data(), {0, shape_.units});
        return kernels_.input_gradient(data(), input_lines());
      case Product::weight_gradient:
        return gradient_by_blocks();
    }
  }

  void run_blas() {
    switch (shape_.product) {
      case Product::forward:
        return blas_.forward(forward(), unit_lines(), scratch_.data());
      case Product::input_gradient:
        return blas_.input_gradient(data(), input_lines(), scratch_.data());
      case Product::weight_gradient:
        return blas_.gradient(weights(), unit_lines(), scratch_.data(), [](const auto&) {});
    }
  }

 private:
  kernels::Range unit_lines() const { return {0, kernels::divide_up(shape_.units, kLine<T>)}; }
  kernels::Range input_lines() const { return {0, kernels::divide_up(shape_.inputs, kLine<T>)}; }
  kernels::Operand<T> input() const {
    return {x_.data(), x_stride_, shape_.rows, shape_.inputs, nullptr};
  }
  kernels::ForwardProduct<T> forward() {
    return {input(),      weight_.data(), bias_.data(), shape_.inputs,
            shape_.units, y_.data(),      y_stride_};
  }
  kernels::InputGradientProduct<T> data() {
    return {y_.data(),    y_stride_, shape_.rows, weight_.data(),    shape_.inputs,
            shape_.units, x_.data(), x_stride_,   transposed_.data()};
  }
  kernels::WeightProduct<T> weights() {
    return {input(),      y_.data(),      y_stride_,    shape_.inputs,
            shape_.units, weight_.data(), bias_.data(), T{0}};
  }
  void gradient_by_blocks() {
    kernels::each_panel(unit_lines(), [&](kernels::Range lines) {
      for (std::size_t k = 0; k < shape_.inputs; k += kBlockInputs) {
        const std::size_t end = std::min(shape_.inputs, k + kBlockInputs);
        kernels_.gradient({input(),
                           y_.data(),
                           y_stride_,
                           shape_.units,
                           k,
                           end,
                           k,
                           end,
                           block_.data(),
                           panels_.width(lines.begin * kLine<T>),
                           nullptr,
                           {},
                           0},
                          lines);
      }
    });
  }

  ProductShape shape_;
  kernels::Panels<T> panels_;
  const kernels::Kernels<T>& kernels_;
  kernels::BlasProducts<T> blas_;
  std::size_t x_stride_, y_stride_;
  base::AlignedArray<T> x_, y_, weight_, bias_, transposed_, block_, scratch_;
};

// The best of the calls that fit into the time, in turn, and of three: other programs make a call
// slower, never faster.
template <typename T>
ProductTimes measure(Trial<T>& trial) {
  using Clock = std::chrono::steady_clock;
  constexpr double kSeconds = 0.02;
  constexpr int kLeastRounds = 3;
  const auto seconds = [](auto&& call) {
    const Clock::time_point start = Clock::now();
    call();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  ProductTimes best{1e9, 1e9};
  double spent = 0;
  for (int round = 0; round < kLeastRounds || spent < kSeconds; ++round) {
    const double native = seconds([&] { trial.run_native(); });
    const double blas = seconds([&] { trial.run_blas(); });
    best = {std::min(best.native, native), std::min(best.blas, blas)};
    spent += native + blas;
  }
  return best;
}

}  // namespace

Blas::Blas(BlasLibrary library, BlasUse use)
    : library_(std::move(library)), use_(use), handle_(library_.path) {
  handle_.use_threads(1);
}

template <typename T>
ProductTimes Blas::times(const ProductShape& shape, const kernels::Kernels<T>& kernels) {
  const auto [at, fresh] = times_.try_emplace({shape, sizeof(T)});
  if (fresh) {
    Trial<T> trial(shape, kernels, handle_);
    at->second = measure(trial);
  }
  return at->second;
}

template ProductTimes Blas::times(const ProductShape&, const kernels::Kernels<float>&);
template ProductTimes Blas::times(const ProductShape&, const kernels::Kernels<double>&);

}  // namespace lithe::plan
