// The rules of Snake, on states that are set.
#include <gtest/gtest.h>

#include <algorithm>

#include "environments/arrays.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

enum : std::int32_t { kUp, kRight, kDown, kLeft };

// A game on 4x5 cells. The state: heading, fruit, hunger, and of each cell the steps until the
// body has left it.
struct Snake {
  explicit Snake(const std::string& sentence = "snake(4x5)")
      : game(Environments::make(sentence, {.count = 1, .seed = 3})), arrays(game) {
    game.reset(arrays.observations());
  }

  void set(std::int32_t heading, std::size_t fruit, const std::vector<std::size_t>& body_from_tail,
           std::size_t hunger = 0) {
    std::vector<double> state(23);
    state[0] = heading;
    state[1] = static_cast<double>(fruit);
    state[2] = static_cast<double>(hunger);
    for (std::size_t k = 0; k < body_from_tail.size(); ++k)
      state[3 + body_from_tail[k]] = static_cast<double>(k + 1);
    game.set_state(0, state);
  }
  float go(std::int32_t direction) {
    arrays.choices[0] = direction;
    game.step(arrays.actions(), arrays.outcomes());
    return arrays.rewards[0];
  }
  bool over() const { return arrays.terminated[0] != 0; }
  // The value of a plane: 0 head, 1 body, 2 fruit.
  float seen(std::size_t cell, std::size_t plane) const { return arrays.row(0)[3 * cell + plane]; }

  Environments game;
  test::Arrays arrays;
};

TEST(Snake, MovesItsBodyAlong) {
  Snake snake;
  snake.set(kRight, 19, {5, 6, 7});
  EXPECT_EQ(snake.go(kRight), 0);
  EXPECT_FALSE(snake.over());
  EXPECT_EQ(snake.seen(8, 0), 1);
  EXPECT_EQ(snake.seen(5, 1), 0);  // the tail has left it
  EXPECT_NEAR(snake.seen(6, 1), 0.5 + 0.5 * 1 / 20, 1e-6);
  EXPECT_NEAR(snake.seen(7, 1), 0.5 + 0.5 * 2 / 20, 1e-6);
  EXPECT_NEAR(snake.seen(8, 1), 0.5 + 0.5 * 3 / 20, 1e-6);
  EXPECT_EQ(snake.seen(19, 2), 1);
}

TEST(Snake, TurningBackIsIgnored) {
  Snake snake;
  snake.set(kRight, 19, {5, 6, 7});
  EXPECT_EQ(snake.go(kLeft), 0);
  EXPECT_EQ(snake.seen(8, 0), 1);
  EXPECT_EQ(snake.go(kUp), 0);
  EXPECT_EQ(snake.seen(3, 0), 1);
  EXPECT_EQ(snake.go(kLeft), 0);
  EXPECT_EQ(snake.seen(2, 0), 1);
}

TEST(Snake, AFruitMakesItGrowByOne) {
  Snake snake;
  snake.set(kRight, 8, {5, 6, 7});
  EXPECT_EQ(snake.go(kRight), 1);
  EXPECT_FALSE(snake.over());
  for (const std::size_t cell : {5, 6, 7, 8}) EXPECT_GT(snake.seen(cell, 1), 0.5f);
  std::size_t fruits = 0;
  for (std::size_t cell = 0; cell < 20; ++cell)
    if (snake.seen(cell, 2) == 1) {
      ++fruits;
      EXPECT_EQ(snake.seen(cell, 1), 0);
    }
  EXPECT_EQ(fruits, 1u);
}

TEST(Snake, DiesAtEachWall) {
  const struct {
    std::int32_t heading;
    std::vector<std::size_t> body;
  } walls[] = {{kUp, {12, 7, 2}}, {kRight, {7, 8, 9}}, {kDown, {7, 12, 17}}, {kLeft, {7, 6, 5}}};
  for (const auto& [heading, body] : walls) {
    Snake snake;
    snake.set(heading, 13, body);
    EXPECT_EQ(snake.go(heading), -1);
    EXPECT_TRUE(snake.over());
    // The last observation is of the snake before the wall.
    EXPECT_EQ(snake.arrays.final_row(0)[3 * body.back()], 1);
  }
}

