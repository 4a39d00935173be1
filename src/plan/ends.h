// The stages at both ends of a plan: inputs and the loss, and what is counted of the outputs.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "augment/augment.h"
#include "data/examples/elements.h"
#include "kernels/table.h"
#include "lithe/dataset.h"
#include "losses/outputs.h"
#include "plan/answers.h"
#include "plan/update_stages.h"
#include "plan/values.h"

namespace lithe::plan {

// Changes the images of this batch at random, or of the next one where the plan packs ahead: what
// the pack stage then takes, one behind the other. The threads share the images.
template <typename T>
class AugmentStage final : public Stage<T> {
 public:
  AugmentStage(const augment::Augmenter& augmenter, std::size_t row_bytes, std::byte* images,
               std::byte* scratch, std::size_t scratch_bytes, bool ahead)
      : augmenter_(augmenter),
        row_bytes_(row_bytes),
        images_(images),
        scratch_(scratch),
        scratch_bytes_(scratch_bytes),
        ahead_(ahead) {}

  void set_data(const Features& features) { features_ = features; }

  void run(const Batch<T>& batch, Share share) override {
    if (ahead_)
      fill(batch.next, batch.next_rows, batch.step + 1, share);
    else
      fill(batch.order, batch.rows, batch.step, share);
  }
  void prime(const Batch<T>& batch) override {
    if (ahead_) fill(batch.order, batch.rows, batch.step, {});
  }

 private:
  void fill(const std::uint32_t* order, std::size_t rows, std::uint64_t step, Share share) {
    const kernels::Range mine = kernels::share(rows, share.part, share.parts);
    for (std::size_t i = mine.begin; i < mine.end; ++i)
      augmenter_.run(features_.row(order[i]), images_ + i * row_bytes_, step, order[i],
                     scratch_ + share.part * scratch_bytes_);
  }

  const augment::Augmenter& augmenter_;
  Features features_;
  std::size_t row_bytes_;
  std::byte* images_;   // [batch][row_bytes]
  std::byte* scratch_;  // [threads][scratch_bytes]
  std::size_t scratch_bytes_;
  bool ahead_;
};

template <typename T>
class PackStage final : public Stage<T> {
 public:
  PackStage(kernels::Pack<T> pack, void (*kernel)(kernels::Pack<T>&), Operands<T>& operands,
            bool indexed, bool ahead, bool clean)
      : pack_(pack),
        kernel_(kernel),
        operands_(operands),
        indexed_(indexed),
        ahead_(ahead),
        clean_(clean) {}

  // The two buffers of x and index that a pack ahead alternates between, or the same one twice.
  void set_buffers(T* x0, T* x1, std::uint32_t* index0, std::uint32_t* index1) {
    x_[0] = x0, x_[1] = x1, index_[0] = index0, index_[1] = index1;
  }
  void set_data(const Features& features) {
    pack_.data = features.data;
    pack_.row_stride = features.row_stride;
    starts_ = features.starts;
  }
  // The data are the batch itself, its rows one behind the other.
  void take_in_order(std::size_t batch) {
    in_order_.resize(batch);
    std::iota(in_order_.begin(), in_order_.end(), 0u);
  }

  // Packs this batch, or the next one where the plan packs ahead.
  void run(const Batch<T>& batch, Share) override {
    if (ahead_) {
      if (batch.next_rows > 0)
        pack(batch.next, batch.next_rows, batch.later, batch.later_rows, batch.parity ^ 1);
    } else {
      pack(batch.order, batch.rows, batch.next, batch.next_rows, batch.parity);
    }
  }

  void prime(const Batch<T>& batch) override {
    if (ahead_) pack(batch.order, batch.rows, batch.next, batch.next_rows, batch.parity);
  }

 private:
  void pack(const std::uint32_t* order, std::size_t rows, const std::uint32_t* next,
            std::size_t next_rows, std::size_t parity) {
    pack_.order = order, pack_.rows = rows;
    pack_.next_order = next, pack_.next_rows = next_rows;
    if (!in_order_.empty()) pack_.order = in_order_.data(), pack_.next_rows = 0;
    if (starts_ != nullptr && in_order_.empty()) {
      pack_.order = find_starts(order, rows, found_[0]);
      pack_.next_order = find_starts(next, next_rows, found_[1]);
    }
    pack_.x = x_[parity], pack_.index = index_[parity];
    kernel_(pack_);
    for (std::size_t i = 0; clean_ && i < rows; ++i)
      std::fill(pack_.x + i * pack_.stride + pack_.columns,
                pack_.x + i * pack_.stride + kernels::round_up(pack_.columns, kernels::kLine<T>),
                T{0});
    operands_.of[parity] = {pack_.x, pack_.stride, rows, pack_.depth,
                            indexed_ ? pack_.index : nullptr};
  }

