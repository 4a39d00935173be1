// Snake: eat fruits, grow, and bite neither the wall nor yourself.
//
// Each cell keeps the time at which the head came to it; the body is where that is less than
// `length` ago. So a move is one number written, whatever the length. The grid has a border of wall
// whose time never passes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "environments/grid.h"
#include "environments/kinds.h"
#include "environments/picture.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kLeast = 4, kMost = 128, kStartLength = 3, kFeatures = 11;
constexpr std::int32_t kWall = std::numeric_limits<std::int32_t>::max();

struct Game {
  std::int32_t now, length;
  std::int32_t head, fruit;  // places
  std::int32_t hungry;       // steps since the last fruit
  std::int32_t heading;
};

class Snake final : public Batch {
 public:
  Snake(const Component& sentence, std::size_t count);

  void begin(std::size_t i, EpisodeRandom& random) override;
  void advance(Range range, const Actions& actions, const Outcomes& outcomes, Dice& dice) override;
  void observe(Range range, ObservationRows rows) const override;
  std::size_t state_size() const override { return 3 + grid_.cells(); }
  void get_state(std::size_t i, double* state) override;
  bool set_state(std::size_t i, const double* state) override;
  void draw(std::size_t i, Picture& picture) const override;

 private:
  std::int32_t* field(std::size_t i) { return entered_.data() + i * stride_; }
  const std::int32_t* field(std::size_t i) const { return entered_.data() + i * stride_; }
  std::size_t place(std::size_t row, std::size_t column) const {
    return (row + 1) * width_ + column + 1;
  }
  std::size_t row_of(std::int32_t at) const { return static_cast<std::size_t>(at) / width_ - 1; }
  std::size_t column_of(std::int32_t at) const { return static_cast<std::size_t>(at) % width_ - 1; }
  std::int32_t step_to(std::int32_t direction) const {
    return kRowStep[direction] * static_cast<std::int32_t>(width_) + kColumnStep[direction];
  }

  void grow_fruit(std::size_t i, EpisodeRandom& random);
  void see_planes(std::size_t i, float* row) const;
  void see_features(std::size_t i, float* row) const;

  Grid grid_;
  bool planes_;
  std::int32_t patience_;  // steps without fruit; the largest number: for ever
  std::size_t width_, stride_;
  base::AlignedArray<std::int32_t> entered_;
  base::AlignedArray<Game> games_;
};

Snake::Snake(const Component& sentence, std::size_t count)
    : grid_(read_grid(sentence, kLeast, kMost)),
      planes_(sentence.component("observation").name == "planes"),
      width_(grid_.columns + 2),
      stride_((width_ * (grid_.rows + 2) + 15) / 16 * 16),
      entered_(count * stride_),
      games_(count) {
  const auto starve = static_cast<std::int32_t>(sentence.integer("starve"));
  patience_ = starve > 0 ? starve * static_cast<std::int32_t>(grid_.cells()) : kWall;
  std::fill(entered_.begin(), entered_.end(), kWall);
}

// Anywhere, in any direction, so that the body and one cell ahead lie on the grid.
void Snake::begin(std::size_t i, EpisodeRandom& random) {
  Game& game = games_[i];
  std::int32_t* entered = field(i);
  for (std::size_t row = 0; row < grid_.rows; ++row)
    std::fill_n(entered + place(row, 0), grid_.columns, 0);
  const auto heading = static_cast<std::int32_t>(random.below(4));
  const bool upright = heading % 2 == 0;
  const auto draw = [&](std::size_t size, bool along) {
    const std::size_t taken = along ? kStartLength : 0;  // body and cell ahead, but for one of them
    return random.below(static_cast<std::uint32_t>(size - taken));
  };
  // Of the stretch along the heading, the end that comes first in the order of rows and columns.
  const std::size_t row = draw(grid_.rows, upright), column = draw(grid_.columns, !upright);
  const bool forward = step_to(heading) > 0;
  const auto last = static_cast<std::int32_t>(kStartLength);
  const auto first_place = static_cast<std::int32_t>(place(row, column));
  const std::int32_t tail = forward ? first_place : first_place - last * step_to(heading);
  for (std::int32_t k = 0; k < last; ++k) entered[tail + k * step_to(heading)] = k + 1;
  game = {last, last, tail + (last - 1) * step_to(heading), 0, 0, heading};
  grow_fruit(i, random);
}

