// The stages that plans are made of. Each holds the addresses and kernels it was made with, and
// fills in what changes from step to step.
#pragma once

#include <algorithm>
#include <optional>

#include "kernels/table.h"
#include "lithe/dataset.h"
#include "plan/stage.h"

namespace lithe::plan {

// The left factor of a product: a slot that a stage fills, or a packed batch, of which there are
// two where one is packed while the other is in use.
template <typename T>
struct Operands {
  kernels::Operand<T> of[2];  // by the parity of the step
};

template <typename T>
kernels::Range lines_of(std::size_t columns, Share share) {
  return kernels::share(kernels::divide_up(columns, kernels::kLine<T>), share.part, share.parts);
}

// Calls work(lines) panel by panel, so that what follows a product finds its output in the cache.
template <class Work>
void panel_by_panel(kernels::Range lines, const Work& work) {
  for (std::size_t line = lines.begin; line < lines.end;) {
    const std::size_t end = std::min(lines.end, line / 2 * 2 + 2);
    work(kernels::Range{line, end});
    line = end;
  }
}

template <typename T>
class PackStage final : public Stage<T> {
 public:
  PackStage(kernels::Pack<T> pack, void (*kernel)(kernels::Pack<T>&), Operands<T>& operands,
            bool indexed, bool ahead)
      : pack_(pack), kernel_(kernel), operands_(operands), indexed_(indexed), ahead_(ahead) {}

  // The two buffers of x and index that a pack ahead alternates between; the same one twice else.
  void set_buffers(T* x0, T* x1, std::uint32_t* index0, std::uint32_t* index1) {
    x_[0] = x0, x_[1] = x1, index_[0] = index0, index_[1] = index1;
  }
  void set_data(const Features& features) {
    pack_.data = features.data;
    pack_.row_stride = features.row_stride;
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

  // Before the first step of a run.
  void prime(const Batch<T>& batch) {
    if (ahead_) pack(batch.order, batch.rows, batch.next, batch.next_rows, batch.parity);
  }

 private:
  void pack(const std::uint32_t* order, std::size_t rows, const std::uint32_t* next,
            std::size_t next_rows, std::size_t parity) {
    pack_.order = order, pack_.rows = rows;
    pack_.next_order = next, pack_.next_rows = next_rows;
    pack_.x = x_[parity], pack_.index = index_[parity];
    kernel_(pack_);
    operands_.of[parity] = {pack_.x, pack_.stride, rows, pack_.depth,
                            indexed_ ? pack_.index : nullptr};
  }

  kernels::Pack<T> pack_;
  void (*kernel_)(kernels::Pack<T>&);
  Operands<T>& operands_;
  T* x_[2] = {};
  std::uint32_t* index_[2] = {};
  bool indexed_, ahead_;
};

template <typename T>
class ForwardStage final : public Stage<T> {
 public:
  ForwardStage(kernels::ForwardProduct<T> product, const Operands<T>& operands,
               void (*kernel)(const kernels::ForwardProduct<T>&, kernels::Range),
               void (*activate)(kernels::Matrix<T>, kernels::Range))
      : product_(product), operands_(operands), kernel_(kernel), activate_(activate) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::ForwardProduct<T> product = product_;
    product.input = operands_.of[batch.parity];
    product.input.rows = batch.rows;
    panel_by_panel(lines_of<T>(product.units, share), [&](kernels::Range lines) {
      kernel_(product, lines);
      if (activate_ != nullptr) activate_({product.y, product.y_stride, batch.rows}, lines);
    });
  }

 private:
  kernels::ForwardProduct<T> product_;
  const Operands<T>& operands_;
  void (*kernel_)(const kernels::ForwardProduct<T>&, kernels::Range);
  void (*activate_)(kernels::Matrix<T>, kernels::Range);
};

// An activation that no product can take along: the second of two in a row. It keeps its input, for
// the first one's derivative is told from it.
template <typename T>
class ActivateStage final : public Stage<T> {
 public:
  ActivateStage(const T* x, T* y, std::size_t columns,
                void (*kernel)(kernels::Matrix<T>, kernels::Range))
      : x_(x), y_(y), columns_(columns), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    const std::size_t stride = kernels::row_stride<T>(columns_);
    const kernels::Range lines = lines_of<T>(columns_, share);
    const std::size_t first = lines.begin * kernels::kLine<T>;
    const std::size_t count = (lines.end - lines.begin) * kernels::kLine<T>;
    for (std::size_t i = 0; i < batch.rows; ++i)
      std::copy_n(x_ + i * stride + first, count, y_ + i * stride + first);
    kernel_({y_, stride, batch.rows}, lines);
  }

