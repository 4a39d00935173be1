// Which arrays of an archive are the examples and the answers, by their names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lithe/table.h"

namespace lithe::data {

// Names as they are in the archive; empty where there is no such array.
struct NpzNames {
  std::string examples, answers, test_examples, test_answers;
  std::string lengths, test_lengths;  // of sequences: how many positions each has
  std::vector<std::string> unused;
  bool by_order = false;  // arr_0 and arr_1, as numpy.savez calls arrays without names
};

// Names are compared without case, "_" and "-". Those of TableOptions come first, then the usual
// ones; "x_train" or "train_x" before "x". Throws Error(data), with what there is, where no array
// can be the examples, or an array that was named is not there.
NpzNames choose_arrays(std::span<const std::string> names, const TableOptions& options,
                       const std::string& file);

}  // namespace lithe::data