// On any of the free cells, all as likely.
void Snake::grow_fruit(std::size_t i, EpisodeRandom& random) {
  Game& game = games_[i];
  const std::int32_t* entered = field(i);
  const std::int32_t gone = game.now - game.length;
  auto skip = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(grid_.cells()) -
                                                     static_cast<std::uint32_t>(game.length)));
  for (std::size_t row = 0; row < grid_.rows; ++row) {
    const std::int32_t* line = entered + place(row, 0);
    std::int32_t free = 0;
    for (std::size_t c = 0; c < grid_.columns; ++c) free += line[c] <= gone;
    if (skip >= free) {
      skip -= free;
      continue;
    }
    std::size_t c = 0;
    for (;; ++c)
      if (line[c] <= gone && skip-- == 0) break;
    game.fruit = static_cast<std::int32_t>(place(row, c));
    return;
  }
}

void Snake::advance(Range range, const Actions& actions, const Outcomes& outcomes, Dice& dice) {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    Game& game = games_[i];
    std::int32_t* entered = field(i);
    const std::int32_t wanted = actions.choices[i];
    if ((wanted ^ game.heading) != 2) game.heading = wanted;  // not back
    const std::int32_t next = game.head + step_to(game.heading);
    const bool dies = entered[next] > game.now + 1 - game.length;  // the tail has gone by then
    outcomes.terminated[i] = dies;
    outcomes.rewards[i] = dies ? -1.0f : 0.0f;
    if (dies) continue;
    entered[next] = ++game.now;
    game.head = next;
    if (next != game.fruit) {
      outcomes.truncated[i] = ++game.hungry >= patience_;
      continue;
    }
    outcomes.rewards[i] = 1;
    game.hungry = 0;
    if (++game.length == static_cast<std::int32_t>(grid_.cells())) {
      game.fruit = 0;
      outcomes.terminated[i] = 1;
      continue;
    }
    EpisodeRandom random = dice.open(i);
    grow_fruit(i, random);
    dice.close(i, random);
  }
}

void Snake::observe(Range range, ObservationRows rows) const {
  for (std::size_t i = range.begin; i < range.end; ++i)
    planes_ ? see_planes(i, rows.row(i)) : see_features(i, rows.row(i));
}

void Snake::see_planes(std::size_t i, float* row) const {
  const Game& game = games_[i];
  const std::int32_t gone = game.now - game.length;
  const float share = 0.5f / static_cast<float>(grid_.cells());
  float* out = row;
  for (std::size_t r = 0; r < grid_.rows; ++r, out += 3 * grid_.columns) {
    const std::int32_t* line = field(i) + place(r, 0);
    for (std::size_t c = 0; c < grid_.columns; ++c) {
      const float body = 0.5f + share * static_cast<float>(line[c] - gone);
      out[3 * c] = 0;
      out[3 * c + 1] = line[c] > gone ? body : 0.0f;
      out[3 * c + 2] = 0;
    }
  }
  const auto cell = [&](std::int32_t at) { return row_of(at) * grid_.columns + column_of(at); };
  row[3 * cell(game.head)] = 1;
  if (game.fruit > 0) row[3 * cell(game.fruit) + 2] = 1;
}

void Snake::see_features(std::size_t i, float* row) const {
  const Game& game = games_[i];
  const std::int32_t* entered = field(i);
  const auto offset = [](std::size_t to, std::size_t from, std::size_t size) {
    return (static_cast<float>(to) - static_cast<float>(from)) / static_cast<float>(size);
  };
  for (std::int32_t d = 0; d < 4; ++d) {
    const bool blocked = entered[game.head + step_to(d)] > game.now + 1 - game.length;
    row[d] = blocked ? 1.0f : 0.0f;
    row[4 + d] = d == game.heading ? 1.0f : 0.0f;
  }
  const bool fruit = game.fruit > 0;
  row[8] = fruit ? offset(row_of(game.fruit), row_of(game.head), grid_.rows) : 0.0f;
  row[9] = fruit ? offset(column_of(game.fruit), column_of(game.head), grid_.columns) : 0.0f;
  row[10] = static_cast<float>(game.length) / static_cast<float>(grid_.cells());
}

