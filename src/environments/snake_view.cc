// The observations and pictures of Snake.
#include <algorithm>
#include <cmath>

#include "environments/picture.h"
#include "environments/snake.h"

namespace lithe::environments {

void Snake::observe(Range range, ObservationRows rows) const {
  for (std::size_t i = range.begin; i < range.end; ++i)
    planes_ ? write_planes(i, rows.row(i)) : write_features(i, rows.row(i));
}

void Snake::write_planes(std::size_t i, float* row) const {
  const Game& game = games_[i];
  std::fill_n(row, 3 * cells_, 0.0f);
  const float share = 0.5f / static_cast<float>(cells_);
  const std::size_t first = std::min<std::size_t>(game.length, cells_ - game.tail);
  const auto see = [&](const Cell* from, std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k)
      row[3 * from[k - begin] + 1] = 0.5f + share * static_cast<float>(static_cast<int>(k + 1));
  };
  see(ring(i) + game.tail, 0, first);
  see(ring(i), first, game.length);
  row[3 * std::size_t{cell(game.row, game.column)}] = 1;
  if (game.fruit != kNowhere) row[3 * game.fruit + 2] = 1;
}

bool Snake::blocked(std::size_t i, std::int32_t direction) const {
  const std::int32_t row = games_[i].row + kRowStep[direction];
  const std::int32_t column = games_[i].column + kColumnStep[direction];
  if (!inside(row, column)) return true;
  const Cell next = cell(row, column);
  return taken(i)[next] != 0 && next != ring(i)[games_[i].tail];
}

void Snake::write_features(std::size_t i, float* row) const {
  const Game& game = games_[i];
  for (std::int32_t d = 0; d < 4; ++d) {
    row[d] = blocked(i, d) ? 1.0f : 0.0f;
    row[4 + d] = d == game.heading ? 1.0f : 0.0f;
  }
  const auto columns = static_cast<std::int32_t>(grid_.columns);
  const bool none = game.fruit == kNowhere;
  const auto offset = [none](std::int32_t away, std::size_t size) {
    return none ? 0.0f : static_cast<float>(away) / static_cast<float>(size);
  };
  row[8] = offset(game.fruit / columns - game.row, grid_.rows);
  row[9] = offset(game.fruit % columns - game.column, grid_.columns);
  row[10] = static_cast<float>(game.length) / static_cast<float>(cells_);
}

void Snake::draw(std::size_t i, Picture& picture) const {
  const Game& game = games_[i];
  const double rows = static_cast<double>(grid_.rows), columns = static_cast<double>(grid_.columns);
  Painter paint(picture, {-0.5, -0.5}, {columns + 0.5, rows + 0.5},
                std::max(2.0, std::floor(280 / std::max(rows, columns))));
  paint.box({-0.5, -0.5}, {columns + 0.5, rows + 0.5}, kInk);
  paint.box({0, 0}, {columns, rows}, kPaper);
  const auto middle = [&](Cell at) {
    const std::size_t row = at / grid_.columns, column = at % grid_.columns;
    return Point{static_cast<double>(column) + 0.5, rows - static_cast<double>(row) - 0.5};
  };
  for (std::size_t k = 1; k < game.length; ++k)
    paint.line(middle(body(i, k - 1)), middle(body(i, k)), 0.7, kGreen);
  paint.disc(middle(cell(game.row, game.column)), 0.42, kBlue);
  if (game.fruit != kNowhere) paint.disc(middle(game.fruit), 0.35, kRed);
}

}  // namespace lithe::environments
