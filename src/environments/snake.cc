// The rules of Snake, its state and its declaration. Observations and pictures are in
// snake_view.cc.
#include "environments/snake.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "environments/kinds.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kStartLength = 3;
constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Snake::Snake(const Component& sentence, std::size_t count)
    : grid_(read_grid(sentence, kLeast, kMost)),
      cells_(grid_.cells()),
      stride_((cells_ + 63) / 64 * 64),
      planes_(sentence.component("observation").name == "planes"),
      rings_(count * stride_),
      taken_(count * stride_),
      games_(count) {
  const std::size_t starve = sentence.integer("starve");
  patience_ = starve > 0 ? static_cast<std::uint32_t>(starve * cells_) : kForever;
}

// Replaces the current body.
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

// A random place and direction, so that the body and one cell ahead of it lie on the grid.
void Snake::begin(std::size_t i, Rng& rng) {
  const auto heading = static_cast<std::int32_t>(rng.below(4));
  const std::int32_t down = kRowStep[heading], across = kColumnStep[heading];
  const auto most = static_cast<std::int32_t>(kStartLength);
  // A uniform position of the tail along one axis.
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
  place_fruit(i, rng);
}

// Uniform over the free cells: by rejection, and by counting if four attempts fail.
void Snake::place_fruit(std::size_t i, Rng& rng) {
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
  place_fruit(i, rng);
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

// The heading, the cell of the fruit, the steps since the last fruit; then for each cell the number
// of steps until the body has left it.
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

namespace {

Spaces spaces(const Component& sentence) {
  const Grid grid = read_grid(sentence, Snake::kLeast, Snake::kMost);
  if (sentence.component("observation").name == "planes") {
    const std::size_t values = 3 * grid.cells();
    return {.observation = {{grid.rows, grid.columns, 3}},
            .low = std::vector<float>(values, 0),
            .high = std::vector<float>(values, 1),
            .choices = 4};
  }
  return {.observation = {{Snake::kFeatures}},
          .low = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0},
          .high = std::vector<float>(Snake::kFeatures, 1),
          .choices = 4};
}

std::unique_ptr<VectorEnv> make(const Component& sentence, std::size_t count) {
  return std::make_unique<Snake>(sentence, count);
}

}  // namespace

// Planes: the head; the body, from just above 0.5 at the tail in steps of 0.5 / cells; the fruit.
// Features: whether a step up, right, down or left would end the episode; the heading (one-hot);
// the rows and columns to the fruit, divided by those of the grid; the length, divided by the
// cells.
Kind snake() {
  using network::Category, network::Type;
  return {
      {"snake",
       "go up (0), right (1), down (2) or left (3): reward 1 for a fruit, -1 and the end at a wall "
       "or "
       "the own body",
       {{"grid", "rows x columns, 4 to 128 each", Type::shape, "10x10"},
        {"starve", "the episode is truncated after starve x cells steps without a fruit; 0: never",
         Type::integer, "4", 0, 1000},
        {"observation",
         "planes (head, body by age, fruit) or features (11 values)",
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
