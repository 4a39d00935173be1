// What layers that take a sequence read of the one that comes in.
#pragma once

#include "ops/layer.h"

namespace lithe::ops {

struct SequenceSize {
  std::size_t length, channels;
};

// Of an input of two sizes; of a flat one each value is a position. Fails where it is neither.
SequenceSize read_sequence(const Component& layer, const GraphBuilder& builder);

// The same, and brings the sequence into a slot with a row for each position.
SequenceSize take_sequence(const Component& layer, GraphBuilder& builder);

}  // namespace lithe::ops
