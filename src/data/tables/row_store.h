// Rows of floats whose number is not known beforehand: kept in pieces, so that none is ever moved
// to make room, and freed piece by piece as they are taken out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace lithe::data {

class RowStore {
 public:
  explicit RowStore(std::size_t width)
      : width_(width), piece_rows_(std::max<std::size_t>(1, kPieceFloats / std::max(width, 1ul))) {}

  std::size_t width() const { return width_; }
  std::size_t rows() const { return rows_; }

  void add(std::span<const float> row) {
    if (rows_ % piece_rows_ == 0)
      pieces_.push_back(std::make_unique_for_overwrite<float[]>(piece_rows_ * width_));
    std::ranges::copy(row, pieces_.back().get() + rows_ % piece_rows_ * width_);
    ++rows_;
  }

  std::span<const float> row(std::size_t index) const {
    return {pieces_[index / piece_rows_].get() + index % piece_rows_ * width_, width_};
  }

  // Calls `take` with the floats of many rows at a time, in order; leaves the store empty.
  template <typename Take>
  void drain(const Take& take) {
    for (auto& piece : pieces_) {
      const std::size_t count = std::min(rows_, piece_rows_);
      take(std::span<const float>(piece.get(), count * width_));
      rows_ -= count;
      piece.reset();
    }
    pieces_.clear();
  }

 private:
  static constexpr std::size_t kPieceFloats = std::size_t{1} << 18;

  std::size_t width_, piece_rows_, rows_ = 0;
  std::vector<std::unique_ptr<float[]>> pieces_;
};

}  // namespace lithe::data
