// What all environments promise, whatever they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "environments/arrays.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

class All : public ::testing::TestWithParam<std::string> {
 protected:
  Environments make(std::size_t count, std::uint64_t seed = 1, std::size_t hold = 1) const {
    return Environments::make(GetParam(), {count, seed, hold});
  }
};

std::vector<std::string> sentences() {
  std::vector<std::string> result = {"cartpole_swingup(sparse=true)",
                                     "cartpole(velocities=false)",
                                     "snake(5x6, starve=1)",
                                     "snake(4x4, starve=0, observation=features)",
                                     "snake(8x8, observation=features)",
                                     "grid_world(3x4, slip=0.3)",
                                     "pendulum(gravity=9.81)"};
  for (const EnvironmentInfo& sheet : environment_infos()) result.push_back(sheet.name);
  return result;
}

constexpr std::size_t kCount = 70;  // blocks of 32, and some

TEST_P(All, WhatIsSeenLiesWithinTheSpaces) {
  Environments environments = make(kCount);
  const Spaces& spaces = environments.spaces();
  ASSERT_EQ(spaces.low.size(), spaces.observation.size());
  test::Arrays arrays(environments);
  environments.reset(arrays.observations());
  for (std::uint32_t step = 0; step < 300; ++step) {
    for (std::size_t i = 0; i < kCount; ++i)
      for (const auto& row : {arrays.row(i), arrays.final_row(i)})
        for (std::size_t j = 0; j < row.size(); ++j)
          if (row[j] != test::Arrays::kUntouched) {
            ASSERT_TRUE(row[j] >= spaces.low[j] && row[j] <= spaces.high[j])
                << GetParam() << " value " << j << " is " << row[j];
          }
    arrays.act_somehow(spaces, step);
    environments.step(arrays.actions(), arrays.outcomes());
    for (const float reward : arrays.rewards) ASSERT_TRUE(std::isfinite(reward));
  }
  EXPECT_TRUE(arrays.padding_untouched());
}

// Lengths, returns and limits as counted here.
TEST_P(All, EpisodesAreCountedAndFollowOneAnother) {
  Environments environments = make(kCount);
  test::Arrays arrays(environments);
  EpisodeWindow window(10000);
  environments.reset(arrays.observations());
  std::vector<double> returns(kCount);
  std::vector<std::size_t> lengths(kCount), ended(kCount);
  for (std::uint32_t step = 0; step < 1200; ++step) {
    arrays.act_somehow(environments.spaces(), step);
    std::fill(arrays.ended.begin(), arrays.ended.end(), test::Arrays::kUntouched);
    environments.step(arrays.actions(), arrays.outcomes());
    window.record(environments, arrays.outcomes());
    for (std::size_t i = 0; i < kCount; ++i) {
      returns[i] += static_cast<double>(arrays.rewards[i]);
      ++lengths[i];
      const std::size_t limit = environments.spaces().step_limit;
      if (limit > 0) {
        ASSERT_EQ(arrays.truncated[i], lengths[i] == limit ? 1 : 0);
      }
      if ((arrays.terminated[i] | arrays.truncated[i]) != 0) {
        ++ended[i];
        ASSERT_EQ(environments.last_episode(i).episode_return, returns[i]);
        ASSERT_EQ(environments.last_episode(i).length, lengths[i]);
        ASSERT_NE(arrays.final_row(i).front(), test::Arrays::kUntouched);
        returns[i] = 0, lengths[i] = 0;
      } else {
        ASSERT_EQ(arrays.final_row(i).front(), test::Arrays::kUntouched);
      }
      ASSERT_EQ(environments.current_episode(i).length, lengths[i]);
      ASSERT_EQ(environments.current_episode(i).episode_return, returns[i]);
      ASSERT_EQ(environments.completed_episodes(i), ended[i]);
    }
  }
  std::size_t all_ended = 0;
  for (const std::size_t count : ended) all_ended += count;
  EXPECT_EQ(window.total(), all_ended);
}

TEST_P(All, RangesAndThreadsChangeNoBit) {
  Environments whole = make(kCount), parts = make(kCount);
  test::Arrays first(whole), second(parts);
  whole.reset(first.observations());
  parts.reset(second.observations());
  for (std::uint32_t step = 0; step < 400; ++step) {
    first.act_somehow(whole.spaces(), step);
    second.act_somehow(whole.spaces(), step);
    whole.step(first.actions(), first.outcomes());
    const auto some = [&](std::size_t begin, std::size_t end) {
      parts.step(begin, end, second.actions(), second.outcomes());
    };
    if (step % 100 == 0) {
      std::thread other([&] { some(0, 33); });
      some(33, kCount);
      other.join();
    } else {
      some(5, kCount);
      some(0, 5);
    }
    ASSERT_EQ(first.seen, second.seen) << step;
    ASSERT_EQ(first.rewards, second.rewards);
  }
}

