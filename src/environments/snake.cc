// Snake: eat fruits, grow, and bite neither the wall nor yourself.
//
// The body is a ring of cells from the tail on, beside a map of what is taken: a move costs the
// same whatever the length, and a picture of it only its length and the clearing of its row.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "environments/grid.h"
#include "environments/kinds.h"
#include "environments/picture.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kLeast = 4, kMost = 128, kStartLength = 3, kFeatures = 11;
constexpr std::uint32_t kForEver = std::numeric_limits<std::uint32_t>::max();

using Cell = std::uint16_t;  // row by row
constexpr Cell kNowhere = std::numeric_limits<Cell>::max();

struct Game {
  std::uint32_t tail, length;  // in the ring
  std::uint32_t hungry;        // steps since the last fruit
  std::int32_t row, column;    // of the head
  std::int32_t heading;
  Cell fruit;
};

class Snake final : public Batch {
 public:
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
  // The k-th of the body from the tail.
  Cell body(std::size_t i, std::size_t k) const {
    const std::size_t at = games_[i].tail + k;
    return ring(i)[at < cells_ ? at : at - cells_];
  }
  void put_body(std::size_t i, std::span<const Cell> from_tail);
  bool blocked(std::size_t i, std::int32_t direction) const;
  void grow_fruit(std::size_t i, Rng& rng);
  void eat(std::size_t i, const Outcomes& outcomes, EpisodeRngs& rngs);
  void see_planes(std::size_t i, float* row) const;
  void see_features(std::size_t i, float* row) const;

  Grid grid_;
  std::size_t cells_, stride_;
  bool planes_;
  std::uint32_t patience_;  // steps without fruit
  base::AlignedArray<Cell> rings_;
  base::AlignedArray<std::uint8_t> taken_;
  base::AlignedArray<Game> games_;
};

Snake::Snake(const Component& sentence, std::size_t count)
    : grid_(read_grid(sentence, kLeast, kMost)),
      cells_(grid_.cells()),
      stride_((cells_ + 63) / 64 * 64),
      planes_(sentence.component("observation").name == "planes"),
      rings_(count * stride_),
      taken_(count * stride_),
      games_(count) {
  const std::size_t starve = sentence.integer("starve");
  patience_ = starve > 0 ? static_cast<std::uint32_t>(starve * cells_) : kForEver;
}

// In place of the body that there is.
void Snake::put_body(std::size_t i, std::span<const Cell> from_tail) {
  Game& game = games_[i];
  for (std::size_t k = 0; k < game.length; ++k) taken(i)[body(i, k)] = 0;
  for (std::size_t k = 0; k < from_tail.size(); ++k) {
    ring(i)[k] = from_tail[k];
    taken(i)[from_tail[k]] = 1;
  }
  const auto columns = static_cast<std::int32_t>(grid_.columns);
  game.tail = 0;
  game.length = static_cast<std::uint32_t>(from_tail.size());
  game.row = from_tail.back() / columns;
  game.column = from_tail.back() % columns;
}

// Anywhere, in any direction, so that the body and one cell ahead lie on the grid.
void Snake::begin(std::size_t i, Rng& rng) {
  const auto heading = static_cast<std::int32_t>(rng.below(4));
  const std::int32_t down = kRowStep[heading], across = kColumnStep[heading];
  const auto most = static_cast<std::int32_t>(kStartLength);
  // From the first to the last place that a tail can have.
  const auto place = [&](std::size_t size, std::int32_t step) {
    const std::int32_t taken_ahead = step != 0 ? most : 0;
    const auto at = static_cast<std::int32_t>(
        rng.below(static_cast<std::uint32_t>(size) - static_cast<std::uint32_t>(taken_ahead)));
    return step < 0 ? at + taken_ahead : at;
  };
  const std::int32_t row = place(grid_.rows, down), column = place(grid_.columns, across);
  Cell from_tail[kStartLength];
  for (std::int32_t k = 0; k < most; ++k) from_tail[k] = cell(row + k * down, column + k * across);
  put_body(i, from_tail);
  games_[i].heading = heading;
  games_[i].hungry = 0;
  grow_fruit(i, rng);
}

