#include "ops/standardize.h"

#include "ops/fixed_norm.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Standardize {
  SlotId input, output;
  ParameterId mean, deviation;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {mean, deviation}; }
  Traits traits() const {
    return {.elementwise = true,
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
    // A negative epsilon: the second number is a deviation, not a variance.
    lower_fixed_norm(lowering, operation, lowering.template state<FixedFactors>(operation), input,
                     output, {mean, deviation}, -1);
  }
  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    lower_fixed_norm_backward(lowering, operation, lowering.template state<FixedFactors>(operation),
                              input, output);
  }
};

// Of sequences of unequal length, each channel over all positions that there are.
void build(const Component&, GraphBuilder& builder) {
  if (builder.lengths)
    builder.by_positions();
  else
    builder.by_examples();
  const ParameterId mean = builder.add_vector("mean", ParameterKind::statistic, 0);
  const ParameterId deviation = builder.add_vector("deviation", ParameterKind::statistic, 1);
  const SlotId input = builder.slot;
  builder.add(make_op(Standardize{input, builder.advance("output"), mean, deviation}));
}

}  // namespace

std::optional<StandardizeParameters> as_standardize(const graph::Op& op) {
  const auto* of = dynamic_cast<const OpOf<Standardize>*>(&op);
  if (of == nullptr) return std::nullopt;
  return StandardizeParameters{of->spec.mean, of->spec.deviation};
}

std::vector<Layer> standardize_layers() {
  return {{{"standardize",
            "subtracts each column's mean in the training examples and divides by its standard "
            "deviation"},
           build,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::at_each_position}};
}

}  // namespace lithe::ops
