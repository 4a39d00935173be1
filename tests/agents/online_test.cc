// An agent in a loop that is not Lithe's.
#include <gtest/gtest.h>

#include <cmath>

#include "../apps/lithe/allocations.h"
#include "base/random.h"
#include "lithe/agent.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

// A lamp of one of three colours: the button of that colour is right.
Spaces lamp() {
  Spaces spaces;
  spaces.observation = {{3}};
  spaces.choices = 3;
  return spaces;
}

// A number is shown, and to be said again.
Spaces echo() {
  Spaces spaces;
  spaces.observation = {{1}};
  spaces.action_low = {-2};
  spaces.action_high = {2};
  return spaces;
}

TEST(OnlineAgent, LearnsWhichButtonIsRight) {
  OnlineAgent agent(lamp(), {.agent = "actor_critic(adam(0.01))", .network = "dense(16, tanh)"});
  base::Rng random(1, 1);
  int right = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto colour = random.below(3);
    std::vector<float> seen(3, 0.0f);
    seen[colour] = 1;
    agent.begin(seen);
    const bool good = agent.act().choice == static_cast<std::int32_t>(colour);
    agent.learn(good ? 1 : -1, seen, true);
    if (i >= 2500) right += good;
  }
  EXPECT_GT(right, 450) << "of the last 500";
}

TEST(OnlineAgent, LearnsToSayANumberAgain) {
  OnlineAgent agent(
      echo(), {.agent = "actor_critic(adam(0.005), ent_coef=0)", .network = "dense(16, tanh)"});
  base::Rng random(1, 2);
  double error = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::vector<float> seen = {static_cast<float>(random.uniform(-1.5, 1.5))};
    agent.begin(seen);
    const float said = agent.act().values[0];
    const float miss = said - seen[0];
    agent.learn(-miss * miss, seen, true);
    if (i >= 5500) error += std::abs(static_cast<double>(miss)) / 500;
  }
  EXPECT_LT(error, 0.4) << "half of the numbers' mean size is 0.75 at random";
}

// One of Lithe's environments, in a loop of one's own.
class Loop {
 public:
  Loop(const std::string& environment, const AgentOptions& options)
      : environment_(Environments::make(environment, {.seed = 3})),
        agent_(environment_.spaces(), options),
        seen_(environment_.spaces().low.size()),
        last_(seen_.size()) {
    environment_.reset(rows(seen_));
  }

  // So many steps of learning; the mean return of the episodes that ended in them.
  double learn(int steps) {
    float reward = 0;
    std::uint8_t terminated = 0, truncated = 0;
    double sum = 0, episodes = 0;
    agent_.begin(seen_);
    for (int i = 0; i < steps; ++i) {
      const Action action = agent_.act();
      environment_.step({&action.choice, action.values.data(), action.values.size()},
                        {rows(seen_), &reward, &terminated, &truncated, rows(last_)});
      const bool over = terminated || truncated;
      agent_.learn(reward, over ? last_ : seen_, terminated);
      if (!over) continue;
      agent_.begin(seen_);
      sum += environment_.last_episode(0).episode_return, episodes += 1;
    }
    return sum / episodes;
  }

 private:
  static ObservationRows rows(std::vector<float>& values) { return {values.data(), values.size()}; }

  Environments environment_;
  OnlineAgent agent_;
  std::vector<float> seen_, last_;
};

// At random a pole falls after 22 steps. Learning from single steps is restless, and one training
// in five ends badly: these three together do not.
TEST(OnlineAgent, BalancesAPole) {
  if (test::sanitized())
    GTEST_SKIP() << "whole trainings take minutes with a sanitizer: use a release build";
  double mean = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Loop loop("cartpole", {.agent = "actor_critic(adam(linear(2e-3, 0)))",
                           .network = "dense(32, tanh)",
                           .steps = 80'000,
                           .seed = seed});
    const double early = loop.learn(5'000);
    EXPECT_LT(early, 100);
    loop.learn(65'000);
    mean += loop.learn(10'000) / 3;
  }
  EXPECT_GT(mean, 150);
}

TEST(OnlineAgent, GivesAPolicyLikeAnyOther) {
  const OnlineAgent agent(lamp(), {.agent = "actor_critic(adam(1e-2))"});
  const auto& metadata = agent.policy().metadata();
  EXPECT_EQ(metadata.at("lithe.agent"), "actor_critic(adam(0.01))");
  Policy policy(agent.policy(), lamp());
  std::vector<float> seen(lamp().observation.size(), 1.0f);
  EXPECT_LT(policy.act({seen.data(), seen.size()}, 1).choices[0],
            static_cast<std::int32_t>(lamp().choices));
}

TEST(OnlineAgent, AllocatesNothing) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  for (const Spaces& spaces : {lamp(), echo()}) {
    OnlineAgent agent(spaces, {.agent = "actor_critic"});
    const std::vector<float> seen(spaces.observation.size(), 1.0f);
    const auto before = *app::heap_calls();
    agent.begin(seen);
    for (int i = 0; i < 10; ++i) {
      agent.act();
      agent.learn(1, seen, i % 4 == 0);
      if (i % 4 == 0) agent.begin(seen);
    }
    EXPECT_EQ(*app::heap_calls(), before);
  }
}

TEST(OnlineAgent, TriesNothingBeyondTheBounds) {
  OnlineAgent agent(echo(), {.agent = "actor_critic"});
  int at_an_end = 0;
  for (int i = 0; i < 1000; ++i) {
    const float said = agent.act().values[0];
    ASSERT_LE(std::abs(said), 2);
    at_an_end += std::abs(said) == 2;
  }
  EXPECT_GT(at_an_end, 100) << "a third of normal numbers lies beyond their deviation";
}

TEST(OnlineAgent, SaysWhatIsWrong) {
  test::expect_error(ErrorKind::usage, {"ppo cannot learn one step at a time"},
                     [] { OnlineAgent(lamp(), {}); });
  Spaces half = echo(), nothing = lamp(), unseen = lamp();
  half.action_high.clear();
  nothing.choices = 0;
  unseen.observation = {};
  for (const Spaces& spaces : {half, nothing, unseen})
    test::expect_error(ErrorKind::usage, {"the spaces of an agent"},
                       [&] { OnlineAgent(spaces, {.agent = "actor_critic"}); });
  OnlineAgent agent(lamp(), {.agent = "actor_critic"});
  const std::vector<float> two = {1, 0}, wrong = {1, NAN, 0}, right = {1, 0, 0};
  test::expect_error(ErrorKind::data, {"2 values", "3"}, [&] { agent.begin(two); });
  test::expect_error(ErrorKind::data, {"nan"}, [&] { agent.begin(wrong); });
  agent.begin(right);
  agent.act();
  test::expect_error(ErrorKind::data, {"the reward is inf"},
                     [&] { agent.learn(INFINITY, right, false); });
  for (const Spaces& spaces : {lamp(), echo()})
    test::expect_error(ErrorKind::numeric, {"not finite"}, [&] {
      OnlineAgent wild(spaces, {.agent = "actor_critic(sgd(1e6))"});
      const std::vector<float> seen(spaces.observation.size(), 1.0f);
      wild.begin(seen);
      for (int i = 0; i < 100; ++i) {
        wild.act();
        wild.learn(1e6, seen, false);
      }
    });
}

}  // namespace
}  // namespace lithe
