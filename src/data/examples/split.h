// Splits rows at random into those to train on and those held out, stratified by class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lithe/dataset.h"

namespace lithe::data {

struct Split {
  // Both ascending. Every row is in one of them, unless rows overlap.
  std::vector<std::uint32_t> train, validation;
};

// Holds out a fraction of the rows (below 1) or a number of them (from 1 on, a whole number),
// rounded to the nearest. Each class contributes in proportion, by the largest remainder method.
// The result depends only on the labels and the seed. Rows that overlap (Examples::overlap) are not
// drawn: the last ones are held out. Throws Error(usage) where no row would be
// left to train on.
Split split_rows(const Examples& examples, double share_or_count, std::uint64_t seed);

// What becomes of a row.
enum class RowUse : std::uint8_t { train, test, none };

struct SplitRule {
  enum class By {
    class_,  // at random, of each class in proportion
    group,   // rows with the same key stay together
    time,    // rows with the highest keys are tested, and later rows are never trained on
  };
  By by = By::class_;
  double share = 0.2;     // of the rows, or their number from 1 on, to test on
  std::size_t folds = 0;  // instead: part `fold`, from 0, of a cross-validation of that many parts
  std::size_t fold = 0;
  std::uint64_t seed = 1;
};

// The use of each row. `keys`: of each row its group or its time; not looked at otherwise. By time,
// the rows are cut into one block more than there are folds, in order: a fold tests on the block
// behind those that it trains on, and leaves later ones out. Throws Error(usage) where a part would
// be empty.
std::vector<RowUse> divide_rows(const Examples& examples, std::span<const double> keys,
                                const SplitRule& rule);

}  // namespace lithe::data