// On any of the free cells, all as likely: by trying, and where the grid is full by counting.
void Snake::grow_fruit(std::size_t i, Rng& rng) {
  const auto cells = static_cast<std::uint32_t>(cells_);
  const std::uint8_t* map = taken(i);
  for (int attempt = 0; attempt < 4; ++attempt) {
    const std::uint32_t at = rng.below(cells);
    games_[i].fruit = static_cast<Cell>(at);
    if (map[at] == 0) return;
  }
  std::uint32_t skip = rng.below(cells - games_[i].length);
  std::size_t at = 0;
  while (map[at] != 0 || skip-- > 0) ++at;
  games_[i].fruit = static_cast<Cell>(at);
}

void Snake::eat(std::size_t i, const Outcomes& outcomes, EpisodeRngs& rngs) {
  outcomes.rewards[i] = 1;
  games_[i].hungry = 0;
  games_[i].fruit = kNowhere;
  if (games_[i].length == cells_) {
    outcomes.terminated[i] = 1;
    return;
  }
  Rng rng = rngs.open(i);
  grow_fruit(i, rng);
  rngs.close(i, rng);
}

void Snake::advance(Range range, const Actions& actions, const Outcomes& outcomes,
                    EpisodeRngs& rngs) {
  const auto cells = static_cast<std::uint32_t>(cells_);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    Game& game = games_[i];
    const std::int32_t wanted = actions.choices[i];
    assert(wanted >= 0 && wanted < 4);
    game.heading = (wanted ^ game.heading) == 2 ? game.heading : wanted;  // not back
    const std::int32_t row = game.row + kRowStep[game.heading];
    const std::int32_t column = game.column + kColumnStep[game.heading];
    const Cell next = cell(row, column), tail = ring(i)[game.tail];
    // The tail's cell will be free.
    const bool dies = !inside(row, column) || (taken(i)[next] != 0 && next != tail);
    outcomes.terminated[i] = dies;
    outcomes.rewards[i] = dies ? -1.0f : 0.0f;
    if (dies) continue;
    game.row = row, game.column = column;
    const bool eats = next == game.fruit;
    if (!eats) {
      taken(i)[tail] = 0;
      game.tail = game.tail + 1 == cells ? 0 : game.tail + 1;
    }
    game.length += eats;
    const std::uint32_t head = game.tail + game.length - 1;
    ring(i)[head < cells ? head : head - cells] = next;
    taken(i)[next] = 1;
    if (eats)
      eat(i, outcomes, rngs);
    else
      outcomes.truncated[i] = ++game.hungry >= patience_;
  }
}

void Snake::observe(Range range, ObservationRows rows) const {
  for (std::size_t i = range.begin; i < range.end; ++i)
    planes_ ? see_planes(i, rows.row(i)) : see_features(i, rows.row(i));
}

void Snake::see_planes(std::size_t i, float* row) const {
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
  row[3 * cell(game.row, game.column)] = 1;
  if (game.fruit != kNowhere) row[3 * game.fruit + 2] = 1;
}

bool Snake::blocked(std::size_t i, std::int32_t direction) const {
  const std::int32_t row = games_[i].row + kRowStep[direction];
  const std::int32_t column = games_[i].column + kColumnStep[direction];
  if (!inside(row, column)) return true;
  const Cell next = cell(row, column);
  return taken(i)[next] != 0 && next != ring(i)[games_[i].tail];
}

