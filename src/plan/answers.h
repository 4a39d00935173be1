// Which rows of a batch's outputs have an answer, and where it stands among the data: what the loss
// and the counts of correct answers go through. An example whose output is a sequence has a row for
// each position; those behind its end, and those without a target, are not listed, so nothing is
// computed from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lithe/dataset.h"
#include "plan/stage.h"

namespace lithe::plan {

class AnswerList {
 public:
  // For batches of at most that many examples, with outputs of `positions` rows each.
  void reserve(std::size_t batch, std::size_t positions) {
    rows_.resize(batch * positions);
    answers_.resize(batch * positions);
    weights_.resize(batch * positions);
  }
  void set_data(const Examples& examples) { examples_ = examples; }

  template <typename T>
  void list(const Batch<T>& batch) {
    if (examples_.positions == 1) return list_all(batch.order, batch.rows);
    count_ = 0;
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const std::size_t example = batch.order[i];
      const float weight = examples_.weights != nullptr ? examples_.weights[example] : 1;
      for (std::size_t p = 0; p < examples_.positions; ++p)
        if (examples_.counts(example, p))
          add(i * examples_.positions + p, examples_.answer(example, p), weight);
    }
  }

  std::size_t count() const { return count_; }
  const std::uint32_t* rows() const { return rows_.data(); }
  const std::uint32_t* answers() const { return answers_.data(); }
  // Null: all 1.
  const float* weights() const { return examples_.weights != nullptr ? weights_.data() : nullptr; }
  double weight() const {
    if (weights() == nullptr) return static_cast<double>(count_);
    double sum = 0;
    for (std::size_t i = 0; i < count_; ++i) sum += static_cast<double>(weights_[i]);
    return sum;
  }
  const Examples& examples() const { return examples_; }

 private:
  // One answer an example, of which none is left out.
  void list_all(const std::uint32_t* order, std::size_t rows) {
    count_ = rows;
    for (std::size_t i = 0; i < rows; ++i) rows_[i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < rows; ++i)
      answers_[i] = static_cast<std::uint32_t>(examples_.answer(order[i]));
    for (std::size_t i = 0; i < rows && examples_.weights != nullptr; ++i)
      weights_[i] = examples_.weights[order[i]];
  }
  void add(std::size_t row, std::size_t answer, float weight) {
    rows_[count_] = static_cast<std::uint32_t>(row);
    answers_[count_] = static_cast<std::uint32_t>(answer);
    weights_[count_++] = weight;
  }

  Examples examples_;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> rows_, answers_;
  std::vector<float> weights_;
};

}  // namespace lithe::plan
