// The plain reference of attention (attention.h), a row of scores at a time.
#include <algorithm>
#include <cmath>

#include "kernels/attention.h"
#include "kernels/fill.h"

namespace lithe::kernels {
namespace {

// Value n of a position's query or key, rotated.
template <typename T>
T rotated(const AttentionWork<T>& w, Matrix<const T> x, std::size_t i, std::size_t n) {
  if (w.rotation == nullptr) return x.row(i)[n];
  const std::size_t padded = attention_row<T>(w.width);
  const T* const angle = w.rotation + 2 * i * padded + n;
  return std::fma(x.row(i)[n], angle[0], x.row(i)[n ^ 1] * angle[padded]);
}

template <typename T>
std::size_t seen(const AttentionWork<T>& w, std::size_t i) {
  return w.causal ? i + 1 : w.length;
}

template <typename T>
T score(const AttentionWork<T>& w, std::size_t i, std::size_t j) {
  T sum = 0;
  for (std::size_t n = 0; n < w.width; ++n)
    sum = std::fma(rotated(w, w.queries, i, n) * w.scale, rotated(w, w.keys, j, n), sum);
  return sum;
}

template <typename T>
void attention(const AttentionWork<T>& w) {
  T* const scores = w.scratch;
  for (std::size_t i = 0; i < w.length; ++i) {
    for (std::size_t j = 0; j < seen(w, i); ++j) scores[j] = score(w, i, j);
    w.largest[i] = *std::max_element(scores, scores + seen(w, i));
    T sum = 0;
    for (std::size_t j = 0; j < seen(w, i); ++j)
      sum += scores[j] = std::exp(scores[j] - w.largest[i]);
    w.inverse_sum[i] = 1 / sum;
    for (std::size_t n = 0; n < w.width; ++n) {
      T y = 0;
      for (std::size_t j = 0; j < seen(w, i); ++j) y = std::fma(scores[j], w.values.row(j)[n], y);
      w.output.row(i)[n] = y * w.inverse_sum[i];
    }
  }
}

// Gradients of rotated values, rotated back.
template <typename T>
void rotate_back(const AttentionWork<T>& w, const T* from, T scale, Matrix<T> to) {
  const std::size_t padded = attention_row<T>(w.width);
  for (std::size_t i = 0; i < w.length; ++i)
    for (std::size_t n = 0; n < w.width; ++n) {
      const T* const row = from + i * padded;
      to.row(i)[n] = row[n] * scale;
      if (w.rotation == nullptr) continue;
      const T* const angle = w.rotation + 2 * i * padded + n;
      to.row(i)[n] = std::fma(row[n] * scale, angle[0], -(row[n ^ 1] * scale * angle[padded]));
    }
}

template <typename T>
void attention_backward(const AttentionBackwardWork<T>& b) {
  const AttentionWork<T>& w = b.forward;
  const std::size_t padded = attention_row<T>(w.width), rows = w.length * padded;
  T *const dq = w.scratch, *const dk = dq + rows, *const dv = dk + rows;
  std::fill_n(dq, 3 * rows, T{0});
  for (std::size_t i = 0; i < w.length; ++i) {
    const T* const dy = b.dy.row(i);
    T mean = 0;
    for (std::size_t n = 0; n < w.width; ++n) mean += dy[n] * w.output.row(i)[n];
    for (std::size_t j = 0; j < seen(w, i); ++j) {
      const T p = std::exp(score(w, i, j) - w.largest[i]) * w.inverse_sum[i];
      T dp = 0;
      for (std::size_t n = 0; n < w.width; ++n) dp = std::fma(dy[n], w.values.row(j)[n], dp);
      const T ds = p * (dp - mean);
      for (std::size_t n = 0; n < w.width; ++n) {
        T &q = dq[i * padded + n], &k = dk[j * padded + n], &v = dv[j * padded + n];
        q = std::fma(ds, rotated(w, w.keys, j, n), q);
        k = std::fma(ds, rotated(w, w.queries, i, n) * w.scale, k);
        v = std::fma(p, dy[n], v);
      }
    }
  }
  rotate_back(w, dq, w.scale, b.d_queries);
  rotate_back(w, dk, T{1}, b.d_keys);
  for (std::size_t j = 0; j < w.length; ++j)
    std::copy_n(dv + j * padded, w.width, b.d_values.row(j));
}

template <typename T>
void fill(Kernels<T>& k) {
  k.attention = attention<T>;
  k.attention_backward = attention_backward<T>;
}

}  // namespace

void fill_reference_attention(Tables& tables) {
  fill(tables.float32);
  fill(tables.float64);
}

}  // namespace lithe::kernels
