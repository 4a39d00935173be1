#include "ops/sequence.h"

#include <fmt/format.h>

namespace lithe::ops {

SequenceSize read_sequence(const Component& layer, const GraphBuilder& builder) {
  const std::vector<std::size_t>& sizes = builder.shape.sizes;
  if (sizes.size() == 2) return {sizes[0], sizes[1]};
  if (sizes.size() == 1) return {sizes[0], 1};
  builder.fail(fmt::format("{} takes a sequence, length x channels, and {} comes in", layer.name,
                           builder.shape.to_string()),
               "say input(48x7), for 48 steps of 7 values");
}

SequenceSize take_sequence(const Component& layer, GraphBuilder& builder) {
  const SequenceSize size = read_sequence(layer, builder);
  builder.by_positions(size.length, size.channels);
  builder.shape = Shape{{size.length, size.channels}};
  builder.channels = size.channels;
  return size;
}

}  // namespace lithe::ops
