// Stages that use gradients in memory: bounds of their norms, the update, and averages of weights.
#pragma once

#include <cmath>
#include <vector>

#include "kernels/table.h"
#include "plan/trainable.h"
#include "plan/values.h"

namespace lithe::plan {

// One parameter as a stretch of all of them, with what its gradient is multiplied by.
template <typename T>
struct Stretch {
  TrainableParameter<T> parameter;
  const T* gradient;
  std::size_t size;  // whole lines
  T scale = 1;       // so that norms stay within their bounds
};

// Bounds the norms of gradients (Pascanu, Mikolov, Bengio, 2013).
template <typename T>
class ClipStage final : public Stage<T> {
 public:
  ClipStage(std::vector<Stretch<T>>& stretches, double each, double all,
            double (*sum_of_squares)(const T*, std::size_t))
      : stretches_(stretches), each_(each), all_(all), sum_of_squares_(sum_of_squares) {}

  void run(const Batch<T>&, Share) override {
    double total = 0;
    for (Stretch<T>& s : stretches_) {
      const double squares = sum_of_squares_(s.gradient, s.size);
      const double scale = each_ > 0 ? bound(each_, std::sqrt(squares)) : 1;
      s.scale = static_cast<T>(scale);
      total += squares * scale * scale;
    }
    const double scale = all_ > 0 ? bound(all_, std::sqrt(total)) : 1;
    for (Stretch<T>& s : stretches_) s.scale *= static_cast<T>(scale);
  }

 private:
  // 1e-6 avoids a division by 0.
  static double bound(double most, double norm) { return std::min(1.0, most / (norm + 1e-6)); }

  std::vector<Stretch<T>>& stretches_;
  double each_, all_;
  double (*sum_of_squares_)(const T*, std::size_t);
};

template <typename T>
class UpdateAllStage final : public Stage<T> {
 public:
  explicit UpdateAllStage(const std::vector<Stretch<T>>& stretches) : stretches_(stretches) {}

  void run(const Batch<T>& batch, Share share) override {
    for (const Stretch<T>& s : stretches_) {
      const kernels::Range own = lines_of<T>(s.size, share);
      const std::size_t first = own.begin * kernels::kLine<T>;
      const std::size_t count = (own.end - own.begin) * kernels::kLine<T>;
      optimizers::Coefficients<T> c = *batch.update;
      c.scale = s.scale;
      if (count > 0) s.parameter.step(c, s.gradient + first, first, 1, count, count);
    }
  }

 private:
  const std::vector<Stretch<T>>& stretches_;
};

// What is done with the gradient of one use of a parameter that has several: it is added to the
// sum, and behind the last use the sum updates the parameter.
template <typename T>
struct SharedGradient {
  T* sum;
  const T* add;  // null: the sum was made in place
  std::size_t size;
  TrainableParameter<T> parameter;  // without values where it is not updated yet
};

template <typename T>
class SharedGradientStage final : public Stage<T> {
 public:
  explicit SharedGradientStage(std::vector<SharedGradient<T>> parts) : parts_(std::move(parts)) {}

  void run(const Batch<T>& batch, Share share) override {
    for (const SharedGradient<T>& part : parts_) {
      const kernels::Range own = lines_of<T>(part.size, share);
      const std::size_t first = own.begin * kernels::kLine<T>;
      const std::size_t count = (own.end - own.begin) * kernels::kLine<T>;
      for (std::size_t i = first; part.add != nullptr && i < first + count; ++i)
        part.sum[i] += part.add[i];
      if (part.parameter.value != nullptr && count > 0)
        part.parameter.step(*batch.update, part.sum + first, first, 1, count, count);
    }
  }

 private:
  std::vector<SharedGradient<T>> parts_;
};

// average = decay * average + (1 - decay) * value
template <typename T>
class AverageStage final : public Stage<T> {
 public:
  AverageStage(T* average, const T* value, std::size_t size, double decay,
               void (*blend)(T*, const T*, T, std::size_t))
      : average_(average), value_(value), size_(size), decay_(decay), blend_(blend) {}

  void run(const Batch<T>& batch, Share share) override {
    const double steps = static_cast<double>(batch.step);
    const T decay = static_cast<T>(std::min(decay_, (1 + steps) / (10 + steps)));
    const kernels::Range own = lines_of<T>(size_, share);
    const std::size_t first = own.begin * kernels::kLine<T>;
    blend_(average_ + first, value_ + first, decay, (own.end - own.begin) * kernels::kLine<T>);
  }

 private:
  T* average_;
  const T* value_;
  std::size_t size_;
  double decay_;
  void (*blend_)(T*, const T*, T, std::size_t);
};

}  // namespace lithe::plan
