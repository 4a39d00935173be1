// Stages that make images, an image at a time.
#pragma once

#include <utility>
#include <vector>

#include "ops/op.h"

namespace lithe::ops {

// Adds a stage whose threads share the images: it makes those in `to` from those in `from`, and
// takes what comes next into its epilogue, image by image.
template <typename T>
void add_image_stage(Lowering<T>& lowering, LoweredStage<T> stage,
                     const std::vector<Access>& access, BufferId from, BufferId to,
                     std::size_t columns, plan::MakeStage<T> make) {
  stage.access.workers =
      lowering.shares_rows(stage.info.operations) ? plan::Workers::all : plan::Workers::first;
  stage.access.buffers = access;
  stage.access.buffers.push_back({from, false, plan::kByRows});
  stage.access.buffers.push_back({to, true, plan::kByRows});
  stage.fusion = Fusion::by_rows;
  stage.columns = columns;
  stage.result = to;
  stage.make = std::move(make);
  lowering.add(std::move(stage));
}

}  // namespace lithe::ops