// Each held one against its twin, which is told the same as often, one at a time.
TEST_P(All, ActionsAreHeld) {
  constexpr std::size_t kHold = 3;
  Environments held = make(kCount, 1, kHold), twin = make(kCount);
  EXPECT_EQ(held.action_repeat(), kHold);
  test::Arrays a(held), b(twin);
  held.reset(a.observations());
  twin.reset(b.observations());
  for (std::uint32_t step = 0; step < 400; ++step) {
    a.act_somehow(held.spaces(), step);
    b.act_somehow(held.spaces(), step);
    held.step(a.actions(), a.outcomes());
    for (std::size_t i = 0; i < kCount; ++i) {
      float reward = 0;
      for (std::size_t k = 0; k < kHold; ++k) {
        twin.step(i, i + 1, b.actions(), b.outcomes());
        reward = b.rewards[i] + reward;
        if ((b.terminated[i] | b.truncated[i]) != 0) break;
      }
      ASSERT_EQ(a.rewards[i], reward);
      ASSERT_EQ(held.last_episode(i).episode_return, twin.last_episode(i).episode_return);
    }
    ASSERT_EQ(a.seen, b.seen) << step;
    ASSERT_EQ(a.ended, b.ended);
    ASSERT_EQ(a.terminated, b.terminated);
    ASSERT_EQ(a.truncated, b.truncated);
  }
}

TEST_P(All, TheSeedAndThePlaceDecideAndNothingElse) {
  Environments few = make(3, 5), many = make(kCount, 5), others = make(3, 6);
  test::Arrays a(few), b(many), c(others);
  few.reset(a.observations());
  many.reset(b.observations());
  others.reset(c.observations());
  EXPECT_NE(std::vector(a.seen), std::vector(c.seen));
  for (std::uint32_t step = 0; step < 300; ++step) {
    a.act_somehow(few.spaces(), step);
    b.act_somehow(few.spaces(), step);
    few.step(a.actions(), a.outcomes());
    many.step(b.actions(), b.outcomes());
    for (std::size_t i = 0; i < 3; ++i) ASSERT_EQ(a.row(i), b.row(i)) << step;
  }
}

TEST_P(All, WhatIsRestoredGoesOnWithTheSameBits) {
  Environments original = make(7), copy = make(7, 99);
  test::Arrays a(original), b(copy);
  original.reset(a.observations());
  copy.reset(b.observations());
  for (std::uint32_t step = 0; step < 137; ++step) {
    a.act_somehow(original.spaces(), step);
    original.step(a.actions(), a.outcomes());
  }
  copy.restore(original.save());
  copy.observe(b.observations());
  EXPECT_EQ(a.seen, b.seen);
  for (std::uint32_t step = 137; step < 1300; ++step) {
    a.act_somehow(original.spaces(), step);
    b.act_somehow(original.spaces(), step);
    original.step(a.actions(), a.outcomes());
    copy.step(b.actions(), b.outcomes());
    ASSERT_EQ(a.seen, b.seen) << step;
    ASSERT_EQ(a.rewards, b.rewards) << step;
    ASSERT_EQ(a.truncated, b.truncated) << step;
  }
  EXPECT_EQ(original.save(), copy.save());
}

TEST_P(All, WhatCannotBeIsNotRestored) {
  Environments environments = make(2);
  test::Arrays arrays(environments);
  environments.reset(arrays.observations());
  const std::vector<double> good = environments.save();
  std::vector<double> bad = good;
  bad.pop_back();
  test::expect_error(ErrorKind::model, {"not that of"}, [&] { environments.restore(bad); });
  bad = good;
  bad[1] = 3;
  test::expect_error(ErrorKind::model, {"not that of"}, [&] { environments.restore(bad); });
  for (const double nonsense : {1e9, -1e9, std::nan(""), HUGE_VAL}) {
    bad = good;
    bad.back() = nonsense;
    test::expect_error(ErrorKind::model, {"saved state"}, [&] { environments.restore(bad); });
    EXPECT_EQ(environments.save(), good);
  }
  Environments other = Environments::make(GetParam() == "acrobot" ? "cartpole" : "acrobot", {2, 1});
  test::expect_error(ErrorKind::model, {"not that of"}, [&] { other.restore(good); });
}

