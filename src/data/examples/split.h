// Rows held out of training: a share of them, the same share of every class, drawn at random.
#pragma once

#include <cstdint>
#include <vector>

#include "lithe/dataset.h"

namespace lithe::data {

struct Split {
  std::vector<std::uint32_t> train, held;  // both ascending; together all rows, each once
};

// Holds out a share of the rows (below 1) or that many of them (from 1 on, a whole number), rounded
// to the nearest. Classes give in proportion, the largest remainders first. Depends on nothing but
// the labels and the seed. Throws Error(usage) where no row would be left to train on.
Split split_rows(const Examples& examples, double share_or_count, std::uint64_t seed);

}  // namespace lithe::data
