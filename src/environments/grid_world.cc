// A walk on a grid from a random cell to the lower right corner, for which the optimal values are
// known.
#include "environments/grid_world.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "environments/grid.h"
#include "environments/kinds.h"
#include "environments/picture.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kLeast = 2, kMost = 32;

// A step against the border does not move.
std::size_t neighbour(const Grid& grid, std::size_t cell, std::size_t direction) {
  const auto along = [](std::size_t at, int step, std::size_t size) {
    return static_cast<std::size_t>(
        std::clamp(static_cast<int>(at) + step, 0, static_cast<int>(size) - 1));
  };
  return along(cell / grid.columns, kRowStep[direction], grid.rows) * grid.columns +
         along(cell % grid.columns, kColumnStep[direction], grid.columns);
}

class GridWorld final : public VectorEnv {
 public:
  GridWorld(const Component& sentence, std::size_t count)
      : grid_(read_grid(sentence, kLeast, kMost)), slip_(sentence.number("slip")), at_(count) {}

  void begin(std::size_t i, Rng& rng) override {
    at_[i] = rng.below(static_cast<std::uint32_t>(goal()));
  }

  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs& rngs) override {
    for (std::size_t i = range.begin; i < range.end; ++i) {
      auto direction = static_cast<std::size_t>(actions.choices[i]);
      assert(direction < 4);
      if (slip_ > 0) {
        Rng rng = rngs.open(i);
        if (rng.uniform() < slip_) direction = rng.below(4);
        rngs.close(i, rng);
      }
      at_[i] = static_cast<std::uint32_t>(neighbour(grid_, at_[i], direction));
      outcomes.terminated[i] = at_[i] == goal();
      outcomes.rewards[i] = at_[i] == goal() ? 1.0f : 0.0f;
    }
  }

  void observe(Range range, ObservationRows rows) const override {
    for (std::size_t i = range.begin; i < range.end; ++i) {
      std::fill_n(rows.row(i), grid_.cells(), 0.0f);
      rows.row(i)[at_[i]] = 1;
    }
  }

  std::size_t state_size() const override { return 1; }
  void get_state(std::size_t i, double* state) override { *state = at_[i]; }
  bool set_state(std::size_t i, const double* state) override {
    if (!(*state >= 0) || *state >= static_cast<double>(goal()) || *state != std::floor(*state))
      return false;
    at_[i] = static_cast<std::uint32_t>(*state);
    return true;
  }

  void draw(std::size_t i, Picture& picture) const override {
    const double rows = static_cast<double>(grid_.rows);
    const double columns = static_cast<double>(grid_.columns);
    Painter paint(picture, {0, 0}, {columns, rows}, std::floor(256 / std::max(rows, columns)));
    const auto box = [&](std::size_t cell, double inset, Colour colour) {
      const std::size_t row = cell / grid_.columns, column = cell % grid_.columns;
      const double x = static_cast<double>(column), y = rows - 1 - static_cast<double>(row);
      paint.box({x + inset, y + inset}, {x + 1 - inset, y + 1 - inset}, colour);
    };
    for (std::size_t cell = 0; cell < grid_.cells(); ++cell)
      box(cell, 0.03, cell == goal() ? kGreen : kGrey);
    box(at_[i], 0.25, kBlue);
  }

 private:
  std::size_t goal() const { return grid_.cells() - 1; }

  Grid grid_;
  double slip_;
  base::AlignedArray<std::uint32_t> at_;
};

Spaces spaces(const Component& sentence) {
  const Grid grid = read_grid(sentence, kLeast, kMost);
  return {.observation = {{grid.cells()}},
          .low = std::vector<float>(grid.cells(), 0),
          .high = std::vector<float>(grid.cells(), 1),
          .choices = 4,
          .step_limit = 4 * grid.cells()};
}

std::unique_ptr<VectorEnv> make(const Component& sentence, std::size_t count) {
  return std::make_unique<GridWorld>(sentence, count);
}

}  // namespace

std::vector<double> optimal_values(const Component& grid_world, double gamma) {
  const Grid grid = read_grid(grid_world, kLeast, kMost);
  const double slip = grid_world.number("slip");
  const std::size_t goal = grid.cells() - 1;
  std::vector<double> values(grid.cells(), 0.0);
  for (double change = 1; change > 1e-12 * (1 - gamma);) {
    change = 0;
    for (std::size_t cell = 0; cell < goal; ++cell) {
      double best = 0, mean = 0;
      for (std::size_t direction = 0; direction < 4; ++direction) {
        const std::size_t next = neighbour(grid, cell, direction);
        const double value = next == goal ? 1.0 : gamma * values[next];
        best = std::max(best, value);
        mean += value / 4;
      }
      const double value = (1 - slip) * best + slip * mean;
      change = std::max(change, std::abs(value - values[cell]));
      values[cell] = value;
    }
  }
  return values;
}

Kind grid_world() {
  using network::Type;
  return {
      {"grid_world",
       "walk up (0), right, down or left to the lower right corner: reward 1 there, 0 elsewhere",
       {{"grid", "rows x columns, 2 to 32 each", Type::shape, "5x5"},
        {"slip", "probability that a step goes in a random direction", Type::number, "0", 0, 1}}},
      spaces,
      make};
}

}  // namespace lithe::environments
