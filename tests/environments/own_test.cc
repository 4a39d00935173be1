// Environments of the user's own in C++. examples/own_environment.cc is run as a test too.
#include <gtest/gtest.h>

#include <memory>

#include "environments/arrays.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

// Counts to a number that it draws, and tells what it was told.
class Counter final : public Environment {
 public:
  Spaces spaces() const override {
    return {.observation = {{2}},
            .low = {0, -1},
            .high = {100, 1},
            .action_low = {-1, -1},
            .action_high = {1, 1}};
  }
  void reset(Rng& rng, std::span<float> observation) override {
    state_[0] = 0;
    state_[1] = 3 + rng.below(5);
    observation[0] = 0, observation[1] = 0;
  }
  Outcome step(const Action& action, Rng& rng, std::span<float> observation) override {
    state_[0] += 1;
    observation[0] = static_cast<float>(state_[0]);
    observation[1] = action.values[1];
    const bool done = state_[0] >= state_[1];
    return {static_cast<float>(rng.uniform()), done && state_[1] > 5, done && state_[1] <= 5};
  }
  std::span<double> state() override { return state_; }
  void draw(Picture& picture) const override {
    picture = {1, 1, {static_cast<std::uint8_t>(state_[0]), 0, 0}};
  }

 private:
  double state_[2] = {};
};

Environments make(std::size_t count, std::uint64_t seed) {
  return Environments::make([] { return std::make_unique<Counter>(); }, {count, seed});
}

TEST(Own, EndsAsItSaysAndActionsAreClipped) {
  Environments counters = make(5, 1);
  test::Arrays arrays(counters);
  counters.reset(arrays.observations());
  for (int step = 0; step < 50; ++step) {
    std::fill(arrays.numbers.begin(), arrays.numbers.end(), 7.0f);
    counters.step(arrays.actions(), arrays.outcomes());
    for (std::size_t i = 0; i < 5; ++i)
      if ((arrays.terminated[i] | arrays.truncated[i]) != 0) {
        const auto length = counters.last_episode(i).length;
        EXPECT_EQ(arrays.final_row(i), (std::vector<float>{static_cast<float>(length), 1}));
        EXPECT_EQ(arrays.row(i), (std::vector<float>{0, 0}));
        EXPECT_EQ(arrays.terminated[i] != 0, length > 5);
      }
  }
}

TEST(Own, IsDrawnAsItEnded) {
  Environments counters = make(3, 1);
  test::Arrays arrays(counters);
  counters.reset(arrays.observations());
  std::vector<Picture> ends(3);
  Outcomes outcomes = arrays.outcomes();
  outcomes.final_pictures = ends.data();
  for (int step = 0; step < 20; ++step) {
    for (Picture& picture : ends) picture = {};
    counters.step(arrays.actions(), outcomes);
    for (std::size_t i = 0; i < 3; ++i) {
      if ((arrays.terminated[i] | arrays.truncated[i]) == 0) {
        EXPECT_TRUE(ends[i].rgb.empty());
        continue;
      }
      Picture now;
      counters.draw(i, now);
      EXPECT_EQ(now.rgb[0], 0);
      EXPECT_EQ(ends[i].rgb[0], counters.last_episode(i).length);
    }
  }
}

TEST(Own, IsSavedAndRestored) {
  Environments original = make(4, 1), copy = make(4, 2);
  test::Arrays a(original), b(copy);
  original.reset(a.observations());
  copy.reset(b.observations());
  for (int step = 0; step < 9; ++step) original.step(a.actions(), a.outcomes());
  copy.restore(original.save());
  copy.observe(b.observations());
  EXPECT_EQ(a.seen, b.seen);
  for (int step = 0; step < 30; ++step) {
    original.step(a.actions(), a.outcomes());
    copy.step(b.actions(), b.outcomes());
    ASSERT_EQ(a.rewards, b.rewards);
    ASSERT_EQ(a.seen, b.seen);
  }
}

class Contradiction final : public Environment {
 public:
  explicit Contradiction(Spaces spaces) : spaces_(std::move(spaces)) {}
  Spaces spaces() const override { return spaces_; }
  void reset(Rng&, std::span<float>) override {}
  Outcome step(const Action&, Rng&, std::span<float>) override { return {}; }
  std::span<double> state() override { return {}; }

 private:
  Spaces spaces_;
};