 private:
  const T* x_;
  T* y_;
  std::size_t columns_;
  void (*kernel_)(kernels::Matrix<T>, kernels::Range);
};

template <typename T>
using ActivateBackward = void (*)(kernels::Matrix<const T>, kernels::Matrix<T>, kernels::Range);

template <typename T>
class ActivateBackwardStage final : public Stage<T> {
 public:
  ActivateBackwardStage(const T* y, T* dy, std::size_t stride, std::size_t columns,
                        ActivateBackward<T> kernel)
      : y_(y), dy_(dy), stride_(stride), columns_(columns), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernel_({y_, stride_, batch.rows}, {dy_, stride_, batch.rows}, lines_of<T>(columns_, share));
  }

 private:
  const T* y_;
  T* dy_;
  std::size_t stride_, columns_;
  ActivateBackward<T> kernel_;
};

template <typename T>
class LossStage final : public Stage<T> {
 public:
  LossStage(kernels::LossWork<T> work, void (*kernel)(const kernels::LossWork<T>&))
      : work_(work), kernel_(kernel) {}
  void set_labels(const std::int32_t* labels) { work_.labels = labels; }

  void run(const Batch<T>& batch, Share) override {
    work_.output.rows = work_.gradient.rows = batch.rows;
    work_.order = batch.order;
    work_.scale = T{1} / static_cast<T>(batch.rows);
    kernel_(work_);
  }

 private:
  kernels::LossWork<T> work_;
  void (*kernel_)(const kernels::LossWork<T>&);
};

template <typename T>
class TransposeStage final : public Stage<T> {
 public:
  TransposeStage(kernels::DataProduct<T> product,
                 void (*kernel)(const kernels::DataProduct<T>&, kernels::Range))
      : product_(product), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::DataProduct<T> product = product_;
    product.rows = batch.rows;
    kernel_(product, kernels::share(product.units, share.part, share.parts));
  }

 private:
  kernels::DataProduct<T> product_;
  void (*kernel_)(const kernels::DataProduct<T>&, kernels::Range);
};

// The gradient of a layer's input, and of the activation below it.
template <typename T>
class DataStage final : public Stage<T> {
 public:
  DataStage(kernels::DataProduct<T> product, const T* input,
            void (*kernel)(const kernels::DataProduct<T>&, kernels::Range),
            ActivateBackward<T> activation)
      : product_(product), input_(input), kernel_(kernel), activation_(activation) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::DataProduct<T> product = product_;
    product.rows = batch.rows;
    const kernels::Range lines = lines_of<T>(product.inputs, share);
    kernel_(product, lines);
    if (activation_ != nullptr)
      activation_({input_, product.dx_stride, batch.rows},
                  {product.dx, product.dx_stride, batch.rows}, lines);
  }

 private:
  kernels::DataProduct<T> product_;
  const T* input_;
  void (*kernel_)(const kernels::DataProduct<T>&, kernels::Range);
  ActivateBackward<T> activation_;
};

// The gradient of a layer's weights, used up at once by the optimizer.
template <typename T>
class UpdateStage final : public Stage<T> {
 public:
  UpdateStage(kernels::WeightProduct<T> product, const Operands<T>& operands,
              void (*kernel)(const kernels::WeightProduct<T>&, kernels::Range))
      : product_(product), operands_(operands), kernel_(kernel) {}

  void run(const Batch<T>& batch, Share share) override {
    kernels::WeightProduct<T> product = product_;
    product.input = operands_.of[batch.parity];
    product.input.rows = batch.rows;
    product.rate = batch.rate;
    kernel_(product, lines_of<T>(product.units, share));
  }

 private:
  kernels::WeightProduct<T> product_;
  const Operands<T>& operands_;
  void (*kernel_)(const kernels::WeightProduct<T>&, kernels::Range);
};

// Counts the examples whose largest output is that of their class.
template <typename T>
class CountStage final : public Stage<T> {
 public:
  CountStage(const T* output, std::size_t stride, std::size_t classes, std::uint64_t& correct)
      : output_(output), stride_(stride), classes_(classes), correct_(correct) {}
  void set_labels(const std::int32_t* labels) { labels_ = labels; }

  void run(const Batch<T>& batch, Share) override {
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const T* row = output_ + i * stride_;
      correct_ += std::max_element(row, row + classes_) - row == labels_[batch.order[i]];
    }
  }

 private:
  const T* output_;
  std::size_t stride_, classes_;
  const std::int32_t* labels_ = nullptr;
  std::uint64_t& correct_;
};

}  // namespace lithe::plan
