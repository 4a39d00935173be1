// Attention of one head in one example (Vaswani and others, 2017): each position takes a mean of
// the values of all positions, by weights that follow from its query and their keys.
//
//   s[i][j] = sum over n of (scale q[i][n]) k[j][n]       n = 0, 1, ...
//   p[i][j] = exp(s[i][j] - largest[i]) inverse_sum[i]    largest: of row i of s
//   y[i][n] = sum over j of p[i][j] v[j][n]               j = 0, 1, ...
//
// With `causal` a position looks at itself and those before it alone: j <= i.
//
// Scores are made block by block, kMostQueries x kAttentionKeys of them, so nothing of length x
// length values stands in memory. Along a row, the largest score and the sums so far are corrected
// where a block has a larger one (Milakov and Gimelshein, 2018); the backward pass makes each block
// of probabilities anew (Dao and others, 2022). Blocks do not depend on the instruction set. Within
// one, every value is a chain of fused multiply-adds in the order above, and the sum of the
// exponentials has a running sum for each place in a cache line, folded in a fixed tree. So the
// bits are the same for any instruction set and number of threads.
//
// `rotation` turns queries and keys by an angle that grows with the position, pair by pair of their
// columns, so that scores depend on distances (Su and others, 2021).
#pragma once

#include <cstddef>

#include "kernels/layout.h"

namespace lithe::kernels {

// The blocks of scores: 28 x 64 values, 7 KB in float32, of which the backward pass has two in the
// nearest cache, beside the rows that it reads. 28 rows are two tiles of AVX-512.
inline constexpr std::size_t kMostQueries = 28, kAttentionKeys = 64;

// Matrices have a row for each position and may stand at any address; nothing is read or written
// behind the `width` columns of a row.
template <typename T>
struct AttentionWork {
  std::size_t length, width;  // positions, and columns of a head
  bool causal;
  T scale;
  // Of each position the cosines, then the sines, negative for the first of each pair; both padded
  // to whole cache lines. Or null.
  const T* rotation;
  Matrix<const T> queries, keys, values;
  Matrix<T> output;
  T *largest, *inverse_sum;  // of each position, for the backward pass
  T* scratch;                // attention_scratch
};

template <typename T>
struct AttentionBackwardWork {
  AttentionWork<T> forward;  // as it left them
  Matrix<const T> dy;
  Matrix<T> d_queries, d_keys, d_values;  // may be those of `forward`
};

// A row of a head in scratch.
template <typename T>
constexpr std::size_t attention_row(std::size_t width) {
  return round_up(width, kLine<T>);
}

// Values of scratch, on a cache line: queries, keys, values, the gradient of the output, and the
// gradients of the first three; keys and values once more, transposed in blocks; blocks of scores
// and their gradients; a block of outputs; and a value for each position.
template <typename T>
constexpr std::size_t attention_scratch(std::size_t length, std::size_t width, bool backward) {
  const std::size_t rows = length * attention_row<T>(width);
  const std::size_t transposed = round_up(length, kAttentionKeys) * width;
  const std::size_t block = kMostQueries * kAttentionKeys;
  const std::size_t output = kMostQueries * attention_row<T>(width);
  return backward ? 7 * rows + 2 * transposed + 2 * block + round_up(length, kLine<T>)
                  : 3 * rows + transposed + block + output + round_up(length, kLine<T>);
}

}  // namespace lithe::kernels
