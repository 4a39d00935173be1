// Attention of one position, the last one, which looks at those before it: their keys and values
// are remembered, so a position costs as much as there are others, and not their square.
//
// Keys are remembered column by column, so that the scores of all positions are added up side by
// side. The values are those of kernels/attention.h to rounding: here the softmax is made in one
// piece.
#pragma once

#include <algorithm>
#include <cmath>

#include "ops/attention_stages.h"
#include "plan/values.h"

namespace lithe::ops {

template <typename T>
struct AttentionStep {
  std::size_t heads = 0, width = 0, length = 0;
  plan::Values<T> projections, output;
  const std::int32_t* step = nullptr;  // of each example
  T* memory = nullptr;                 // of each example: keys, values, and room for scores
  T* rotation = nullptr;               // as in AttentionWork; or null

  std::size_t channels() const { return heads * width; }
  std::size_t size() const { return 2 * length * channels() + length; }
};

template <typename T>
class AttentionStepStage final : public plan::Stage<T> {
 public:
  explicit AttentionStepStage(const AttentionStep<T>& work) : work_(work) {}

  void prime(const plan::Batch<T>&) override {
    if (work_.rotation != nullptr) fill_rotation(work_.length, work_.width, work_.rotation);
  }

  void run(const plan::Batch<T>& batch, plan::Share) override {
    for (std::size_t i = 0; i < batch.rows; ++i) {
      T* const row = work_.projections.data + i * work_.projections.stride;
      T* const y = work_.output.data + i * work_.output.stride;
      const auto position = static_cast<std::size_t>(work_.step[i]);
      for (std::size_t head = 0; head < work_.heads; ++head)
        attend(i, position, row + head * work_.width, y + head * work_.width, head);
      std::fill(y + work_.channels(), y + work_.output.stride, T{0});
    }
  }

 private:
  // Pairs of columns, by the angles of a position.
  void rotate(T* x, std::size_t position) const {
    const std::size_t padded = kernels::attention_row<T>(work_.width);
    const T* const cosines = work_.rotation + 2 * position * padded;
    const T* const sines = cosines + padded;
    for (std::size_t n = 0; n + 1 < work_.width; n += 2) {
      const T a = x[n], b = x[n + 1];
      x[n] = a * cosines[n] + b * sines[n];
      x[n + 1] = b * cosines[n + 1] + a * sines[n + 1];
    }
  }

  // `query` stands in a row, `channels` in front of its key, which stands as far in front of its
  // value.
  void attend(std::size_t example, std::size_t position, T* query, T* y, std::size_t head) const {
    const std::size_t length = work_.length, width = work_.width, count = position + 1;
    T* const key = query + work_.channels();
    const T* const value = key + work_.channels();
    T* const keys = work_.memory + example * work_.size() + head * length * width;
    T* const values = keys + length * work_.channels();
    T* const scores = work_.memory + example * work_.size() + 2 * length * work_.channels();
    if (work_.rotation != nullptr) rotate(query, position), rotate(key, position);
    for (std::size_t n = 0; n < width; ++n) keys[n * length + position] = key[n];
    std::copy_n(value, width, values + position * width);
    const T scale = static_cast<T>(1 / std::sqrt(static_cast<double>(width)));
    std::fill_n(scores, count, T{0});
    for (std::size_t n = 0; n < width; ++n) {
      const T q = query[n] * scale;
      const T* const column = keys + n * length;
      for (std::size_t j = 0; j < count; ++j) scores[j] += q * column[j];
    }
    const T largest = *std::max_element(scores, scores + count);
    T sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += scores[j] = std::exp(scores[j] - largest);
    std::fill_n(y, width, T{0});
    for (std::size_t j = 0; j < count; ++j) {
      const T share = scores[j] / sum;
      for (std::size_t n = 0; n < width; ++n) y[n] += share * values[j * width + n];
    }
  }

  AttentionStep<T> work_;
};

}  // namespace lithe::ops
