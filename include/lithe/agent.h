// Agents: reinforcement learning in vectors of environments.
//
//   auto environments = lithe::Environments::make("cartpole", {.count = 16, .seed = 1});
//   lithe::AgentTrainer trainer(std::move(environments), {.agent = "ppo", .steps = 100'000});
//   while (!trainer.finished()) trainer.iterate();
//   trainer.policy().save("policy.safetensors");
//
// An agent is a sentence; `lithe list agents` lists the agents with their arguments, defaults and
// papers. The network is a sentence as well: the hidden layers, to which the agent adds the output
// layer. The same seed gives the same bits with any number of threads. After the first iterations,
// an iteration allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
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
  std::uint64_t steps = 1'000'000;  // of all environments together
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::string isa = "auto";
};

// The sentence as policies and states have it: without arguments that have their defaults. Throws
// Error(sentence).
std::string canonical_agent(const std::string& agent);

// The report of an iteration. The metrics have names such as "policy_loss" and "entropy".
struct AgentReport {
  std::uint64_t steps = 0, episodes = 0;    // since the beginning
  double mean_return = 0, mean_length = 0;  // of the last 100 completed episodes
  double seconds = 0;                       // of this iteration
  std::uint64_t iteration_steps = 0;
  std::span<const std::pair<std::string_view, double>> metrics;  // valid until the next iteration
};

class AgentTrainer {
 public:
  // Throws Error(sentence) for an agent or a network that does not parse, Error(usage) if the agent
  // does not support the action space of the environments, and what their reset throws. They are
  // not moved from then.
  AgentTrainer(Environments&& environments, const AgentOptions& options);
  AgentTrainer(AgentTrainer&&) noexcept;
  ~AgentTrainer();

  // Acts for a number of steps and learns from them. Throws Error(numeric) if the weights are no
  // longer finite, Cancelled (lithe/cancel.h), and what the environments throw; policy() is then
  // the one of the last complete iteration.
  AgentReport iterate();
  std::uint64_t steps() const;  // done, of all environments together
  bool finished() const;        // all steps are done

  // The policy, an ordinary model: `Policy` maps its outputs to actions, and docs/policies.md
  // describes its file. Its metadata name the agent and the environment.
  const Model& policy() const;

  // Saves the whole state of the training, environments included, so that a restored training
  // continues with the same bits. save() throws Error(usage) if the environments cannot be saved,
  // restore() throws Error(model) for a file that another training has saved. `notes` are text that
  // the file keeps.
  void save(const std::filesystem::path& path,
            const std::map<std::string, std::string>& notes = {}) const;
  void restore(const std::filesystem::path& path);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// What AgentTrainer::save wrote, without the arrays.
struct AgentState {
  std::uint64_t steps = 0;  // of all environments, done
  // What the training must be to go on: "seed" -> "1", "environment" -> "cartpole", ...
  std::map<std::string, std::string> belongs_to;
  std::map<std::string, std::string> notes;
};
// Throws Error(io) where the file cannot be read, Error(model) where it is not a whole state.
AgentState read_agent_state(const std::filesystem::path& path);

// An agent for a loop of your own, with one environment and one step at a time: one-step
// actor-critic, which learns from every step immediately (Sutton and Barto, "Reinforcement
// learning", 2018, 13.5).
//
//   lithe::OnlineAgent agent(spaces, {.agent = "actor_critic(adam(1e-3))"});
//   agent.begin(observation);
//   for (;;) {
//     const lithe::Action action = agent.act();
//     ...                                  // take the action in your environment
//     agent.learn(reward, observation, done);
//     if (done) agent.begin(first_observation);
//   }
class OnlineAgent {
 public:
  // `options.agent` must be an actor_critic; `options.steps` is the length of the learning rate
  // schedule. Only the observation and action spaces are used. Throws Error(usage) for another
  // agent or inconsistent spaces, Error(sentence) for a network that does not fit.
  OnlineAgent(const Spaces& spaces, const AgentOptions& options);
  OnlineAgent(OnlineAgent&&) noexcept;
  ~OnlineAgent();

  // Begins an episode. Throws as learn() does.
  void begin(std::span<const float> observation);
  // Samples an action, within its bounds; valid until the next call. Throws Error(numeric) if the
  // weights are no longer finite.
  Action act();
  // Learns from the result of the action: the reward, the next observation, and whether the episode
  // was terminated. Throws Error(data) for a wrong number of values or values that are not finite.
  void learn(float reward, std::span<const float> observation, bool done);

  const Model& policy() const;

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// Acts with a trained policy. Allocates nothing after construction.
class Policy {
 public:
  // For up to `max_environments` environments at once. `model` must outlive the policy. Throws
  // Error(model) for a model that is not a policy, Error(usage) if it does not fit these spaces.
  Policy(const Model& model, const Spaces& spaces, std::size_t max_environments = 1);
  Policy(Policy&&) noexcept;
  ~Policy();

  // The greedy (deterministic) actions for the observations of `count` environments, within their
  // bounds; valid until the next call. Throws Error(usage) for a policy with recurrent layers that
  // was never told where an episode begins.
  Actions act(ObservationRows observations, std::size_t count);
  // The next observation of this environment begins an episode: what recurrent layers remember of
  // the one before is forgotten. Nothing happens without such layers.
  void begin(std::size_t environment);

  class Engine;

 private:
  std::unique_ptr<Engine> engine_;
};

// Plays complete episodes with a policy and returns their returns and lengths. Each environment
// plays the same number of episodes (the first ones play one more if they do not divide), so that
// short episodes are not counted more often than long ones. An episode that has not ended after
// `max_length` steps is cut off there. Resets the environments. Throws as Policy does, and passes
// on what the environments throw.
std::vector<Environments::Episode> play(const Model& policy, Environments& environments,
                                        std::size_t episodes, std::size_t max_length = 100'000);

}  // namespace lithe
