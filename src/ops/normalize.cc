// Layers that bring values to mean 0 and variance 1: batch_norm, layer_norm and standardize.
#include "ops/layer.h"

namespace lithe::ops {

namespace {

using network::Type;

void build_batch_norm(const Component& layer, GraphBuilder& builder) {
  const SlotId input = builder.slot;
  const std::size_t channels = builder.channels_or_columns();
  const auto vector = [&](const char* name, ParameterKind kind, double value) {
    return builder.add_vector(name, kind, value, channels);
  };
  const ParameterId scale = vector("weight", ParameterKind::vector, 1);
  const ParameterId shift = vector("bias", ParameterKind::vector, 0);
  const ParameterId mean = vector("running_mean", ParameterKind::statistic, 0);
  const ParameterId variance = vector("running_var", ParameterKind::statistic, 1);
  builder.add(BatchNorm{input, builder.advance("output"), scale, shift, mean, variance,
                        layer.number("epsilon"), layer.number("momentum"), channels});
}

// Over all values of an example, with a scale and a shift for each of them.
void build_layer_norm(const Component& layer, GraphBuilder& builder) {
  const ParameterId scale = builder.add_vector("weight", ParameterKind::vector, 1);
  const ParameterId shift = builder.add_vector("bias", ParameterKind::vector, 0);
  const SlotId input = builder.slot;
  builder.add(LayerNorm{input, builder.advance("output"), scale, shift, layer.number("epsilon")});
}

void build_standardize(const Component&, GraphBuilder& builder) {
  const ParameterId mean = builder.add_vector("mean", ParameterKind::statistic, 0);
  const ParameterId deviation = builder.add_vector("deviation", ParameterKind::statistic, 1);
  const SlotId input = builder.slot;
  builder.add(Standardize{input, builder.advance("output"), mean, deviation});
}

}  // namespace

Layer batch_norm() {
  return {
      {"batch_norm",
       "brings each unit, or each channel of an image, to mean 0 and variance 1 over the batch, "
       "then scales and shifts it by learned values",
       {{"momentum", "weight of a batch in the running mean and variance", Type::number, "0.1", 0,
         1, true},
        {"epsilon", "added to the variance", Type::number, "1e-5", 0, 1, true}}},
      build_batch_norm};
}

Layer layer_norm() {
  return {{"layer_norm",
           "brings each example to mean 0 and variance 1 over its units, then scales and shifts "
           "them by learned values",
           {{"epsilon", "added to the variance", Type::number, "1e-5", 0, 1, true}}},
          build_layer_norm};
}

Layer standardize() {
  return {{"standardize",
           "subtracts each column's mean in the training examples and divides by its standard "
           "deviation"},
          build_standardize};
}

}  // namespace lithe::ops
