#include "train/epoch_order.h"

#include <algorithm>

#include "train/shuffle.h"

namespace lithe::train {

EpochOrder::EpochOrder(std::vector<std::uint32_t> rows, std::size_t used, std::uint64_t seed)
    : rows_(std::move(rows)), order_(rows_.size()), used_(used), seed_(seed) {
  shuffle(1);
}

EpochOrder::EpochOrder(std::vector<std::uint32_t> rows)
    : rows_(std::move(rows)), order_(rows_), used_(rows_.size()), shuffles_(false) {}

void EpochOrder::fill(std::span<std::uint32_t> order, std::size_t epoch) const {
  if (!shuffles_) {
    std::copy(rows_.begin(), rows_.end(), order.begin());
    return;
  }
  train::shuffle(order, seed_, epoch);
  for (std::uint32_t& row : order) row = rows_[row];
}

std::vector<std::uint32_t> EpochOrder::of_epoch(std::size_t epoch) const {
  std::vector<std::uint32_t> order(order_.size());
  fill(order, epoch);
  order.resize(used_);
  return order;
}

}  // namespace lithe::train
