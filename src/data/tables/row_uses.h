// The uses of rows as a text: "240r60t" is 240 rows to train on and 60 to test on behind them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/examples/split.h"

namespace lithe::data {

std::string print_uses(std::span<const RowUse> uses);
// Throws Error(model) for what does not say the uses of that many rows.
std::vector<RowUse> parse_uses(const std::string& text, std::size_t rows);

}  // namespace lithe::data
