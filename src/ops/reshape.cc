#include "ops/reshape.h"

#include <algorithm>

#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Reshape {
  SlotId input, output;
  std::optional<SlotId> lengths;

  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = false,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const bool splits = lowering.graph().slots[output].positions > 1;
    add(lowering, operation.label + (splits ? ": a row for each position" : ": positions in a row"),
        Phase::forward, {input, lowering.value(input)}, {output, lowering.value(output)}, lengths);
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    const BufferId to =
        lowering.book_matrix("gradient of " + lowering.graph().slots[input].name, input);
    lowering.contribute(input, to);
    add(lowering, operation.label + ": backward", Phase::backward_and_update, {output, gradient},
        {input, to}, std::nullopt);
    lowering.release(gradient);
  }

  struct Matrix {
    SlotId slot;
    BufferId buffer;
  };

  template <typename T>
  static void add(Lowering<T>& lowering, const std::string& name, Phase phase, Matrix from,
                  Matrix to, std::optional<SlotId> lengths) {
    std::vector<Access> access = {{from.buffer, false}, {to.buffer, true}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    lowering.add(name, phase, std::move(access),
                 [&lowering, from, to, lengths](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [x = lowering.values(buffers, from.slot, from.buffer),
                        y = lowering.values(buffers, to.slot, to.buffer),
                        ends = lowering.lengths(buffers, lengths)](const plan::Batch<T>& batch) {
                         for (std::size_t i = 0; i < batch.rows; ++i) copy(x, y, i, ends);
                       });
                 });
  }

  // Rows of either side are padded to whole cache lines; the padding of y is zero.
  template <typename T>
  static void copy(const plan::Values<T>& x, const plan::Values<T>& y, std::size_t example,
                   plan::Lengths ends) {
    const std::size_t end = ends.of(example, y.positions), size = end * y.columns;
    for (std::size_t n = 0; n < size;) {
      const std::size_t from = n % x.columns, to = n % y.columns;
      const std::size_t count = std::min(x.columns - from, y.columns - to);
      T* const row = y.data + (example * y.positions + n / y.columns) * y.stride;
      std::copy_n(x.data + (example * x.positions + n / x.columns) * x.stride + from, count,
                  row + to);
      if (to + count == y.columns) std::fill(row + y.columns, row + y.stride, T{0});
      n += count;
    }
    T* const rows = y.data + example * y.positions * y.stride;
    std::fill(rows + end * y.stride, rows + y.positions * y.stride, T{0});
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_reshape(SlotId input, SlotId output,
                                              std::optional<SlotId> lengths) {
  return make_op(Reshape{input, output, lengths});
}

bool is_reshape(const graph::Op& op) { return dynamic_cast<const OpOf<Reshape>*>(&op) != nullptr; }

}  // namespace lithe::ops
