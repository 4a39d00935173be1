// An embedding whose numbers are the weights of a dense layer behind it (Press and Wolf, 2017):
// those of a category are the weights of the unit that stands for it. The layer's gradient touches
// all of them, so the gradient of the rows that were met is added to it, and all are updated
// together. A value that is no category has zeros.
#pragma once

#include <memory>
#include <optional>

#include "graph/op.h"
#include "ops/layer.h"

namespace lithe::ops {

struct TiedEmbedding {
  graph::SlotId input, output;
  graph::ParameterId weight;  // [size][categories], that of the dense layer
  std::optional<graph::SlotId> lengths;
};

std::shared_ptr<const graph::Op> make_tied_embedding(const TiedEmbedding& embedding);

}  // namespace lithe::ops
