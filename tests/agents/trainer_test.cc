// Whole trainings: that they learn, that they can be repeated, kept and gone on with.
#include <gtest/gtest.h>

#include <cmath>

#include "../apps/lithe/allocations.h"
#include "base/file.h"
#include "data/sample.h"
#include "lithe/agent.h"
#include "lithe/cancel.h"
#include "support/expect_error.h"
#include "support/isas.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

struct Case {
  std::string environment, agent;
  std::string network = {};  // empty: what the test takes
};
// Every agent with every kind of action that it takes, and its options.
const std::vector<Case> kCases = {
    {"cartpole", "ppo(n_steps=32, batch_size=32, n_epochs=2)"},
    {"pendulum",
     "ppo(adam(linear(1e-3, 0)), n_steps=100, batch_size=64, n_epochs=2, ent_coef=0.01, "
     "noise_correlation=0.8)"},
    {"cartpole",
     "ppo(n_steps=32, batch_size=50, n_epochs=2, normalize_observations=false, "
     "normalize_rewards=false)"},
    {"cartpole", "dqn(buffer_size=500, learning_starts=100, batch_size=16)"},
    {"cartpole",
     "dqn(buffer_size=500, learning_starts=100, batch_size=16, n_steps=3, priority_exponent=0.6, "
     "huber_delta=1, double_q=true, "
     "dueling=true)"},
    {"pendulum",
     "sac(buffer_size=2000, learning_starts=100, batch_size=16, train_freq=8, "
     "noise_correlation=0.8)"},
    {"cartpole", "reinforce(n_steps=60, value_gradient_steps=3)"},
    {"pendulum", "reinforce(n_steps=210, value_gradient_steps=3, ent_coef=0.01)"},
    {"cartpole", "actor_critic"},
    {"pendulum", "actor_critic"},
    {"cartpole(velocities=false)", "ppo(n_steps=32, batch_size=32, n_epochs=2, sequence_length=8)",
     "gru(40) -> dense(16, tanh)"},
    {"pendulum", "ppo(n_steps=110, batch_size=64, n_epochs=2, sequence_length=10)",
     "dense(16, tanh) -> residual(lstm(16))"},
};

constexpr const char* kNarrow = "dense(24, tanh) -> dense(16, relu)";
// With four rows or more, enough work for threads to share (plan/builder.h).
constexpr const char* kWide = "dense(160, tanh) -> dense(160, relu)";

AgentTrainer make(const Case& c, const AgentOptions& how = {.network = kNarrow}) {
  AgentOptions options = how;
  options.agent = c.agent;
  if (!c.network.empty()) options.network = c.network;
  options.steps = 10'000;
  return AgentTrainer(Environments::make(c.environment, {.count = 4, .seed = options.seed}),
                      options);
}

std::vector<double> weights_after(AgentTrainer trainer, int rounds) {
  for (int i = 0; i < rounds; ++i) trainer.iterate();
  return test::weights_of(trainer.policy());
}

TEST(AgentTrainer, GivesTheSameBitsForTheSameSeedOnAnyNumberOfThreads) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.agent);
    EXPECT_TRUE(test::same_bits(weights_after(make(c, {.network = kWide}), 2),
                                weights_after(make(c, {.network = kWide, .threads = 2}), 2)));
  }
}

TEST(AgentTrainer, GoesOnWhereAnIterationWasCancelled) {
  for (const Case& c : kCases)
    for (const std::size_t threads : {1, 2}) {
      SCOPED_TRACE(c.agent);
      AgentTrainer trainer = make(c, {.network = kNarrow, .threads = threads});
      {
        CancelScope scope([] { return true; });
        EXPECT_THROW(trainer.iterate(), Cancelled);
      }
      EXPECT_GT(trainer.iterate().iteration_steps, 0u);
      for (const double weight : test::weights_of(trainer.policy()))
        EXPECT_TRUE(std::isfinite(weight));
    }
}

