// Which examples an epoch trains on, and in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lithe::train {

class EpochOrder {
 public:
  // `rows`: those that may be trained on; `used`: how many of them an epoch takes, the first of its
  // order.
  EpochOrder(std::vector<std::uint32_t> rows, std::size_t used, std::uint64_t seed);
  // The same order in each epoch.
  explicit EpochOrder(std::vector<std::uint32_t> rows);

  // The order becomes that of epoch `epoch` (from 1): a function of it and the seed alone.
  void shuffle(std::size_t epoch) { fill(order_, epoch); }
  // What shuffle(epoch) would make of it.
  std::vector<std::uint32_t> of_epoch(std::size_t epoch) const;

  std::span<const std::uint32_t> rows() const { return std::span(order_).first(used_); }
  std::size_t size() const { return used_; }

 private:
  void fill(std::span<std::uint32_t> order, std::size_t epoch) const;

  std::vector<std::uint32_t> rows_, order_;
  std::size_t used_;
  std::uint64_t seed_ = 0;
  bool shuffles_ = true;
};

}  // namespace lithe::train