TEST(Own, SpacesThatContradictThemselvesAreRefused) {
  const Spaces good{.observation = {{2}}, .low = {0, 0}, .high = {1, 1}, .choices = 2};
  const auto refused = [](const Spaces& spaces, const std::string& word) {
    test::expect_error(ErrorKind::usage, {word, "your own"}, [&] {
      Environments::make([&] { return std::make_unique<Contradiction>(spaces); }, {});
    });
  };
  EXPECT_NO_THROW(
      Environments::make([&] { return std::make_unique<Contradiction>(good); }, {.count = 2}));
  Spaces bad = good;
  bad.low = {0};
  refused(bad, "1 lower and 2 upper");
  bad = good;
  bad.low = {0, 2};
  refused(bad, "from 2 to 1");
  bad = good;
  bad.observation = {{3}};
  refused(bad, "has 3 values");
  bad = good;
  bad.observation = {};
  refused(bad, "shape");
  bad = good;
  bad.choices = 0;
  refused(bad, "0 discrete actions");
  bad = good;
  bad.action_low = bad.action_high = {0};
  refused(bad, "2 discrete actions and 1 continuous");
}

// The same counters in one object, which notes how it is called.
class Counters final : public VectorEnvironment {
 public:
  explicit Counters(std::size_t count) : at_(count), until_(count) {}

  Spaces spaces() const override { return Counter().spaces(); }
  std::string name() const override { return "counters"; }
  void reset(std::span<const std::uint32_t> seeds, ObservationRows observations) override {
    ++resets;
    for (std::size_t i = 0; i < seeds.size(); ++i)
      reset(i, seeds[i], {observations.row(i), std::size_t{2}});
  }
  void reset(std::size_t i, std::uint32_t seed, std::span<float> observation) override {
    at_[i] = 0, until_[i] = 3 + seed % 5;
    observation[0] = 0, observation[1] = static_cast<float>(seed % 97) / 97;
  }
  void step(std::size_t begin, std::size_t end, const Actions& actions,
            const Outcomes& outcomes) override {
    ++steps;
    for (std::size_t i = begin; i < end; ++i) {
      outcomes.observations.row(i)[0] = static_cast<float>(++at_[i]);
      outcomes.observations.row(i)[1] = actions.values[i * actions.stride + 1];
      outcomes.rewards[i] = 1;
      outcomes.terminated[i] = at_[i] >= until_[i] && until_[i] > 5;
      outcomes.truncated[i] = at_[i] >= until_[i] && until_[i] <= 5;
    }
  }

  static inline int resets = 0, steps = 0;

 private:
  std::vector<std::uint32_t> at_, until_;
};

Environments make_together(std::size_t count, std::uint64_t seed) {
  return Environments::make(std::make_unique<Counters>(count), {count, seed});
}

TEST(OwnVector, IsCalledOnceForAll) {
  Environments counters = make_together(5, 1);
  EXPECT_EQ(counters.name(), "counters");
  test::Arrays arrays(counters);
  Counters::resets = Counters::steps = 0;
  counters.reset(arrays.observations());
  std::size_t ended = 0;
  for (int step = 0; step < 50; ++step) {
    std::fill(arrays.numbers.begin(), arrays.numbers.end(), 7.0f);
    counters.step(arrays.actions(), arrays.outcomes());
    for (std::size_t i = 0; i < 5; ++i)
      if ((arrays.terminated[i] | arrays.truncated[i]) != 0) {
        const auto length = counters.last_episode(i).length;
        EXPECT_EQ(arrays.final_row(i), (std::vector<float>{static_cast<float>(length), 1}));
        EXPECT_EQ(arrays.row(i)[0], 0);
        EXPECT_EQ(arrays.terminated[i] != 0, length > 5);
        ++ended;
      }
  }
  EXPECT_GT(ended, 30u);
  EXPECT_EQ(Counters::resets, 1);
  EXPECT_EQ(Counters::steps, 50);
}

TEST(OwnVector, SeedsAreAFunctionOfSeedEnvironmentAndEpisode) {
  const auto first = [](std::size_t count, std::uint64_t seed, int episodes) {
    Environments counters = make_together(count, seed);
    test::Arrays arrays(counters);
    for (int i = 0; i < episodes; ++i) counters.reset(arrays.observations());
    return arrays.row(1)[1];
  };
  EXPECT_EQ(first(2, 1, 1), first(5, 1, 1));
  EXPECT_NE(first(2, 1, 1), first(2, 2, 1));
  EXPECT_NE(first(2, 1, 1), first(2, 1, 2));
}

TEST(OwnVector, CannotBeSavedAndNeedsSpaces) {
  Environments counters = make_together(2, 1);
  test::expect_error(ErrorKind::usage, {"counters", "no state to save"}, [&] { counters.save(); });
  test::expect_error(ErrorKind::usage, {"no environments"},
                     [] { Environments::make(std::unique_ptr<VectorEnvironment>(), {}); });
  test::expect_error(ErrorKind::usage, {"0 environments"},
                     [] { Environments::make(std::make_unique<Counters>(1), {.count = 0}); });
}

}  // namespace
}  // namespace lithe
