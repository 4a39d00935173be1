// Layers that disturb values while training and do nothing at other times.
#include "ops/layer.h"

namespace lithe::ops {

namespace {

template <Noise kNoise>
void build(const Component& layer, GraphBuilder& builder) {
  const double amount = std::get<double>(layer.arguments.front().second);
  if (amount == 0) return;
  const SlotId input = builder.slot;
  builder.add(Disturb{input, builder.advance("output"), kNoise, amount, 0});
}

void build_spatial_dropout(const Component& layer, GraphBuilder& builder) {
  const double rate = layer.number("rate");
  if (builder.channels == 0)
    builder.fail("spatial_dropout drops channels of images, and there are none here",
                 "dropout, for single values");
  if (rate == 0) return;
  const SlotId input = builder.slot;
  builder.add(Disturb{input, builder.advance("output"), Noise::dropout, rate, builder.channels});
}

}  // namespace

std::vector<Layer> noise_layers() {
  using network::Type;
  return {{{"dropout",
            "while training, drops each value with probability `rate` and divides the others by "
            "1 - rate",
            {{"rate", "probability", Type::number, "0.5", 0, 0.99}}},
           build<Noise::dropout>},
          {{"spatial_dropout",
            "while training, drops whole channels of an image with probability `rate` and divides "
            "the others by 1 - rate",
            {{"rate", "probability", Type::number, "0.1", 0, 0.99}}},
           build_spatial_dropout},
          {{"alpha_dropout",
            "dropout for selu: dropped values become selu's lower end, and mean and variance are "
            "kept",
            {{"rate", "probability", Type::number, "0.1", 0, 0.99}}},
           build<Noise::alpha_dropout>},
          {{"gaussian_noise",
            "while training, adds normal random numbers",
            {{"std", "their standard deviation", Type::number, "0.1", 0, 1e6}}},
           build<Noise::gaussian_noise>}};
}

}  // namespace lithe::ops
