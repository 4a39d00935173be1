// Splits rows at random into those to train on and those held out, stratified by class.
#pragma once

#include <cstdint>
#include <vector>

#include "lithe/dataset.h"

namespace lithe::data {

struct Split {
  std::vector<std::uint32_t> train, validation;  // both ascending; every row is in one of them
};

// Holds out a fraction of the rows (below 1) or a number of them (from 1 on, a whole number),
// rounded to the nearest. Each class contributes in proportion, by the largest remainder method.
// The result depends only on the labels and the seed. Throws Error(usage) where no row would be
// left to train on.
Split split_rows(const Examples& examples, double share_or_count, std::uint64_t seed);

}  // namespace lithe::data