TEST(AgentTrainer, GivesTheSameBitsForTheSameSeedOnAnyInstructionSet) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.agent);
    const std::vector<double> bits = weights_after(make(c), 3);
    for (const std::string& isa : test::fused_isas())
      EXPECT_TRUE(
          test::same_bits(bits, weights_after(make(c, {.network = kNarrow, .isa = isa}), 3)))
          << isa;
    EXPECT_FALSE(test::same_bits(bits, weights_after(make(c, {.network = kNarrow, .seed = 2}), 3)));
  }
}

// What happens after it was saved, up to its being killed, leaves no trace.
TEST(AgentTrainer, GoesOnFromItsStateToTheSameBits) {
  const test::TemporaryFolder folder;
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.agent);
    const auto path = folder.path() / "state.safetensors";
    AgentTrainer whole = make(c);
    AgentReport told;
    for (int i = 0; i < 5; ++i) {
      told = whole.iterate();
      if (i == 1) whole.save(path);
    }
    AgentTrainer rest = make(c, {.network = kNarrow, .threads = 2});
    rest.iterate();  // what is restored replaces whatever was there
    rest.restore(path);
    AgentReport report;
    for (int i = 0; i < 3; ++i) report = rest.iterate();
    EXPECT_TRUE(test::same_bits(test::weights_of(whole.policy()), test::weights_of(rest.policy())));
    EXPECT_EQ(report.steps, 5 * report.iteration_steps);
    EXPECT_EQ(report.episodes, told.episodes);
    EXPECT_EQ(report.mean_return, told.mean_return);
    EXPECT_EQ(report.mean_length, told.mean_length);
    // Not the policy alone: everything.
    whole.save(folder.path() / "one");
    rest.save(folder.path() / "other");
    const auto read = [&](const char* name) {
      return base::read_file(folder.path() / name, 1 << 24);
    };
    EXPECT_EQ(read("one"), read("other"));
  }
}

TEST(AgentTrainer, AllocatesNothingOnceAllMemoryIsThere) {
  if (!app::heap_calls()) GTEST_SKIP() << "a sanitizer counts in our place: use a release build";
  for (const Case& c : kCases)
    for (const std::size_t threads : {1, 2}) {
      SCOPED_TRACE(c.agent);
      AgentTrainer trainer =
          make(c, {.network = threads == 1 ? kNarrow : kWide, .threads = threads});
      const std::uint64_t episodes = trainer.iterate().episodes;
      const auto before = *app::heap_calls();
      trainer.iterate();
      const AgentReport report = trainer.iterate();
      EXPECT_EQ(*app::heap_calls(), before) << threads << " threads";
      EXPECT_GT(report.episodes, episodes) << "ends belong to it";
    }
}

// The same code runs above, in a few rounds.
constexpr const char* kTooLong =
    "a whole training takes minutes with a sanitizer: use a release build";

double mean_return(const Model& policy, const std::string& environment, std::size_t episodes) {
  Environments environments = Environments::make(environment, {.count = 20, .seed = 99});
  const auto played = play(policy, environments, episodes);
  EXPECT_EQ(played.size(), episodes);
  double sum = 0;
  for (const auto& episode : played) sum += episode.episode_return;
  return sum / static_cast<double>(episodes);
}

TEST(Ppo, BalancesAPole) {
  if (test::sanitized()) GTEST_SKIP() << kTooLong;
  AgentTrainer trainer(
      Environments::make("cartpole", {.count = 8, .seed = 1}),
      {.agent = "ppo(adam(linear(2.5e-3, 0)), n_steps=64, batch_size=128, n_epochs=8)",
       .steps = 40'000,
       .seed = 1});
  const double before = mean_return(trainer.policy(), "cartpole", 40);
  EXPECT_LT(before, 150);
  while (!trainer.finished()) trainer.iterate();
  EXPECT_GT(mean_return(trainer.policy(), "cartpole", 40), 400);
}

