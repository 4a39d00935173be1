// Snake: eat fruits, grow, and avoid the walls and your own body.
//
// The body is a ring buffer of cells, beginning at the tail, beside a map of the occupied cells:
// the cost of a step does not depend on the length of the snake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "environments/grid.h"
#include "environments/vector_env.h"

namespace lithe::environments {

class Snake final : public VectorEnv {
 public:
  static constexpr std::size_t kLeast = 4, kMost = 128;  // of the rows and the columns
  static constexpr std::size_t kFeatures = 11;           // of the observation `features`

  Snake(const Component& sentence, std::size_t count);

  void begin(std::size_t i, Rng& rng) override;
  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs& rngs) override;
  void observe(Range range, ObservationRows rows) const override;
  std::size_t state_size() const override { return 3 + cells_; }
  void get_state(std::size_t i, double* state) override;
  bool set_state(std::size_t i, const double* state) override;
  void draw(std::size_t i, Picture& picture) const override;

 private:
  using Cell = std::uint16_t;  // row-major
  static constexpr Cell kNowhere = std::numeric_limits<Cell>::max();

  struct Game {
    std::uint32_t tail, length;  // in the ring
    std::uint32_t hungry;        // steps since the last fruit
    std::int32_t row, column;    // of the head
    std::int32_t heading;
    Cell fruit;
  };

  Cell* ring(std::size_t i) { return rings_.data() + i * stride_; }
  const Cell* ring(std::size_t i) const { return rings_.data() + i * stride_; }
  std::uint8_t* taken(std::size_t i) { return taken_.data() + i * stride_; }
  const std::uint8_t* taken(std::size_t i) const { return taken_.data() + i * stride_; }

  Cell cell(std::int32_t row, std::int32_t column) const {
    return static_cast<Cell>(row * static_cast<std::int32_t>(grid_.columns) + column);
  }
  bool inside(std::int32_t row, std::int32_t column) const {
    return static_cast<std::size_t>(row) < grid_.rows &&
           static_cast<std::size_t>(column) < grid_.columns;
  }
  // Cell k of the body, counted from the tail.
  Cell body(std::size_t i, std::size_t k) const {
    const std::size_t at = games_[i].tail + k;
    return ring(i)[at < cells_ ? at : at - cells_];
  }
  void put_body(std::size_t i, std::span<const Cell> from_tail);
  bool blocked(std::size_t i, std::int32_t direction) const;
  void place_fruit(std::size_t i, Rng& rng);
  void eat(std::size_t i, const Outcomes& outcomes, EpisodeRngs& rngs);
  void write_planes(std::size_t i, float* row) const;
  void write_features(std::size_t i, float* row) const;

  Grid grid_;
  std::size_t cells_, stride_;
  bool planes_;
  std::uint32_t patience_;  // steps without a fruit until truncation
  base::AlignedArray<Cell> rings_;
  base::AlignedArray<std::uint8_t> taken_;
  base::AlignedArray<Game> games_;
};

}  // namespace lithe::environments