TEST_P(All, CanBeDrawn) {
  Environments environments = make(2);
  test::Arrays arrays(environments);
  environments.reset(arrays.observations());
  Picture first, later;
  environments.draw(1, first);
  ASSERT_GT(first.width, 0u);
  ASSERT_EQ(first.rgb.size(), first.width * first.height * 3);
  for (std::uint32_t step = 0; step < 3; ++step) {
    arrays.act_somehow(environments.spaces(), step);
    environments.step(arrays.actions(), arrays.outcomes());
  }
  environments.draw(1, later);
  EXPECT_EQ(first.rgb.size(), later.rgb.size());
  EXPECT_NE(first.rgb, later.rgb);
}

INSTANTIATE_TEST_SUITE_P(Environments, All, ::testing::ValuesIn(sentences()),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           for (char& c : name)
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           return name;
                         });

TEST(Sentences, AreCanonical) {
  EXPECT_EQ(Environments::make("snake(8x8, starve=4, observation=planes)", {}).name(),
            "snake(8x8)");
  EXPECT_EQ(Environments::make("snake(10x10, 4, features)", {}).name(),
            "snake(observation=features)");
  EXPECT_EQ(Environments::make(" cartpole-swingup ( sparse=true ) ", {}).name(),
            "cartpole_swingup(sparse=true)");
}

TEST(Sentences, MistakesAreTold) {
  const auto make = [](const std::string& sentence) {
    return [sentence] { Environments::make(sentence, {}); };
  };
  using K = ErrorKind;
  test::expect_error(K::sentence, {"no environment is called 'carpole'", "cartpole"},
                     make("carpole"));
  test::expect_error(K::sentence, {"grid of 1x1", "4 to 128"}, make("snake(1x1)"));
  test::expect_error(K::sentence, {"10000x10000"}, make("snake(10000x10000)"));
  test::expect_error(K::sentence, {"grid of 200x200"}, make("snake(200x200)"));
  test::expect_error(K::sentence, {"grid of 8"}, make("snake(8)"));
  test::expect_error(K::sentence, {"grid of 1x1"}, make("grid_world(1x1)"));
  test::expect_error(K::sentence, {"slip"}, make("grid_world(slip=2)"));
  test::expect_error(K::sentence, {"no answer is called 'maybe'", "true, false"},
                     make("cartpole_swingup(sparse=maybe)"));
  test::expect_error(K::sentence, {"not a chain"}, make("snake -> cartpole"));
}

TEST(Sizes, AreBounded) {
  test::expect_error(ErrorKind::usage, {"0 environments"},
                     [] { Environments::make("cartpole", {.count = 0}); });
  test::expect_error(ErrorKind::usage, {"65537 environments"},
                     [] { Environments::make("cartpole", {.count = 65537}); });
  for (const std::size_t hold : {0, 1001})
    test::expect_error(ErrorKind::usage, {"action_repeat", "1 to 1000"},
                       [&] { Environments::make("cartpole", {.action_repeat = hold}); });
  test::expect_error(ErrorKind::usage, {"values in all"},
                     [] { Environments::make("snake(128x128)", {.count = 65536}); });
}

TEST(Window, LooksBackOnTheLatest) {
  EpisodeWindow window(3);
  EXPECT_EQ(window.mean_return(), 0);
  for (int i = 1; i <= 5; ++i) window.add({static_cast<double>(i), static_cast<std::size_t>(i)});
  EXPECT_EQ(window.size(), 3u);
  EXPECT_EQ(window.total(), 5u);
  EXPECT_EQ(window.mean_return(), 4);
  EXPECT_EQ(window.mean_length(), 4);
  EXPECT_EQ(window.min_return(), 3);
  EXPECT_EQ(window.max_return(), 5);
  EXPECT_NEAR(window.std_return(), std::sqrt(2.0 / 3), 1e-12);
}

// The same poles fall in the same way; two of four numbers are shown.
TEST(CartPole, HidesItsVelocities) {
  Environments all = Environments::make("cartpole", {.count = 3, .seed = 4});
  Environments hidden = Environments::make("cartpole(velocities=false)", {.count = 3, .seed = 4});
  EXPECT_EQ(hidden.spaces().observation, (Shape{{2}}));
  test::Arrays of_all(all), of_hidden(hidden);
  all.reset(of_all.observations()), hidden.reset(of_hidden.observations());
  for (int step = 0; step < 60; ++step) {
    for (std::size_t e = 0; e < 3; ++e)
      for (std::size_t n = 0; n < 2; ++n)
        EXPECT_EQ(of_hidden.observations().row(e)[n], of_all.observations().row(e)[2 * n]);
    std::vector<std::int32_t> choices = {step % 2, 1, step % 3 == 0};
    all.step({.choices = choices.data()}, of_all.outcomes());
    hidden.step({.choices = choices.data()}, of_hidden.outcomes());
  }
}

}  // namespace
}  // namespace lithe