void Snake::see_features(std::size_t i, float* row) const {
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

// Heading, fruit's cell, hunger; then of each cell the steps until the body has left it.
void Snake::get_state(std::size_t i, double* state) {
  state[0] = games_[i].heading;
  state[1] = games_[i].fruit;
  state[2] = games_[i].hungry;
  std::fill_n(state + 3, cells_, 0.0);
  for (std::size_t k = 0; k < games_[i].length; ++k)
    state[3 + body(i, k)] = static_cast<double>(k + 1);
}

bool Snake::set_state(std::size_t i, const double* state) {
  const auto whole = [](double value, std::size_t most) {
    return value >= 0 && value <= static_cast<double>(most) && value == std::floor(value);
  };
  if (!whole(state[0], 3) || !whole(state[1], cells_ - 1) || !whole(state[2], patience_))
    return false;
  const double* ages = state + 3;
  const auto length = static_cast<std::size_t>(
      std::count_if(ages, ages + cells_, [](double age) { return age != 0; }));
  if (length < 2 || length == cells_ || ages[static_cast<std::size_t>(state[1])] != 0) return false;
  std::vector<Cell> from_tail(length, kNowhere);
  for (std::size_t c = 0; c < cells_; ++c) {
    if (!whole(ages[c], length)) return false;
    if (ages[c] != 0) from_tail[static_cast<std::size_t>(ages[c]) - 1] = static_cast<Cell>(c);
  }
  const auto columns = static_cast<std::int32_t>(grid_.columns);
  for (std::size_t k = 0; k < length; ++k) {
    if (from_tail[k] == kNowhere) return false;
    const std::int32_t at = from_tail[k], before = k > 0 ? from_tail[k - 1] : at + columns;
    if (std::abs(at / columns - before / columns) + std::abs(at % columns - before % columns) != 1)
      return false;
  }
  put_body(i, from_tail);
  games_[i].heading = static_cast<std::int32_t>(state[0]);
  games_[i].fruit = static_cast<Cell>(state[1]);
  games_[i].hungry = static_cast<std::uint32_t>(state[2]);
  return true;
}

void Snake::draw(std::size_t i, Picture& picture) const {
  const Game& game = games_[i];
  const double rows = static_cast<double>(grid_.rows), columns = static_cast<double>(grid_.columns);
  Painter paint(picture, {-0.5, -0.5}, {columns + 0.5, rows + 0.5},
                std::max(2.0, std::floor(280 / std::max(rows, columns))));
  paint.box({-0.5, -0.5}, {columns + 0.5, rows + 0.5}, kInk);
  paint.box({0, 0}, {columns, rows}, kPaper);
  const auto middle = [&](Cell at) {
    return Point{static_cast<double>(at % grid_.columns) + 0.5,
                 rows - static_cast<double>(at / grid_.columns) - 0.5};
  };
  for (std::size_t k = 1; k < game.length; ++k)
    paint.line(middle(body(i, k - 1)), middle(body(i, k)), 0.7, kGreen);
  paint.disc(middle(cell(game.row, game.column)), 0.42, kBlue);
  if (game.fruit != kNowhere) paint.disc(middle(game.fruit), 0.35, kRed);
}

Spaces spaces(const Component& sentence) {
  const Grid grid = read_grid(sentence, kLeast, kMost);
  if (sentence.component("observation").name == "planes") {
    const std::size_t values = 3 * grid.cells();
    return {.observation = {{grid.rows, grid.columns, 3}},
            .low = std::vector<float>(values, 0),
            .high = std::vector<float>(values, 1),
            .choices = 4};
  }
  return {.observation = {{kFeatures}},
          .low = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0},
          .high = std::vector<float>(kFeatures, 1),
          .choices = 4};
}

std::unique_ptr<Batch> make(const Component& sentence, std::size_t count) {
  return std::make_unique<Snake>(sentence, count);
}

}  // namespace

// Planes: the head; the body, from just above 0.5 at the tail, which leaves its cell next, in steps
// of 0.5 / cells; the fruit. Features: whether a step up, right, down, left would be the end; the
// heading; the fruit's rows and columns away, of the grid's; the length, of the grid's cells.
Kind snake() {
  using network::Category, network::Type;
  return {{"snake",
           "go up (0), right, down or left: +1 a fruit, -1 and the end at a wall or oneself",
           {{"grid", "rows x columns, 4 to 128 each", Type::shape, "10x10"},
            {"starve",
             "a game is cut short after so many times its cells of steps without fruit; "
             "0: never",
             Type::integer, "4", 0, 1000},
            {"observation",
             "planes (head, body by age, fruit) or features (11 numbers)",
             Type::component,
             "planes",
             {},
             {},
             false,
             Category::observation}}},
          spaces,
          make};
}

}  // namespace lithe::environments