// What a network with memory remembers while it acts, it has again while it learns: before the
// first step, every action is as probable as it was when it was taken.
TEST(Ppo, LearnsFromWhatItsNetworkRemembered) {
  for (const char* network : {"gru(20)", "rnn(12, relu) -> lstm(9)"})
    for (const char* environment : {"cartpole(velocities=false)", "pendulum"}) {
      SCOPED_TRACE(std::string(network) + ", " + environment);
      AgentTrainer trainer(
          Environments::make(environment, {.count = 4, .seed = 1}),
          {.agent = "ppo(sgd(1e-12), n_steps=96, batch_size=32, n_epochs=1, sequence_length=16)",
           .network = network,
           .steps = 10'000});
      std::uint64_t episodes = 0;
      for (int i = 0; i < 6; ++i) {
        const AgentReport report = trainer.iterate();
        episodes = report.episodes;
        for (const auto& [name, value] : report.metrics) {
          if (name == "approx_kl") {
            EXPECT_LT(std::abs(value), 1e-9);
          } else if (name == "clip_fraction") {
            EXPECT_EQ(value, 0);
          }
        }
      }
      EXPECT_GT(episodes, 0U);
    }
}

double trained(const std::string& environment, std::size_t count, const AgentOptions& options) {
  AgentTrainer trainer(Environments::make(environment, {.count = count, .seed = 1}), options);
  while (!trainer.finished()) trainer.iterate();
  return mean_return(trainer.policy(), environment, 40);
}

// Position and angle alone do not say where the pole is falling to.
TEST(Ppo, BalancesAPoleWithoutSeeingVelocities) {
  if (test::sanitized()) GTEST_SKIP() << kTooLong;
  const auto with = [](const char* network) {
    return trained("cartpole(velocities=false)", 16,
                   {.agent = "ppo(adam(linear(5e-3, 0)), n_steps=64, batch_size=256, n_epochs=8, "
                             "sequence_length=16)",
                    .network = network,
                    .steps = 80'000});
  };
  EXPECT_GT(with("gru(32)"), 400);
  EXPECT_LT(with("dense(32, tanh)"), 100);
}

TEST(AgentTrainer, KeepsAPolicyWithMemory) {
  const test::TemporaryFolder folder;
  AgentTrainer trainer = make(kCases[10]);
  for (int i = 0; i < 10; ++i) trainer.iterate();
  trainer.policy().save(folder.path() / "policy.safetensors");
  const Model read = Model::load(folder.path() / "policy.safetensors");
  EXPECT_EQ(read.network().input_shape(), (Shape{{8, 2}}));
  const std::string environment = kCases[10].environment;
  EXPECT_EQ(mean_return(read, environment, 20), mean_return(trainer.policy(), environment, 20));
}

// Several environments, whose episodes end at their own times, are to a policy what one is.
TEST(AgentTrainer, PoliciesRememberEachEnvironmentByItself) {
  AgentTrainer trainer = make(kCases[10]);
  for (int i = 0; i < 4; ++i) trainer.iterate();
  const Spaces spaces = Environments::make(kCases[10].environment, {}).spaces();
  Policy both(trainer.policy(), spaces, 2), one(trainer.policy(), spaces);
  base::Rng random(5, 1);
  std::vector<float> seen(2 * 5);  // rows are padded
  both.begin(0), one.begin(0);
  test::expect_error(ErrorKind::usage, {"not told where one begins", "Policy::begin"}, [&] {
    both.act({seen.data(), 5}, 2);
  });
  both.begin(1);
  for (int step = 0; step < 40; ++step) {
    for (float& value : seen) value = static_cast<float>(random.normal());
    if (step == 20) both.begin(0), one.begin(0);
    const std::int32_t choice = both.act({seen.data(), 5}, 2).choices[0];
    EXPECT_EQ(one.act({seen.data(), 5}, 1).choices[0], choice) << step;
  }
}

TEST(AgentTrainer, RefusesMemoryWhereItCannotBeCarried) {
  const auto refuses = [](const char* agent, const char* environment, const char* network,
                          const std::vector<std::string>& words, ErrorKind kind) {
    SCOPED_TRACE(std::string(agent) + ", " + network);
    test::expect_error(kind, words, [&] {
      AgentTrainer(Environments::make(environment, {.count = 2}),
                   {.agent = agent, .network = network});
    });
  };
  for (const char* agent : {"dqn", "reinforce", "actor_critic"})
    refuses(agent, "cartpole", "dense(8) -> residual(gru(8))",
            {agent, "what recurrent layers remember", "ppo"}, ErrorKind::usage);
  refuses("sac", "pendulum", "lstm(8)", {"sac", "ppo"}, ErrorKind::usage);
  refuses("ppo(n_steps=100)", "cartpole", "rnn(8)", {"100 steps", "sequences of 32", "n_steps=128"},
          ErrorKind::usage);
  refuses("ppo", "cartpole", "bidirectional(gru(8))", {"begins at the end"}, ErrorKind::sentence);
  refuses("ppo", "cartpole", "gru(8) -> attention(2, causal)", {"its own example alone"},
          ErrorKind::sentence);
  refuses("ppo", "cartpole", "gru(8) -> last", {"one row of a whole sequence"},
          ErrorKind::sentence);
  test::expect_error(ErrorKind::usage, {"actor_critic", "ppo"}, [] {
    OnlineAgent(Environments::make("cartpole", {}).spaces(),
                {.agent = "actor_critic", .network = "gru(8)"});
  });
}

TEST(Dqn, BalancesAPole) {
  if (test::sanitized()) GTEST_SKIP() << kTooLong;
  for (const char* agent : {"dqn(adam(1e-3), train_freq=4, batch_size=64, "
                            "target_update_interval=50, exploration_fraction=0.3)",
                            "dqn(adam(1e-3), train_freq=4, batch_size=64, "
                            "target_update_interval=50, exploration_fraction=0.3, n_steps=3, "
                            "priority_exponent=0.6, double_q=true, dueling=true)"})
    EXPECT_GT(
        trained("cartpole", 4,
                {.agent = agent, .network = "dense(64, relu) -> dense(64, relu)", .steps = 40'000}),
        195)
        << agent;
}

TEST(Reinforce, BalancesAPole) {
  if (test::sanitized()) GTEST_SKIP() << kTooLong;
  EXPECT_GT(trained("cartpole", 16, {.agent = "reinforce(n_steps=500)", .steps = 320'000}), 195);
}

TEST(Sac, SwingsAPendulum) {
  if (test::sanitized()) GTEST_SKIP() << kTooLong;
  AgentTrainer trainer(Environments::make("pendulum", {.count = 1, .seed = 1}),
                       {.agent = "sac(adam(1e-3), learning_starts=500, batch_size=100)",
                        .network = "dense(64, relu) -> dense(64, relu)",
                        .steps = 8'000});
  EXPECT_LT(mean_return(trainer.policy(), "pendulum", 20), -700);
  while (!trainer.finished()) trainer.iterate();
  EXPECT_GT(mean_return(trainer.policy(), "pendulum", 40), -250);
}

TEST(AgentTrainer, KeepsItsPolicyAsAnOrdinaryModel) {
  const test::TemporaryFolder folder;
  AgentTrainer trainer = make(kCases[0]);
  trainer.iterate();
  trainer.policy().save(folder.path() / "policy.safetensors");
  const Model read = Model::load(folder.path() / "policy.safetensors");
  EXPECT_EQ(read.metadata().at("lithe.environment"), "cartpole");
  EXPECT_EQ(read.metadata().at("lithe.agent").substr(0, 3), "ppo");
  EXPECT_EQ(mean_return(read, "cartpole", 20), mean_return(trainer.policy(), "cartpole", 20));
}

TEST(AgentTrainer, EpisodesWithoutAnEndAreLeft) {
  const AgentTrainer trainer = make(kCases[0]);
  Environments environments = Environments::make("cartpole", {.count = 2, .seed = 5});
  const auto played = play(trainer.policy(), environments, 5, 3);
  EXPECT_EQ(played.size(), 5u);
  for (const auto& episode : played) {
    EXPECT_EQ(episode.length, 3u) << "no pole falls so soon";
    EXPECT_EQ(episode.episode_return, 3);
  }
}

TEST(AgentTrainer, PrintsAgentsWithoutTheirDefaults) {
  EXPECT_EQ(canonical_agent("ppo(n_steps=2048, gamma=0.99)"), "ppo");
  EXPECT_EQ(canonical_agent(" dqn( double_q = true )"), "dqn(double_q=true)");
  test::expect_error(ErrorKind::sentence, {"pop"}, [] { canonical_agent("pop"); });
}

TEST(AgentTrainer, SaysWhatIsWrong) {
  const auto cartpole = [] { return Environments::make("cartpole", {.count = 2}); };
  test::expect_error(ErrorKind::sentence, {"pro"},
                     [&] { AgentTrainer(cartpole(), {.agent = "pro"}); });
  test::expect_error(ErrorKind::sentence, {"conv2d"},
                     [&] { AgentTrainer(cartpole(), {.network = "conv2d(4, 3x3)"}); });
  test::expect_error(ErrorKind::usage, {"0 steps"},
                     [&] { AgentTrainer(cartpole(), {.steps = 0}); });

  test::expect_error(ErrorKind::usage, {"learning_starts is 1000", "10 transitions"},
                     [&] { AgentTrainer(cartpole(), {.agent = "dqn(buffer_size=10)"}); });

  Environments kept = cartpole();
  test::expect_error(ErrorKind::sentence, {"conv2d"},
                     [&] { AgentTrainer(std::move(kept), {.network = "conv2d(4, 3x3)"}); });
  EXPECT_GT(AgentTrainer(std::move(kept), {}).iterate().steps, 0u) << "they were not moved from";

  const test::TemporaryFolder folder;
  const auto path = folder.path() / "state.safetensors";
  AgentTrainer trainer = make(kCases[0]);
  EXPECT_EQ(trainer.steps(), 0u);
  const std::uint64_t done = trainer.iterate().steps;
  EXPECT_EQ(trainer.steps(), done);
  trainer.save(path);
  AgentTrainer other = make(kCases[1]);
  test::expect_error(ErrorKind::model, {"'cartpole'", "pendulum"}, [&] { other.restore(path); });
  trainer.policy().save(path);
  test::expect_error(ErrorKind::model, {"not the state of an agent"},
                     [&] { trainer.restore(path); });

  // The state shows where the training is, and each byte of it counts.
  trainer.save(path, {{"word", "kept"}});
  const AgentState state = read_agent_state(path);
  EXPECT_GT(state.steps, 0u);
  EXPECT_EQ(state.belongs_to.at("environment"), "cartpole");
  EXPECT_EQ(state.notes.at("word"), "kept");
  EXPECT_EQ(state_kind(path), StateKind::agent);
  const test::ByteVector whole = test::read_bytes(path);
  for (std::size_t at = 8; at < whole.size(); at += 1 + whole.size() / 50) {
    test::ByteVector damaged = whole;
    damaged[at] ^= 1;
    test::write_bytes(path, damaged);
    EXPECT_THROW(trainer.restore(path), Error) << at;
    EXPECT_THROW(read_agent_state(path), Error) << at;
  }

  Environments pendulum = Environments::make("pendulum", {.count = 1});
  test::expect_error(ErrorKind::usage, {"discrete", "continuous"},
                     [&] { play(trainer.policy(), pendulum, 1); });
  Environments snake = Environments::make("snake", {.count = 1});
  test::expect_error(ErrorKind::usage, {"4 inputs", "2 outputs"},
                     [&] { play(trainer.policy(), snake, 1); });
  const Model plain(Network::parse("input(4) -> dense(2)"), Precision::float32, 1);
  Environments some = cartpole();
  test::expect_error(ErrorKind::model, {"not a policy"}, [&] { play(plain, some, 1); });
}

}  // namespace
}  // namespace lithe
