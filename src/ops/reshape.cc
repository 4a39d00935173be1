#include "ops/reshape.h"

#include <algorithm>

#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Reshape {
  SlotId input, output;

  std::vector<SlotId> inputs() const { return {input}; }
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
        Phase::forward, {input, lowering.value(input)}, {output, lowering.value(output)});
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    const BufferId to =
        lowering.book_matrix("gradient of " + lowering.graph().slots[input].name, input);
    lowering.contribute(input, to);
    add(lowering, operation.label + ": backward", Phase::backward_and_update, {output, gradient},
        {input, to});
    lowering.release(gradient);
  }

  struct Matrix {
    SlotId slot;
    BufferId buffer;
  };

  template <typename T>
  static void add(Lowering<T>& lowering, const std::string& name, Phase phase, Matrix from,
                  Matrix to) {
    lowering.add(name, phase, {{from.buffer, false}, {to.buffer, true}},
                 [&lowering, from, to](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [x = lowering.values(buffers, from.slot, from.buffer),
                        y = lowering.values(buffers, to.slot, to.buffer)](
                           const plan::Batch<T>& batch) { copy(x, y, batch.rows); });
                 });
  }

  // Rows of either side are padded to whole cache lines; the padding of y is zero.
  template <typename T>
  static void copy(const plan::Values<T>& x, const plan::Values<T>& y, std::size_t examples) {
    const std::size_t size = x.positions * x.columns;
    for (std::size_t i = 0; i < examples; ++i)
      for (std::size_t n = 0; n < size;) {
        const std::size_t from = n % x.columns, to = n % y.columns;
        const std::size_t count = std::min(x.columns - from, y.columns - to);
        T* const row = y.data + (i * y.positions + n / y.columns) * y.stride;
        std::copy_n(x.data + (i * x.positions + n / x.columns) * x.stride + from, count, row + to);
        if (to + count == y.columns) std::fill(row + y.columns, row + y.stride, T{0});
        n += count;
      }
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_reshape(SlotId input, SlotId output) {
  return make_op(Reshape{input, output});
}

}  // namespace lithe::ops
