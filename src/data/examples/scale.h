// The scale of examples that a model is shown. A model that was trained on bytes has a divisor
// (255) that its inputs are divided by. Floats that somebody made of the same bytes are 0 to 255,
// or 0 to 1 where they were divided already: the values tell which.
#pragma once

#include <string>

#include "lithe/dataset.h"

namespace lithe::data {

// The lowest and the highest value, before the divisor; of no rows 0 and 0.
struct Range {
  double low = 0, high = 0;
};
Range range_of(const Features& features);

// The divisor of `features` for a model whose inputs were divided by `divisor`: that one, or 1
// where all values are from 0 to 1 and not `whole` numbers by their type. Throws Error(data) for
// values below 0 or above `divisor`.
double divisor_for(const Features& features, double divisor, bool whole, const std::string& name);

// The divisor of `features`, whose own is 1 or that of bytes, for a model without one that learned
// from values in the range `learned` (0 and 0: not known). Bytes, and images of `dimensions` 2 or
// more, are divided where the model learned from 0 to 1 and their values go beyond; and multiplied
// where it learned from 0 to 255 and theirs do not.
double divisor_for_range(const Features& features, double own, const Range& learned,
                         std::size_t dimensions);

// The features in the scale of a model with this divisor. Features whose own divisor is not 1 are
// in a scale already, as their owner says.
Features in_scale(Features features, double divisor);

}  // namespace lithe::data
