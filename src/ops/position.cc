// position: adds numbers that tell the positions of a sequence apart.
//   learned      a row of trained numbers for each position
//   sinusoidal   of column 2k and 2k + 1: sine and cosine of position / 10000^(2k / channels)
//                (Vaswani and others, 2017)
#include <cmath>

#include "ops/op.h"
#include "ops/sequence.h"

namespace lithe::ops {

namespace {

constexpr ParameterId kFixed = static_cast<ParameterId>(-1);

// A matrix with a row for each position, in pieces of columns that are matrices as they lie.
template <typename T>
struct PositionTable {
  T* values;
  std::size_t length, columns;
  bool panels;  // or rows

  template <class Work>
  void each_piece(kernels::Range lines, const Work& work) const {
    if (!panels) return work(lines, kernels::Matrix<T>{values, stride(), length});
    const kernels::Panels<T> all{length, columns};
    kernels::each_panel(lines, [&](kernels::Range piece) {
      const std::size_t first = piece.begin / 2 * kernels::kPanel<T>;
      work(piece,
           kernels::Matrix<T>{values + all.column_start(first) - first, all.width(first), length});
    });
  }
  std::size_t stride() const { return kernels::row_stride<T>(columns); }

  void fill_with_waves() const {
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t n = 0; n < columns; ++n) {
        const double pair = static_cast<double>(n - n % 2) / static_cast<double>(columns);
        const double angle = static_cast<double>(i) * std::pow(10000.0, -pair);
        values[i * stride() + n] = static_cast<T>(n % 2 == 0 ? std::sin(angle) : std::cos(angle));
      }
  }
};

template <typename T>
kernels::Matrix<T> rows_of(const plan::Values<T>& values, const plan::Batch<T>& batch,
                           std::size_t example) {
  return {values.of(batch).row(example * values.positions), values.stride, values.positions};
}

template <typename T>
class PositionAdd final : public plan::ElementwiseOp<T> {
 public:
  // `step`: of each example the position that it has come to; null: rows are all positions.
  PositionAdd(const kernels::Kernels<T>& kernels, const PositionTable<T>& table, plan::Values<T> x,
              plan::Values<T> y, const std::int32_t* step)
      : kernels_(kernels), table_(table), x_(x), y_(y), step_(step) {}

  void prime() override {
    if (!table_.panels) table_.fill_with_waves();
  }
  void run(const plan::Batch<T>& batch, kernels::Range lines, std::size_t) override {
    table_.each_piece(lines, [&](kernels::Range piece, kernels::Matrix<const T> rows) {
      for (std::size_t i = 0; i < batch.rows; ++i) {
        kernels::Matrix<const T> own = rows;
        if (step_ != nullptr)
          own = {rows.row(static_cast<std::size_t>(step_[batch.first + i])), rows.stride, 1};
        kernels_.add(rows_of(x_, batch, i), own, rows_of(y_, batch, i), piece);
      }
    });
  }

 private:
  const kernels::Kernels<T>& kernels_;
  PositionTable<T> table_;
  plan::Values<T> x_, y_;
  const std::int32_t* step_;
};

struct PositionSum {
  SlotId input, output;
  ParameterId weight;  // or kFixed
  std::size_t length;
  std::optional<SlotId> step;