  const std::uint32_t* find_starts(const std::uint32_t* order, std::size_t rows,
                                   std::vector<std::uint32_t>& found) const {
    if (found.size() < rows) found.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) found[i] = starts_[order[i]];
    return found.data();
  }

  kernels::Pack<T> pack_;
  const std::uint32_t* starts_ = nullptr;  // of rows that do not follow one another evenly
  std::vector<std::uint32_t> found_[2];    // of this batch and the next one
  void (*kernel_)(kernels::Pack<T>&);
  Operands<T>& operands_;
  T* x_[2] = {};
  std::uint32_t* index_[2] = {};
  std::vector<std::uint32_t> in_order_;
  bool indexed_, ahead_;
  bool clean_;  // others than products read the batch: its padding must be zero
};

// What the loss and the outputs of a run add up to.
struct Totals {
  double weight = 0;          // of the answers
  std::uint64_t answers = 0;  // one an example, or one a position
  std::uint64_t correct = 0;
  double squared_error = 0;  // of outputs against targets, where targets are numbers
};

template <typename T>
class LossStage final : public Stage<T> {
 public:
  // `work`: of all rows of a full batch.
  LossStage(kernels::LossWork<T> work, void (*kernel)(const kernels::LossWork<T>&),
            std::size_t positions, AnswerList& answers, Totals& totals)
      : work_(work), kernel_(kernel), positions_(positions), answers_(answers), totals_(totals) {}

  void run(const Batch<T>& batch, Share) override {
    answers_.list(batch);
    const std::size_t rows = batch.rows * positions_;
    work_.labels = answers_.examples().labels;
    work_.targets = answers_.examples().targets;
    work_.count = answers_.count();
    work_.rows = answers_.rows();
    work_.answers = answers_.answers();
    work_.weights = answers_.weights();
    if (work_.count < rows) std::fill_n(work_.gradient.row(0), rows * work_.gradient.stride, T{0});
    const double weight = answers_.weight();
    work_.scale = weight > 0 ? T{1} / static_cast<T>(weight) : T{0};
    totals_.weight += weight;
    totals_.answers += work_.count;
    kernel_(work_);
  }

 private:
  kernels::LossWork<T> work_;
  void (*kernel_)(const kernels::LossWork<T>&);
  std::size_t positions_;
  AnswerList& answers_;
  Totals& totals_;
};

// Brings a gradient that the caller computed, row-major without gaps, into the form of an output.
template <typename T>
class ExternalGradientStage final : public Stage<T> {
 public:
  explicit ExternalGradientStage(const Values<T>& gradient) : gradient_(gradient) {}
  void take(const float* given) { given_ = given; }

  void run(const Batch<T>& batch, Share) override {
    for (std::size_t i = 0; i < gradient_.rows(batch); ++i) {
      T* to = gradient_.data + i * gradient_.stride;
      const float* from = given_ + i * gradient_.columns;
      std::copy(from, from + gradient_.columns, to);
      std::fill(to + gradient_.columns, to + gradient_.stride, T{0});
    }
  }

 private:
  Values<T> gradient_;
  const float* given_ = nullptr;
};

// Gathers the batch's rows of an input beside the first one.
template <typename T>
class GatherStage final : public Stage<T> {
 public:
  explicit GatherStage(const Values<T>& to) : to_(to) {}
  void set_data(const Features& features) { features_ = features; }

  void run(const Batch<T>& batch, Share) override {
    for (std::size_t i = 0; i < batch.rows; ++i)
      for (std::size_t p = 0; p < to_.positions; ++p)
        fill(features_.row(batch.order[i]), p * to_.columns,
             to_.data + (i * to_.positions + p) * to_.stride);
  }

