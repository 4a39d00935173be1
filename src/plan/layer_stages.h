// What stands between products: work that goes cache line by cache line, and stages that look at
// whole examples.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "graph/graph.h"
#include "kernels/table.h"
#include "plan/product_stages.h"

namespace lithe::plan {

// A matrix of a plan: an address and a width.
template <typename T>
struct Values {
  T* data;
  std::size_t columns, stride;

  kernels::Matrix<T> of(const Batch<T>& batch) const {
    return {data + batch.first * stride, stride, batch.rows};
  }
};

// Line work that stands alone, or heads what follows it.
template <typename T>
class LinesStage final : public Stage<T> {
 public:
  explicit LinesStage(std::size_t columns) : columns_(columns) {}
  void run(const Batch<T>& batch, Share share) override {
    this->run_lines(batch, lines_of<T>(columns_, share), share.part);
  }

 private:
  std::size_t columns_;
};

// The same, of work that goes by rows.
template <typename T>
class RowsStage final : public Stage<T> {
 public:
  void run(const Batch<T>& batch, Share share) override {
    this->run_rows(batch, kernels::share(batch.rows, share.part, share.parts), share.part);
  }
};

// Line work whose step is a function of what it was made with.
template <typename T, class Run>
class LineFunction final : public LineWork<T> {
 public:
  explicit LineFunction(Run run) : run_(std::move(run)) {}
  void run(const Batch<T>& batch, kernels::Range lines, std::size_t) override {
    run_(batch, lines);
  }

 private:
  Run run_;
};

template <typename T, class Run>
std::unique_ptr<LineWork<T>> line_function(Run run) {
  return std::make_unique<LineFunction<T, Run>>(std::move(run));
}

// A stage whose step is a function, run by one thread.
template <typename T, class Run>
class WholeFunction final : public Stage<T> {
 public:
  explicit WholeFunction(Run run) : run_(std::move(run)) {}
  void run(const Batch<T>& batch, Share) override { run_(batch); }

 private:
  Run run_;
};

template <typename T, class Run>
std::unique_ptr<Stage<T>> whole_function(Run run) {
  return std::make_unique<WholeFunction<T, Run>>(std::move(run));
}

// y = (x - mean) / deviation * scale + shift by fixed numbers, as y = x * factor + offset. These
// two are worked out anew before each run, for the numbers may have changed.
template <typename T>
class FixedNormWork final : public LineWork<T> {
 public:
  struct Numbers {
    const T *mean, *variance;  // or a deviation, where epsilon is negative
    const T *scale, *shift;    // null: 1 and 0
    double epsilon;
    std::size_t columns, channels;  // column n has the numbers of channel n % channels
  };

  FixedNormWork(Numbers numbers, Values<T> x, Values<T> y, T* factor, T* offset,
                const kernels::Kernels<T>& kernels)
      : numbers_(numbers), x_(x), y_(y), factor_(factor), offset_(offset), kernels_(kernels) {}

  void prime() override {
    const Numbers& k = numbers_;
    for (std::size_t column = 0; column < k.columns; ++column) {
      const std::size_t n = column % k.channels;
      const double spread = static_cast<double>(k.variance[n]);
      const double deviation = k.epsilon < 0 ? spread : std::sqrt(spread + k.epsilon);
      const double scale = k.scale != nullptr ? static_cast<double>(k.scale[n]) : 1;
      const double factor = deviation > 0 ? scale / deviation : 0;
      const double shift = k.shift != nullptr ? static_cast<double>(k.shift[n]) : 0;
      factor_[column] = static_cast<T>(factor);
      offset_[column] = static_cast<T>(shift - factor * static_cast<double>(k.mean[n]));
    }
  }
  void run(const Batch<T>& batch, kernels::Range lines, std::size_t) override {
    kernels_.affine(x_.of(batch), y_.of(batch), factor_, offset_, lines);
  }

 private:
  Numbers numbers_;
  Values<T> x_, y_;
  T *factor_, *offset_;
  const kernels::Kernels<T>& kernels_;
};

// Gives each column of an image the number of its channel: column n that of channel n % channels.
// Before every step where the numbers are learned, before a run where they are not.
template <typename T>
class ByColumnStage final : public Stage<T> {
 public:
  ByColumnStage(const T* numbers, std::size_t channels, T* by_column, std::size_t columns,
                bool every_step)
      : numbers_(numbers),
        channels_(channels),
        by_column_(by_column),
        columns_(columns),
        every_step_(every_step) {}

  void prime(const Batch<T>&) override {
    std::fill_n(by_column_, kernels::round_up(columns_, kernels::kLine<T>), T{0});
    spread();
  }
  void run(const Batch<T>&, Share) override {
    if (every_step_) spread();
  }

 private:
  void spread() const {
    for (std::size_t at = 0; at < columns_; at += channels_)
      std::copy_n(numbers_, channels_, by_column_ + at);
  }

  const T* numbers_;
  std::size_t channels_;
  T* by_column_;
  std::size_t columns_;
  bool every_step_;
};

inline kernels::PoolShape pool_shape(const graph::Pool& pool) {
  return {pool.in.rows,        pool.in.columns,       pool.in.channels,
          pool.out.rows,       pool.out.columns,      pool.window.rows,
          pool.window.columns, pool.window.step_rows, pool.window.step_columns,
          pool.window.top,     pool.window.left};
}

// Drops whole channels of images, as make_noise's dropout does values.
template <typename T>
struct ChannelDropout {
  std::uint64_t seed;
  std::uint32_t layer;
  std::size_t channels;
  double rate;

  void run(Values<T> x, Values<T> y, const Batch<T>& batch) const {
    const auto threshold = static_cast<std::uint32_t>((1 - rate) * 0x1p32);
    const T factor = static_cast<T>(1 / (1 - rate));
    const std::size_t columns = x.columns;
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const T* const from = x.of(batch).row(i);
      T* const to = y.of(batch).row(i);
      for (std::size_t c = 0; c < channels; ++c) {
        const auto random =
            base::random_block(seed, base::make_stream(base::Use::disturb, layer),
                               (batch.step << 32) + (batch.first + i) * channels + c);
        const T scale = random[0] < threshold ? factor : T{0};
        for (std::size_t n = c; n < columns; n += channels) to[n] = from[n] * scale;
      }
    }
  }
};

// What a layer's noise is made of. Backward it is the same, of gradients, without the offsets.
template <typename T>
kernels::NoiseWork<T> make_noise(graph::Noise kind, double amount, bool backward) {
  kernels::NoiseWork<T> work{};
  const double keep = 1 - amount;
  work.threshold = static_cast<std::uint32_t>(std::min(keep * 0x1p32, 0x1p32 - 1));
  work.factor = 1;
  if (kind == graph::Noise::gaussian_noise) {
    work.deviation = static_cast<T>(amount);
  } else if (kind == graph::Noise::dropout) {
    work.factor = static_cast<T>(1 / keep);
  } else {
    // Dropped values become selu's lower end; then everything is scaled and shifted so that mean 0
    // and variance 1 stay (Klambauer and others, 2017, section 3).
    constexpr double kLowerEnd = -1.0507009873554805 * 1.6732632423543772;
    const double scale = 1 / std::sqrt(keep * (1 + amount * kLowerEnd * kLowerEnd));
    const double offset = -scale * amount * kLowerEnd;
    work.factor = static_cast<T>(scale);
    if (!backward) {
      work.offset = static_cast<T>(offset);
      work.dropped = static_cast<T>(scale * kLowerEnd + offset);
    }
  }
  return work;
}

}  // namespace lithe::plan