  std::vector<SlotId> inputs() const { return with_lengths(input, step); }
  std::vector<ParameterId> parameters() const {
    if (weight == kFixed) return {};
    return {weight};
  }
  Traits traits() const {
    return {.elementwise = true,
            .backward_reads_input = false,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph& graph) const {
    return static_cast<double>(graph.slots[output].size());
  }

  template <typename T>
  PositionTable<T> table(const Lowering<T>& lowering, T* values, bool panels) const {
    return {values, length, lowering.columns(output), panels};
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    const bool learned = weight != kFixed;
    BufferId rows = kNoBuffer;
    if (learned) {
      rows = lowering.parameter(weight);
    } else {
      rows = lowering.book("waves of " + operation.label,
                           length * kernels::row_stride<T>(lowering.columns(output)) * sizeof(T));
      lowering.persist(rows);
    }
    std::vector<Access> access = {{from, false}, {to, true}, {rows, false}};
    if (step) access.push_back({lowering.value(*step), false});
    lowering.add({.name = operation.label + ": add",
                  .phase = Phase::forward,
                  .columns = lowering.columns(output),
                  .from = from,
                  .to = to,
                  .access = std::move(access),
                  .values = lowering.graph().slots[output].size()},
                 [&lowering, own = *this, rows, learned](const Buffers& buffers) {
                   T* const values = learned ? lowering.parameters().at(own.weight)
                                             : buffers.template at<T>(rows);
                   return std::make_unique<PositionAdd<T>>(
                       lowering.kernels(), own.table(lowering, values, learned),
                       lowering.values(buffers, own.input), lowering.values(buffers, own.output),
                       lowering.lengths(buffers, own.step).data);
                 });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    if (weight != kFixed && lowering.learns(weight)) train(lowering, operation, gradient);
    if (lowering.wanted(input)) lowering.contribute(input, gradient);
    lowering.release(gradient);
  }

  // The sum over the examples, in their order.
  template <typename T>
  void train(Lowering<T>& lowering, const Operation& operation, BufferId gradient) const {
    const plan::GradientPlace place = lowering.place_gradient(weight);
    lowering.add(operation.label + ": gradient of the positions", Phase::backward_and_update,
                 {{gradient, false}, {place.buffer, true}},
                 [&lowering, own = *this, gradient, place](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [add = lowering.kernels().add,
                        table = own.table(lowering, lowering.at(buffers, place), true),
                        dy = lowering.values(buffers, own.output, gradient)](
                           const plan::Batch<T>& batch) { sum(add, table, dy, batch); });
                 });
    lowering.update(operation, {weight}, {place}, kNoBuffer);
  }

  template <typename T, class AddKernel>
  static void sum(AddKernel add, const PositionTable<T>& table, const plan::Values<T>& dy,
                  const plan::Batch<T>& batch) {
    std::fill_n(table.values, kernels::Panels<T>{table.length, table.columns}.size(), T{0});
    const std::size_t lines = kernels::divide_up(table.columns, kernels::kLine<T>);
    table.each_piece({0, lines}, [&](kernels::Range piece, kernels::Matrix<T> to) {
      for (std::size_t i = 0; i < batch.rows; ++i) add(to, rows_of(dy, batch, i), to, piece);
    });
  }
};

void build(const Component& layer, GraphBuilder& builder) {
  const auto [length, channels] = take_sequence(layer, builder);
  ParameterId weight = kFixed;
  if (layer.component("kind").name == "learned")
    weight = builder.add_parameter({builder.parameter_name("weight"), ParameterKind::weight, length,
                                    channels, length, channels, layer.component("init")});
  const SlotId input = builder.slot;
  builder.remember(length);
  builder.add(
      make_op(PositionSum{input, builder.advance("output"), weight, length, builder.graph.step}));
}

}  // namespace

std::vector<network::Declaration> position_declarations() {
  return {{"learned", "a row of trained numbers for each position"},
          {"sinusoidal", "sines and cosines of wavelengths from 2 pi to 20000 pi positions"}};
}

std::vector<Layer> position_layers() {
  using network::Category, network::Type;
  return {{{"position",
            "adds numbers that tell the positions of a sequence apart, for attention, which does "
            "not know their order",
            {{"kind", "trained ones, or sines and cosines (Vaswani and others, 2017)",
              Type::component, "learned", 0, 0, false, Category::position},
             {"init", "initial numbers, where they are trained", Type::component, "normal(0.1)", 0,
              0, false, Category::initializer}}},
           build,
           InputForm::shaped,
           /*holds_layers=*/false,
           Unequal::at_each_position,
           /*by_steps=*/true}};
}

}  // namespace lithe::ops