 private:
  void fill(const std::uint8_t* row, std::size_t first, T* to) const {
    data::with_element(features_.type, [&]<typename From>(From) {
      convert(reinterpret_cast<const From*>(row) + first, to);
    });
  }
  template <typename From>
  void convert(const From* from, T* to) const {
    const T divisor = static_cast<T>(features_.divisor);
    for (std::size_t n = 0; n < to_.columns; ++n) to[n] = static_cast<T>(from[n]) / divisor;
    std::fill(to + to_.columns, to + to_.stride, T{0});
  }

  Values<T> to_;
  Features features_;
};

// The same of integers: [rows][positions * columns], without gaps.
template <typename T>
class GatherIntegersStage final : public Stage<T> {
 public:
  GatherIntegersStage(std::int32_t* to, std::size_t size) : to_(to), size_(size) {}
  void set_data(const std::int32_t* integers) { integers_ = integers; }

  void run(const Batch<T>& batch, Share) override {
    for (std::size_t i = 0; i < batch.rows; ++i)
      std::copy_n(integers_ + batch.order[i] * size_, size_, to_ + i * size_);
  }

 private:
  std::int32_t* to_;
  std::size_t size_;
  const std::int32_t* integers_ = nullptr;
};

// Gathers the batch's lengths of sequences. Where the data have none, each is whole: INT32_MAX is
// more than any slot holds.
template <typename T>
class GatherLengthsStage final : public Stage<T> {
 public:
  explicit GatherLengthsStage(std::int32_t* to) : to_(to) {}
  void set_data(const std::int32_t* lengths) { lengths_ = lengths; }

  void run(const Batch<T>& batch, Share) override {
    for (std::size_t i = 0; i < batch.rows; ++i)
      to_[i] = lengths_ == nullptr ? INT32_MAX : lengths_[batch.order[i]];
  }

 private:
  std::int32_t* to_;
  const std::int32_t* lengths_ = nullptr;
};

// Counts the correct answers: those where the predicted class is the label, or where all labels are
// predicted. Where targets are numbers, sums the squared errors. The loss has listed the answers.
template <typename T>
class CountStage final : public Stage<T> {
 public:
  CountStage(const T* output, std::size_t columns, losses::Loss loss,
             std::vector<double> target_deviation, const AnswerList& answers, Totals& totals)
      : output_(output),
        columns_(columns),
        loss_(loss),
        target_deviation_(std::move(target_deviation)),
        answers_(answers),
        totals_(totals) {
    target_deviation_.resize(columns, 1);
  }

  void run(const Batch<T>&, Share) override {
    const Examples& examples = answers_.examples();
    for (std::size_t i = 0; i < answers_.count(); ++i) {
      const T* row = output_ + answers_.rows()[i] * kernels::row_stride<T>(columns_);
      const std::size_t answer = answers_.answers()[i];
      if (examples.labels != nullptr)
        totals_.correct += predicted(row) == examples.labels[answer];
      else
        add_targets(row, examples.targets + answer * columns_);
    }
  }

 private:
  std::int32_t predicted(const T* row) const {
    return static_cast<std::int32_t>(losses::predicted_class(std::span(row, columns_), loss_));
  }
  void add_targets(const T* row, const float* target) {
    totals_.correct += losses::all_labels_right(std::span(row, columns_), target, loss_);
    for (std::size_t n = 0; n < columns_; ++n) {
      const double error =
          (static_cast<double>(row[n]) - static_cast<double>(target[n])) * target_deviation_[n];
      totals_.squared_error += error * error;
    }
  }

  const T* output_;
  std::size_t columns_;
  losses::Loss loss_;
  std::vector<double> target_deviation_;
  const AnswerList& answers_;
  Totals& totals_;
};

// What the ends of a plan share while it runs, and what the plan reaches into.
template <typename T>
struct Ends {
  Operands<T> packed;
  std::vector<Operands<T>> operands;  // of slots that products read
  double loss_sums[kernels::kLine<T>] = {};
  AnswerList answers;
  Totals totals;
  std::vector<Stretch<T>> stretches;  // of gradients that are kept
  AugmentStage<T>* augment = nullptr;
  PackStage<T>* pack = nullptr;
  GatherLengthsStage<T>* lengths = nullptr;
  bool has_loss = false;
  std::vector<ExternalGradientStage<T>*> external;  // one an output
  std::map<std::string, GatherStage<T>*> numbers;   // by the names of inputs
  std::map<std::string, GatherIntegersStage<T>*> integers;
};

}  // namespace lithe::plan
