// Arrays of images: where their channels are; and arrays that lack the dimension of the examples.
#pragma once

#include "data/tables/npy.h"

namespace lithe::data {

// Whether the channels come before height and width. Throws Error(data) where they are said to be
// and an example does not have three dimensions.
bool has_channels_first(const NpyArray& array, const TableOptions& options, const ArrayForm* form);

// Throws Error(data) if the array is a single example, of this shape, without the dimension that
// counts the examples.
void check_first_axis(const NpyArray& array, const std::vector<std::size_t>& example);

}  // namespace lithe::data
