// Muon: matrices are updated by the orthogonal matrix nearest to their momentum (Jordan and others,
// "Muon: an optimizer for hidden layers in neural networks", 2024), found by five steps of a
// quintic Newton-Schulz iteration:
//
//   A = X X^T,  X <- a X + (b A + c A A) X,   X = update / norm at first
//
// with X the matrix or its transpose, whichever is wider than high.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/table.h"
#include "plan/stage.h"

namespace lithe::plan {

template <typename T>
class MuonStage final : public Stage<T> {
 public:
  struct Matrices {
    std::size_t inputs, units;  // of the weight
    T* weight;
    T* velocity;
    const T* gradient;  // all three in panels
  };

  // Values of scratch.
  static std::size_t scratch(std::size_t inputs, std::size_t units) {
    const std::size_t low = std::min(inputs, units), wide = std::max(inputs, units);
    const kernels::Panels<T> tall{wide, low}, square{low, low}, flat{low, wide};
    return 2 * low * kernels::row_stride<T>(wide) + 2 * low * kernels::row_stride<T>(low) +
           std::max({tall.size(), square.size(), flat.size()}) + kernels::row_stride<T>(wide);
  }

  MuonStage(Matrices m, T* memory, double momentum, double decay,
            const kernels::Kernels<T>& kernels)
      : m_(m),
        low_(std::min(m.inputs, m.units)),
        wide_(std::max(m.inputs, m.units)),
        momentum_(static_cast<T>(momentum)),
        decay_(decay),
        kernels_(kernels) {
    const auto take = [&memory](std::size_t count) {
      T* const here = memory;
      memory += count;
      return here;
    };
    const std::size_t stride = kernels::row_stride<T>(wide_);
    x_ = {take(low_ * stride), stride, low_};
    y_ = {take(low_ * stride), stride, low_};
    const std::size_t narrow = kernels::row_stride<T>(low_);
    a_ = {take(low_ * narrow), narrow, low_};
    b_ = {take(low_ * narrow), narrow, low_};
    zeros_ = take(stride);
    right_ = memory;
  }

  void run(const Batch<T>& batch, Share) override {
    std::fill_n(zeros_, y_.stride, T{0});
    gather();
    for (int i = 0; i < 5; ++i) iterate();
    apply(static_cast<double>(batch.update->rate));
  }

 private:
  T& at(const kernels::Matrix<T>& x, std::size_t input, std::size_t unit) const {
    return m_.inputs <= m_.units ? x.row(input)[unit] : x.row(unit)[input];
  }

  // Updates the velocity. X = gradient + momentum * (velocity - gradient), divided by its norm.
  void gather() {
    const kernels::Panels<T> panels{m_.inputs, m_.units};
    double squares = 0;
    for (std::size_t k = 0; k < m_.inputs; ++k)
      for (std::size_t n = 0; n < m_.units; ++n) {
        const std::size_t i = panels.at(k, n);
        const T g = m_.gradient[i];
        T& v = m_.velocity[i];
        v = std::fma(1 - momentum_, g - v, v);
        const T update = std::fma(momentum_, v - g, g);
        at(x_, k, n) = update;
        squares += static_cast<double>(update) * static_cast<double>(update);
      }
    const T scale = static_cast<T>(1 / (std::sqrt(squares) + 1e-7));
    for (std::size_t i = 0; i < low_; ++i)
      for (std::size_t n = 0; n < wide_; ++n) x_.row(i)[n] *= scale;
  }

  // Copies x, or its transpose, into panels: the right factor of a product.
  void set_right(const kernels::Matrix<T>& x, std::size_t columns) {
    const kernels::Panels<T> panels{x.rows, columns};
    for (std::size_t n = 0; n < columns; n += kernels::kPanel<T>) {
      const std::size_t width = panels.width(n), valid = std::min(width, columns - n);
      T* to = right_ + panels.column_start(n);
      for (std::size_t k = 0; k < x.rows; ++k, to += width) {
        std::copy_n(x.row(k) + n, valid, to);
        std::fill(to + valid, to + width, T{0});
      }
    }
  }
  void set_right_turned(const kernels::Matrix<T>& x, std::size_t columns) {
    std::fill_n(right_, kernels::Panels<T>{columns, x.rows}.size(), T{0});
    kernels::InputGradientProduct<T> turn{};
    turn.dy = x.data, turn.dy_stride = x.stride, turn.rows = x.rows;
    turn.units = columns;
    turn.transposed = right_;
    kernels_.transpose(turn, {0, columns});
  }

  // y = left * right
  void multiply(const kernels::Matrix<T>& left, std::size_t depth, std::size_t columns,
                const kernels::Matrix<T>& y) {
    kernels::ForwardProduct<T> product{};
    product.input = {left.data, left.stride, left.rows, depth, nullptr};
    product.weight = right_, product.bias = zeros_;
    product.inputs = depth, product.units = columns;
    product.y = y.data, product.y_stride = y.stride;
    kernels_.forward(product, {0, kernels::divide_up(columns, kernels::kLine<T>)});
  }

  void iterate() {
    constexpr T kA = static_cast<T>(3.4445), kB = static_cast<T>(-4.7750),
                kC = static_cast<T>(2.0315);
    set_right_turned(x_, wide_);
    multiply(x_, wide_, low_, a_);
    set_right(a_, low_);
    multiply(a_, low_, low_, b_);
    for (std::size_t i = 0; i < low_; ++i)
      for (std::size_t n = 0; n < low_; ++n)
        b_.row(i)[n] = std::fma(kC, b_.row(i)[n], kB * a_.row(i)[n]);
    set_right(x_, wide_);
    multiply(b_, low_, wide_, y_);
    for (std::size_t i = 0; i < low_; ++i)
      for (std::size_t n = 0; n < wide_; ++n)
        x_.row(i)[n] = std::fma(kA, x_.row(i)[n], y_.row(i)[n]);
  }

  // Matrices with more units than inputs take larger steps, so that every unit changes as much.
  void apply(double rate) {
    const double shape = static_cast<double>(m_.units) / static_cast<double>(m_.inputs);
    const T step = static_cast<T>(rate * std::sqrt(std::max(1.0, shape)));
    const T keep = static_cast<T>(1 - rate * decay_);
    const kernels::Panels<T> panels{m_.inputs, m_.units};
    for (std::size_t k = 0; k < m_.inputs; ++k)
      for (std::size_t n = 0; n < m_.units; ++n) {
        T& w = m_.weight[panels.at(k, n)];
        w = std::fma(-step, at(x_, k, n), w * keep);
      }
  }

  Matrices m_;
  std::size_t low_, wide_;
  T momentum_;
  double decay_;
  const kernels::Kernels<T>& kernels_;
  kernels::Matrix<T> x_, y_, a_, b_;
  T *zeros_, *right_;
};

}  // namespace lithe::plan
