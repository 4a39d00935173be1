// What batch_norm and layer_norm have in common: the numbers of the forward pass that the backward
// pass needs.
#pragma once

#include <vector>

#include "ops/op.h"

namespace lithe::ops {

// Means and inverse deviations, by column (batch_norm) or by row (layer_norm; rms_norm has no means
// and no shift).
struct NormBuffers {
  BufferId mean = kNoBuffer, inverse = kNoBuffer;
};

// A normalisation with its parameters and the places of their gradients.
struct NormGradients {
  SlotId input, output;
  ParameterId scale;
  BufferId gradient;  // of the output, changed into that of the input
  NormBuffers numbers;
  plan::GradientPlace scale_place, shift_place;

  template <typename T>
  std::vector<Access> access(const Lowering<T>& lowering) const {
    std::vector<Access> all = {{lowering.value(input), false},
                               {gradient, true},
                               {numbers.inverse, false},
                               {lowering.parameter(scale), false},
                               {scale_place.buffer, true}};
    if (numbers.mean != kNoBuffer) all.push_back({numbers.mean, false});
    if (shift_place.buffer != kNoBuffer) all.push_back({shift_place.buffer, true});
    return all;
  }

  // All but the matrices.
  template <typename T>
  kernels::NormBackwardWork<T> work(const Lowering<T>& lowering, const Buffers& buffers) const {
    kernels::NormBackwardWork<T> norm{};
    norm.columns = lowering.columns(output);
    norm.scale = lowering.parameters().at(scale);
    norm.mean = buffers.at<T>(numbers.mean);
    norm.inverse = buffers.at<T>(numbers.inverse);
    norm.scale_gradient = lowering.at(buffers, scale_place);
    if (shift_place.buffer != kNoBuffer) norm.shift_gradient = lowering.at(buffers, shift_place);
    return norm;
  }
};

}  // namespace lithe::ops
