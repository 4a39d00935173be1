// Agents: networks that learn what to do from rewards.
//
//   auto environments = lithe::Environments::make("cartpole", {.count = 16, .seed = 1});
//   lithe::AgentTrainer trainer(std::move(environments), {.agent = "ppo", .steps = 100'000});
//   while (!trainer.finished()) trainer.round();
//   trainer.policy().save("policy.safetensors");
//
// An agent is a sentence (`lithe list agents` has them, with their arguments, defaults and papers).
// Its networks are sentences as well: what stands between the observations and the layer that says
// what to do, which the agent adds itself. The same seed gives the same bits on any number of
// threads, and once all memory is there a round allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lithe/environment.h"
#include "lithe/model.h"

namespace lithe {

struct AgentOptions {
  std::string agent = "ppo";
  std::string network = "dense(64, tanh) -> dense(64, tanh)";
  std::uint64_t steps = 1'000'000;  // of all environments together, that the training goes on for
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::string isa = "auto";
};

// What is told of a round: the figures have names such as "policy loss" and "entropy".
struct AgentReport {
  std::uint64_t steps = 0, episodes = 0;    // since the beginning
  double mean_return = 0, mean_length = 0;  // of the last hundred episodes that ended
  double seconds = 0;                       // of this round
  std::uint64_t round_steps = 0;
  std::span<const std::pair<std::string_view, double>> figures;  // valid until the next round
};

class AgentTrainer {
 public:
  // Throws Error(sentence) on an agent or a network that does not parse, Error(usage) where the
  // agent cannot act in such environments.
  AgentTrainer(Environments environments, const AgentOptions& options);
  AgentTrainer(AgentTrainer&&) noexcept;
  ~AgentTrainer();

  // Acts for a while and learns from it. Throws Error(numeric) where weights are numbers no longer;
  // what the environments throw passes through. After either, policy() is what it was before.
  AgentReport round();
  bool finished() const;  // all steps are done

  // What has been learned, an ordinary model: `Policy` says how its outputs are an action, and
  // docs/policies.md what its file holds. Its notes name the agent and the environment.
  const Model& policy() const;

  // All that the training depends on, environments included, in a file, to go on later to the same
  // bits. Error(usage) where environments cannot be saved; restore throws Error(model) for a file
  // that was not saved by such a training.
  void save(const std::filesystem::path& path) const;
  void restore(const std::filesystem::path& path);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// The simplest agent, for a loop of one's own, one environment and one step at a time: an actor and
// a critic that learn from every step as it happens (Sutton and Barto, "Reinforcement learning",
// 2018, 13.5).
//
//   lithe::OnlineAgent agent(spaces, {.agent = "actor_critic(adam(1e-3))"});
//   agent.begin(observation);
//   for (;;) {
//     const lithe::Action action = agent.act();
//     ...                                  // whatever that does, and what comes of it
//     agent.learn(reward, observation, done);
//     if (done) agent.begin(first_observation);
//   }
class OnlineAgent {
 public:
  // `options.agent` must be an actor_critic; `options.steps` is what a schedule of the learning
  // rate reaches over. Of the spaces, observations and actions are looked at. Throws Error(usage)
  // for another agent and where the spaces contradict themselves, Error(sentence) for a network
  // that does not fit.
  OnlineAgent(const Spaces& spaces, const AgentOptions& options);
  OnlineAgent(OnlineAgent&&) noexcept;
  ~OnlineAgent();

  // A new episode begins here. Throws as learn() does.
  void begin(std::span<const float> observation);
  // What it tries now: a choice, or numbers within their bounds, valid until the next call. Throws
  // Error(numeric) where weights are numbers no longer.
  Action act();
  // What came of it: the reward, what is observed now, and whether this is the end, where nothing
  // more is to be had. Throws Error(data) for another number of values, or none that are numbers.
  void learn(float reward, std::span<const float> observation, bool done);

  const Model& policy() const;

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// A policy that was learned, ready to act. Allocates nothing after it was made.
class Policy {
 public:
  // For up to `most` environments at once. `model` must outlive it. Throws Error(model) for a model
  // that is no policy, Error(usage) where it does not fit these spaces.
  Policy(const Model& model, const Spaces& spaces, std::size_t most = 1);
  Policy(Policy&&) noexcept;
  ~Policy();

  // The actions that it holds for the best in what `count` environments show, numbers within their
  // bounds, valid until the next call.
  Actions act(ObservationRows observations, std::size_t count);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// Returns and lengths of whole episodes of a policy, as many of each environment (one more of the
// first, where they do not divide): those that end soon do not stand for those that last. One that
// has not ended after `longest` steps is left there and counts as it is: a policy may go in circles
// where nothing ends an episode. Resets the environments. Throws as Policy does, and passes on what
// the environments throw.
std::vector<Environments::Episode> play(const Model& policy, Environments& environments,
                                        std::size_t episodes, std::size_t longest = 100'000);

}  // namespace lithe