// Heading, fruit's cell, hunger; then of each cell the steps until the body has left it.
void Snake::get_state(std::size_t i, double* state) {
  const Game& game = games_[i];
  state[0] = game.heading;
  state[1] = static_cast<double>(row_of(game.fruit) * grid_.columns + column_of(game.fruit));
  state[2] = game.hungry;
  double* out = state + 3;
  for (std::size_t r = 0; r < grid_.rows; ++r)
    for (std::size_t c = 0; c < grid_.columns; ++c)
      *out++ = std::max(field(i)[place(r, c)] - (game.now - game.length), 0);
}

bool Snake::set_state(std::size_t i, const double* state) {
  const auto cells = static_cast<std::int32_t>(grid_.cells());
  const auto whole = [](double value, double most) {
    return value >= 0 && value <= most && value == std::floor(value);
  };
  if (!whole(state[0], 3) || !whole(state[1], cells - 1) || !whole(state[2], patience_))
    return false;
  const double* body = state + 3;
  const auto fruit = static_cast<std::size_t>(state[1]);
  const auto length = static_cast<std::int32_t>(
      std::count_if(body, body + cells, [](double value) { return value != 0; }));
  if (length < 2 || length == cells || body[fruit] != 0) return false;
  std::vector<std::int32_t> at(static_cast<std::size_t>(length), 0);  // places, from the tail
  for (std::int32_t cell = 0; cell < cells; ++cell) {
    if (!whole(body[cell], length)) return false;
    const auto c = static_cast<std::size_t>(cell);
    if (body[cell] != 0)
      at[static_cast<std::size_t>(body[cell]) - 1] =
          static_cast<std::int32_t>(place(c / grid_.columns, c % grid_.columns));
  }
  for (std::size_t k = 0; k < at.size(); ++k) {
    if (at[k] == 0) return false;
    const std::int32_t moved = k > 0 ? at[k] - at[k - 1] : 1;
    if (std::abs(moved) != 1 && std::abs(moved) != static_cast<std::int32_t>(width_)) return false;
  }
  for (std::size_t row = 0; row < grid_.rows; ++row)
    std::fill_n(field(i) + place(row, 0), grid_.columns, 0);
  for (std::size_t k = 0; k < at.size(); ++k) field(i)[at[k]] = static_cast<std::int32_t>(k + 1);
  games_[i] = {length,
               length,
               at.back(),
               static_cast<std::int32_t>(place(fruit / grid_.columns, fruit % grid_.columns)),
               static_cast<std::int32_t>(state[2]),
               static_cast<std::int32_t>(state[0])};
  return true;
}

void Snake::draw(std::size_t i, Picture& picture) const {
  const Game& game = games_[i];
  const std::int32_t gone = game.now - game.length;
  const double rows = static_cast<double>(grid_.rows), columns = static_cast<double>(grid_.columns);
  Painter paint(picture, {-0.5, -0.5}, {columns + 0.5, rows + 0.5},
                std::max(2.0, std::floor(280 / std::max(rows, columns))));
  paint.box({-0.5, -0.5}, {columns + 0.5, rows + 0.5}, kInk);
  paint.box({0, 0}, {columns, rows}, kPaper);
  const auto middle = [&](std::int32_t at) {
    return Point{static_cast<double>(column_of(at)) + 0.5,
                 rows - static_cast<double>(row_of(at)) - 0.5};
  };
  for (std::size_t r = 0; r < grid_.rows; ++r)
    for (std::size_t c = 0; c < grid_.columns; ++c) {
      const auto at = static_cast<std::int32_t>(place(r, c));
      if (field(i)[at] <= gone) continue;
      for (std::int32_t d = 0; d < 4; ++d) {  // joined with the next cell toward the head
        const std::int32_t next = at + step_to(d);
        if (field(i)[next] != kWall && field(i)[next] == field(i)[at] + 1)
          paint.line(middle(at), middle(next), 0.7, kGreen);
      }
    }
  paint.disc(middle(game.head), 0.42, kBlue);
  if (game.fruit > 0) paint.disc(middle(game.fruit), 0.35, kRed);
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
