// The plain reference of the losses: one value at a time, exponentials and logarithms the C
// library's.
#include <algorithm>
#include <cmath>

#include "kernels/fill.h"
#include "kernels/layout.h"

namespace lithe::kernels {
namespace {

template <typename T>
T target(const LossWork<T>& w, std::size_t row, std::size_t n) {
  if (w.labels == nullptr) return static_cast<T>(w.targets[row * w.columns + n]);
  const auto label = static_cast<std::size_t>(w.labels[row]);
  return static_cast<T>(w.columns == 1 ? label : std::size_t{n == label});
}

// Each struct gives the loss of the example in a row of the data, with outputs a; da becomes its
// gradient.
template <typename T>
double quadratic(const LossWork<T>& w, std::size_t row, const T* a, T* da) {
  double sum = 0;
  for (std::size_t n = 0; n < w.columns; ++n) {
    da[n] = a[n] - target(w, row, n);
    sum += static_cast<double>(da[n]) * static_cast<double>(da[n]);
  }
  return sum / 2;
}

template <typename T>
double mean_squared(const LossWork<T>& w, std::size_t row, const T* a, T* da) {
  const double sum = 2 * quadratic(w, row, a, da);
  for (std::size_t n = 0; n < w.columns; ++n) da[n] *= T{2} / static_cast<T>(w.columns);
  return sum / static_cast<double>(w.columns);
}

template <typename T>
double mean_absolute(const LossWork<T>& w, std::size_t row, const T* a, T* da) {
  double sum = 0;
  for (std::size_t n = 0; n < w.columns; ++n) {
    const T error = a[n] - target(w, row, n);
    sum += static_cast<double>(std::abs(error));
    da[n] = static_cast<T>((error > 0) - (error < 0)) / static_cast<T>(w.columns);
  }
  return sum / static_cast<double>(w.columns);
}

template <typename T>
double huber(const LossWork<T>& w, std::size_t row, const T* a, T* da) {
  double sum = 0;
  for (std::size_t n = 0; n < w.columns; ++n) {
    const T error = a[n] - target(w, row, n), size = std::abs(error);
    const bool small = size < w.argument;
    sum += static_cast<double>(small ? error * error / 2 : w.argument * (size - w.argument / 2));
    da[n] = (small ? error : std::copysign(w.argument, error)) / static_cast<T>(w.columns);
  }
  return sum / static_cast<double>(w.columns);
}

template <typename T>
double cross_entropy(const LossWork<T>& w, std::size_t row, const T* z, T* dz) {
  const T largest = *std::max_element(z, z + w.columns);
  const auto smoothed = [&](std::size_t n) {
    return target(w, row, n) * (1 - w.argument) + w.argument / static_cast<T>(w.columns);
  };
  T sum = 0, total = 0;
  double dot = 0;
  for (std::size_t n = 0; n < w.columns; ++n) {
    sum += dz[n] = std::exp(z[n] - largest);
    total += smoothed(n);
    if (smoothed(n) != 0) dot += static_cast<double>(smoothed(n) * (z[n] - largest));
  }
  for (std::size_t n = 0; n < w.columns; ++n) dz[n] = total * dz[n] / sum - smoothed(n);
  return static_cast<double>(total) * std::log(static_cast<double>(sum)) - dot;
}

template <typename T>
double binary_cross_entropy(const LossWork<T>& w, std::size_t row, const T* z, T* dz) {
  double sum = 0;
  for (std::size_t n = 0; n < w.columns; ++n) {
    const T t = target(w, row, n) * (1 - w.argument) + w.argument / 2;
    const T e = std::exp(-std::abs(z[n]));
    sum += static_cast<double>(std::max(z[n], T{0}) - z[n] * t + std::log1p(e));
    dz[n] = ((z[n] >= 0 ? 1 : e) / (1 + e) - t) / static_cast<T>(w.columns);
  }
  return std::isnan(z[0]) ? static_cast<double>(z[0]) : sum / static_cast<double>(w.columns);
}

template <typename T>
double hinge(const LossWork<T>& w, std::size_t row, const T* z, T* dz) {
  const T share = T{1} / static_cast<T>(w.columns);
  double sum = 0;
  std::fill_n(dz, w.columns, T{0});
  if (w.labels == nullptr || w.columns == 1) {
    for (std::size_t n = 0; n < w.columns; ++n) {
      const T side = target(w, row, n) > T{0.5} ? T{1} : T{-1};
      const T gap = w.argument - side * z[n];
      if (!(gap <= 0)) sum += static_cast<double>(gap), dz[n] = -side * share;
    }
    return sum * static_cast<double>(share);
  }
  const auto label = static_cast<std::size_t>(w.labels[row]);
  for (std::size_t n = 0; n < w.columns; ++n) {
    const T gap = w.argument - z[label] + z[n];
    if (n == label || gap <= 0) continue;
    sum += static_cast<double>(gap);
    dz[n] = share;
    dz[label] -= share;
  }
  return sum * static_cast<double>(share);
}

template <typename T, double (*kLoss)(const LossWork<T>&, std::size_t, const T*, T*)>
void loss(const LossWork<T>& w) {
  for (std::size_t i = 0; i < w.count; ++i) {
    const T weight = w.weights != nullptr ? static_cast<T>(w.weights[i]) : T{1};
    T* gradient = w.gradient.row(w.rows[i]);
    std::fill_n(gradient, round_up(w.columns, kLine<T>), T{0});
    w.sums[0] +=
        kLoss(w, w.answers[i], w.output.row(w.rows[i]), gradient) * static_cast<double>(weight);
    for (std::size_t n = 0; n < w.columns; ++n) gradient[n] *= w.scale * weight;
  }
}

template <typename T>
void fill(Kernels<T>& k) {
  std::size_t i = 0;
#define LITHE_LOSS(name, ...) k.losses[i++] = loss<T, name<T>>;
#include "losses/losses.inc"
}

}  // namespace

void fill_reference_losses(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
