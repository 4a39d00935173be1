// The stages of attention. Threads divide the heads of all examples. An example that ends before
// the last position is to the kernels one of its own length; behind its end stand zeros.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/attention.h"
#include "kernels/table.h"
#include "plan/values.h"

namespace lithe::ops {

// The angles of a rotation: pair k of a head's columns is rotated by position / 10000^(2k / width).
template <typename T>
void fill_rotation(std::size_t length, std::size_t width, T* to) {
  const std::size_t padded = kernels::attention_row<T>(width);
  for (std::size_t i = 0; i < length; ++i)
    for (std::size_t n = 0; n < width; ++n) {
      const double pair = static_cast<double>(n - n % 2) / static_cast<double>(width);
      const double angle = static_cast<double>(i) * std::pow(10000.0, -pair);
      T* const at = to + 2 * i * padded + n;
      at[0] = static_cast<T>(std::cos(angle));
      at[padded] = static_cast<T>(n % 2 == 0 ? -std::sin(angle) : std::sin(angle));
    }
}

// What both directions share.
template <typename T>
struct AttentionParts {
  const kernels::Kernels<T>* kernels = nullptr;
  std::size_t heads = 0;
  plan::Lengths ends;
  kernels::AttentionWork<T> work{};  // all but the matrices; `length` is that of the longest
  plan::Values<T> projections, output;
  T *largest = nullptr, *inverse_sum = nullptr;  // of each position of each head of each example
  T *rotation = nullptr, *scratch = nullptr;
  std::size_t scratch_size = 0;  // of a thread

  std::size_t channels() const { return heads * work.width; }
  // Columns of one head in the rows of an example.
  kernels::Matrix<T> columns(const plan::Values<T>& of, std::size_t example,
                             std::size_t first) const {
    return {of.data + example * of.positions * of.stride + first, of.stride, of.positions};
  }
  kernels::AttentionWork<T> head(std::size_t item, std::size_t part) const {
    const std::size_t example = item / heads, first = item % heads * work.width;
    kernels::AttentionWork<T> now = work;
    now.length = ends.of(example, work.length);
    now.rotation = rotation;
    now.queries = columns(projections, example, first);
    now.keys = columns(projections, example, channels() + first);
    now.values = columns(projections, example, 2 * channels() + first);
    now.output = columns(output, example, first);
    now.largest = largest + item * work.length, now.inverse_sum = inverse_sum + item * work.length;
    now.scratch = scratch + part * scratch_size;
    return now;
  }
  // Zeros behind the example's end, in the columns of one head.
  void clear_rest(kernels::Matrix<T> head, std::size_t item) const {
    for (std::size_t i = ends.of(item / heads, work.length); i < head.rows; ++i)
      std::fill_n(head.row(i), work.width, T{0});
  }
  // Rows are filled up with zeros behind the last head.
  void fill_up(const plan::Values<T>& values, std::size_t item) const {
    if (item % heads + 1 < heads) return;
    const kernels::Matrix<T> rows = columns(values, item / heads, values.columns);
    const std::size_t padding = kernels::round_up(values.columns, kernels::kLine<T>);
    for (std::size_t i = 0; i < rows.rows; ++i)
      std::fill_n(rows.row(i), padding - values.columns, T{0});
  }
  void prime() const {
    if (rotation != nullptr) fill_rotation(work.length, work.width, rotation);
  }
};

template <typename T>
class AttentionStage final : public plan::Stage<T> {
 public:
  explicit AttentionStage(const AttentionParts<T>& parts) : parts_(parts) {}

  void prime(const plan::Batch<T>&) override { parts_.prime(); }
  void run(const plan::Batch<T>& batch, plan::Share share) override {
    const auto mine = kernels::share(batch.rows * parts_.heads, share.part, share.parts);
    for (std::size_t item = mine.begin; item < mine.end; ++item) {
      const kernels::AttentionWork<T> head = parts_.head(item, share.part);
      parts_.kernels->attention(head);
      parts_.clear_rest(head.output, item);
      parts_.fill_up(parts_.output, item);
    }
  }

 private:
  AttentionParts<T> parts_;
};

template <typename T>
class AttentionBackwardStage final : public plan::Stage<T> {
 public:
  AttentionBackwardStage(const AttentionParts<T>& parts, plan::Values<T> dy,
                         plan::Values<T> gradient)
      : parts_(parts), dy_(dy), gradient_(gradient) {}

  void run(const plan::Batch<T>& batch, plan::Share share) override {
    const auto mine = kernels::share(batch.rows * parts_.heads, share.part, share.parts);
    for (std::size_t item = mine.begin; item < mine.end; ++item) {
      const std::size_t example = item / parts_.heads, channels = parts_.channels();
      const std::size_t first = item % parts_.heads * parts_.work.width;
      const auto columns = [&](std::size_t from) {
        return parts_.columns(gradient_, example, from + first);
      };
      const auto queries = columns(0), keys = columns(channels), values = columns(2 * channels);
      parts_.kernels->attention_backward({parts_.head(item, share.part),
                                          parts_.columns(dy_, example, first), queries, keys,
                                          values});
      for (const kernels::Matrix<T>& gradient : {queries, keys, values})
        parts_.clear_rest(gradient, item);
      parts_.fill_up(gradient_, item);
    }
  }

 private:
  AttentionParts<T> parts_;
  plan::Values<T> dy_, gradient_;
};

}  // namespace lithe::ops
