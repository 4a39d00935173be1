// The stages of convolutions by Winograd's transforms: of weights, of images, and of gradients of
// weights.
#pragma once

#include <algorithm>

#include "kernels/table.h"
#include "plan/values.h"

namespace lithe::ops {

using plan::Batch, plan::Share, plan::Stage, plan::Values;

// Transforms the weights: before every step where they are trained, before a run where they are
// not. The backward pass is the convolution with each window turned around and the channels
// exchanged.
template <typename T>
class WinogradWeightsStage final : public Stage<T> {
 public:
  struct Weights {
    const T* parameter;  // Panels<T>{9 * depth, units}
    std::size_t depth, units;
    T* forward;  // WinogradForm<T>{depth, units}
    T* turned;   // Panels<T>{9 * units, depth}; or null, as is
    T* back;     // WinogradForm<T>{units, depth}
  };
  WinogradWeightsStage(Weights weights, const kernels::Kernels<T>& kernels, bool every_step)
      : w_(weights), kernels_(kernels), every_step_(every_step) {}

  void prime(const Batch<T>&) override {
    if (w_.turned != nullptr) std::fill_n(w_.turned, turned().size(), T{0});
    transform();
  }
  void run(const Batch<T>&, Share) override {
    if (every_step_) transform();
  }

 private:
  static constexpr std::size_t kTaps = kernels::kWinogradWindow * kernels::kWinogradWindow;

  kernels::Panels<T> turned() const { return {kTaps * w_.units, w_.depth}; }

  void transform() const {
    kernels_.winograd_weights({w_.parameter, w_.depth, w_.units, w_.forward});
    if (w_.turned == nullptr) return;
    turn();
    kernels_.winograd_weights({w_.turned, w_.units, w_.depth, w_.back});
  }

  void turn() const {
    const kernels::Panels<T> from{kTaps * w_.depth, w_.units}, to = turned();
    for (std::size_t tap = 0; tap < kTaps; ++tap)
      for (std::size_t k = 0; k < w_.depth; k += kernels::kLine<T>)
        for (std::size_t n = 0; n < w_.units; ++n) {
          const T* const a = w_.parameter + from.at(tap * w_.depth + k, n);
          T* const b = w_.turned + to.at((kTaps - 1 - tap) * w_.units + n, k);
          const std::size_t width = from.width(n),
                            count = std::min(kernels::kLine<T>, w_.depth - k);
          for (std::size_t i = 0; i < count; ++i) b[i] = a[i * width];
        }
  }

  Weights w_;
  const kernels::Kernels<T>& kernels_;
  bool every_step_;
};

// Images from images, one by one, with epilogue.
template <typename T>
class WinogradStage final : public Stage<T> {
 public:
  // Of `work` the images stay open, and the scratch is that of all threads.
  WinogradStage(const kernels::Winograd<T>& work, Values<T> from, Values<T> to,
                const kernels::Kernels<T>& kernels)
      : work_(work), from_(from), to_(to), kernel_(kernels.winograd) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::WinogradForm<T> form{work_.depth, work_.units};
    kernels::Winograd<T> own = work_;
    own.scratch += share.part * form.scratch_size();
    const kernels::Range rows = kernels::share(batch.rows, share.part, share.parts);
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      own.x = from_.of(batch).row(i);
      own.y = to_.of(batch).row(i);
      kernel_(own);
      this->run_epilogue_rows(batch, {i, i + 1}, share.part);
    }
  }

 private:
  kernels::Winograd<T> work_;
  Values<T> from_, to_;
  void (*kernel_)(const kernels::Winograd<T>&);
};

// The gradient of the weights and of the bias. Threads take shares of the input channels.
template <typename T>
class WinogradGradientStage final : public Stage<T> {
 public:
  // Of `work` the images stay open, and the scratch is that of all threads.
  WinogradGradientStage(const kernels::Winograd<T>& work, Values<T> x, Values<T> dy, T* sums,
                        T* weight, T* bias, const kernels::Kernels<T>& kernels)
      : work_(work), x_(x), dy_(dy), sums_(sums), weight_(weight), bias_(bias), kernels_(kernels) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::WinogradForm<T> form{work_.depth, work_.units};
    const kernels::Range own = kernels::share(work_.depth, share.part, share.parts);
    if (own.begin == own.end) return;
    kernels::WinogradGradient<T> g{};
    g.form = work_;
    g.form.scratch += share.part * form.scratch_size();
    g.sums = sums_;
    if (own.begin == 0) {
      std::fill_n(bias_, kernels::round_up(work_.units, kernels::kLine<T>), T{0});
      g.bias = bias_;
    }
    for (std::size_t i = 0; i < batch.rows; ++i) {
      g.form.x = x_.of(batch).row(i);
      g.dy = dy_.of(batch).row(i);
      g.first = i == 0;
      kernels_.winograd_gradient(g, own);
    }
    kernels_.winograd_windows({sums_, work_.depth, work_.units, weight_}, own);
  }

 private:
  kernels::Winograd<T> work_;
  Values<T> x_, dy_;
  T *sums_, *weight_, *bias_;
  const kernels::Kernels<T>& kernels_;
};

}  // namespace lithe::ops