TEST(Snake, DiesOfItselfButMayFollowItsTail) {
  Snake bites;
  bites.set(kLeft, 19, {5, 6, 7, 2, 1});
  EXPECT_EQ(bites.go(kDown), -1);  // at 6, which is body
  EXPECT_TRUE(bites.over());
  Snake follows;
  follows.set(kLeft, 19, {6, 7, 2, 1});
  EXPECT_EQ(follows.go(kDown), 0);  // at 6, which the tail leaves now
  EXPECT_FALSE(follows.over());
}

TEST(Snake, FillingTheGridIsTheEnd) {
  Snake snake;
  // Every cell but 0, along the rows and back.
  snake.set(kLeft, 0, {15, 16, 17, 18, 19, 14, 13, 12, 11, 10, 5, 6, 7, 8, 9, 4, 3, 2, 1});
  EXPECT_EQ(snake.go(kLeft), 1);
  EXPECT_TRUE(snake.over());
  EXPECT_EQ(snake.arrays.truncated[0], 0);
}

TEST(Snake, StarvingCutsTheGameShort) {
  Snake snake("snake(4x5, starve=2)");
  snake.set(kRight, 19, {5, 6, 7}, 38);
  EXPECT_EQ(snake.go(kRight), 0);
  EXPECT_EQ(snake.arrays.truncated[0], 0);
  EXPECT_EQ(snake.go(kUp), 0);
  EXPECT_EQ(snake.arrays.truncated[0], 1);
  EXPECT_FALSE(snake.over());
}

TEST(Snake, StatesThatCannotBeAreRefused) {
  Snake snake;
  const auto refused = [&](auto... arguments) {
    test::expect_error(ErrorKind::usage, {"cannot be in this state"},
                       [&] { snake.set(arguments...); });
  };
  using Body = std::vector<std::size_t>;
  refused(kRight, std::size_t{6}, Body{5, 6, 7});   // the fruit in the body
  refused(kRight, std::size_t{19}, Body{5, 6, 8});  // torn
  refused(kRight, std::size_t{19}, Body{4, 5, 6});  // torn at the end of a row
  refused(7, std::size_t{19}, Body{5, 6, 7});       // no direction
  refused(kRight, std::size_t{20}, Body{5, 6, 7});  // off the grid
  refused(kRight, std::size_t{19}, Body{});         // no snake
}

TEST(Snake, BeginsEverywhere) {
  Environments games = Environments::make("snake(4x5)", {.count = 4000, .seed = 1});
  test::Arrays arrays(games);
  games.reset(arrays.observations());
  std::vector<int> heads(20), fruits(20), headings(4);
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto state = games.state(i);
    ++headings[static_cast<std::size_t>(state[0])];
    ++fruits[static_cast<std::size_t>(state[1])];
    EXPECT_EQ(std::count(state.begin() + 3, state.end(), 0.0), 17);
    ++heads[static_cast<std::size_t>(std::find(state.begin() + 3, state.end(), 3.0) -
                                     state.begin() - 3)];
    EXPECT_NO_THROW(games.set_state(i, state));
  }
  for (const int count : headings) EXPECT_NEAR(count, 1000, 150);
  EXPECT_GT(*std::min_element(fruits.begin(), fruits.end()), 100);
  EXPECT_GT(std::count_if(heads.begin(), heads.end(), [](int c) { return c > 0; }), 15);
  // And no game is lost by going straight on once.
  for (std::size_t i = 0; i < 4000; ++i)
    arrays.choices[i] = static_cast<std::int32_t>(games.state(i)[0]);
  games.step(arrays.actions(), arrays.outcomes());
  EXPECT_EQ(std::count(arrays.terminated.begin(), arrays.terminated.end(), 1), 0);
}

TEST(Snake, FeaturesSayWhatIsAhead) {
  Snake snake("snake(4x5, observation=features)");
  snake.set(kUp, 4, {12, 7, 2});
  snake.game.observe(snake.arrays.observations());
  EXPECT_EQ(snake.arrays.row(0),
            (std::vector<float>{1, 0, 1, 0, 1, 0, 0, 0, 0, 2.0f / 5, 3.0f / 20}));
}

}  // namespace
}  // namespace lithe
