// last, mean_over_time, max_over_time: one row from the positions of a sequence.
#include "ops/over_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/op.h"

namespace lithe::ops {

namespace {

// Of one example: `length` rows of `columns` values, `stride` apart, in front of its end, and
// `padding` behind it.
template <typename T>
struct TimeRows {
  T* data;
  std::size_t length, columns, stride, padding;

  T* row(std::size_t position) const { return data + position * stride; }
};

template <typename T>
void reduce(OverTime kind, const TimeRows<const T>& x, T* y) {
  const std::size_t from = kind == OverTime::last ? x.length - 1 : 0;
  std::copy_n(x.row(from), x.columns, y);
  std::fill(y + x.columns, y + x.stride, T{0});
  if (kind == OverTime::first || kind == OverTime::last) return;
  for (std::size_t p = 1; p < x.length; ++p)
    for (std::size_t n = 0; n < x.columns; ++n) {
      const T value = x.row(p)[n];
      // Not-a-number stays.
      y[n] = kind == OverTime::mean                ? y[n] + value
             : (value <= y[n] || std::isnan(y[n])) ? y[n]
                                                   : value;
    }
  const T length = static_cast<T>(x.length);
  for (std::size_t n = 0; n < x.columns && kind == OverTime::mean; ++n) y[n] /= length;
}

// dx becomes the gradient of x, zero behind its end. Of equal largest values the first has all of
// it.
template <typename T>
void spread(OverTime kind, const TimeRows<const T>& x, const T* y, const T* dy,
            const TimeRows<T>& dx) {
  const T length = static_cast<T>(x.length);
  for (std::size_t p = 0; p < x.length; ++p) {
    T* const to = dx.row(p);
    const bool all =
        (kind == OverTime::first && p == 0) || (kind == OverTime::last && p + 1 == x.length);
    for (std::size_t n = 0; n < x.columns; ++n)
      to[n] = kind == OverTime::mean ? dy[n] / length : all ? dy[n] : T{0};
    std::fill(to + x.columns, to + x.stride, T{0});
  }
  std::fill_n(dx.row(x.length), x.padding * x.stride, T{0});
  for (std::size_t n = 0; n < x.columns && kind == OverTime::largest; ++n) {
    std::size_t p = 0;
    while (p + 1 < x.length && x.row(p)[n] != y[n]) ++p;
    dx.row(p)[n] = dy[n];
  }
}

template <typename T>
TimeRows<T> steps_of(const plan::Values<T>& values, const plan::Batch<T>& batch,
                     std::size_t example, plan::Lengths ends) {
  const std::size_t length = ends.of(batch.first + example, values.positions);
  return {values.of(batch).row(example * values.positions), length, values.columns, values.stride,
          values.positions - length};
}
template <typename T>
TimeRows<const T> read(const TimeRows<T>& steps) {
  return {steps.data, steps.length, steps.columns, steps.stride, steps.padding};
}

struct Reduce {
  SlotId input, output;
  OverTime kind;
  std::optional<SlotId> lengths;

  std::vector<SlotId> inputs() const { return with_lengths(input, lengths); }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = kind == OverTime::largest,
            .backward_reads_output = kind == OverTime::largest,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    const bool picks = kind == OverTime::first || kind == OverTime::last;
    std::vector<Access> access = {{from, false}, {to, true}};
    if (lengths) access.push_back({lowering.value(*lengths), false});
    lowering.add({.name = operation.label + (picks ? ": one position" : ": over all positions"),
                  .phase = Phase::forward,
                  .columns = lowering.columns(output),
                  .from = from,
                  .to = to,
                  .access = std::move(access),
                  .split = Split::rows,
                  .values = lowering.graph().slots[input].size()},
                 [&lowering, own = *this](const Buffers& buffers) {
                   return plan::elementwise_function<T>(
                       [kind = own.kind, x = lowering.values(buffers, own.input),
                        y = lowering.values(buffers, own.output),
                        ends = lowering.lengths(buffers, own.lengths)](const plan::Batch<T>& batch,
                                                                       kernels::Range) {
                         for (std::size_t i = 0; i < batch.rows; ++i)
                           reduce<T>(kind, read(steps_of(x, batch, i, ends)), y.of(batch).row(i));
                       });
                 });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    const BufferId to =
        lowering.book_matrix("gradient of " + lowering.graph().slots[input].name, input);
    lowering.contribute(input, to);
    std::vector<Access> access = {{gradient, false}, {to, true}};
    if (kind == OverTime::largest)
      access.insert(access.end(),
                    {{lowering.value(input), false}, {lowering.value(output), false}});
    if (lengths) access.push_back({lowering.value(*lengths), false});
    lowering.add({.name = operation.label + ": gradient of its positions",
                  .phase = Phase::backward_and_update,
                  .columns = lowering.columns(input),
                  .from = gradient,
                  .to = to,
                  .access = std::move(access),
                  .split = Split::rows,
                  .values = lowering.graph().slots[input].size()},
                 [&lowering, own = *this, gradient, to](const Buffers& buffers) {
                   return plan::elementwise_function<T>(
                       [kind = own.kind, x = lowering.values(buffers, own.input),
                        y = lowering.values(buffers, own.output),
                        dy = lowering.values(buffers, own.output, gradient),
                        dx = lowering.values(buffers, own.input, to),
                        ends = lowering.lengths(buffers, own.lengths)](const plan::Batch<T>& batch,
                                                                       kernels::Range) {
                         for (std::size_t i = 0; i < batch.rows; ++i)
                           spread<T>(kind, read(steps_of(x, batch, i, ends)), y.of(batch).row(i),
                                     dy.of(batch).row(i), steps_of(dx, batch, i, ends));
                       });
                 });
    lowering.release(gradient);
  }
};

template <OverTime kKind>
void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 2)
    builder.fail(fmt::format("{} takes a sequence, length x channels, and {} comes in", layer.name,
                             builder.shape.to_string()),
                 "put it behind conv1d, or behind a recurrent layer with give=all");
  add_over_time(builder, kKind);
}

}  // namespace

void add_over_time(GraphBuilder& builder, OverTime kind) {
  const std::size_t length = builder.shape.sizes[0], columns = builder.shape.sizes[1];
  builder.by_positions(length, columns);
  const SlotId input = builder.slot;
  builder.slot = builder.graph.add_slot(fmt::format("output of layer {}", builder.label), columns);
  builder.add(make_op(Reduce{input, builder.slot, kind, builder.lengths}));
  builder.set_shape(Shape{{columns}});
  builder.lengths.reset();
}

std::vector<Layer> over_time_layers() {
  return {{{"last", "the last position of a sequence: 48x7 becomes 7"},
           build<OverTime::last>,
           InputForm::shaped,
           /*holds_layers=*/false,
           Unequal::whole,
           /*by_steps=*/true},
          {{"mean_over_time", "the mean of each channel of a sequence: 48x7 becomes 7"},
           build<OverTime::mean>,
           InputForm::shaped,
           /*holds_layers=*/false,
           Unequal::whole},
          {{"max_over_time", "the largest value of each channel of a sequence: 48x7 becomes 7"},
           build<OverTime::largest>,
           InputForm::shaped,
           /*holds_layers=*/false,
           Unequal::whole}};
}

}  // namespace lithe::ops
