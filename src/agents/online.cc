#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/actor_critic.h"
#include "agents/networks.h"
#include "agents/policy.h"
#include "environments/engine.h"
#include "lithe/agent.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe {

namespace {

Component read(const AgentOptions& options) {
  const Component agent =
      network::read_component(options.agent, network::Category::agent, agents::catalogue());
  if (agent.name != "actor_critic")
    throw Error(ErrorKind::usage, fmt::format("{} cannot learn one step at a time", agent.name),
                options.agent, "actor_critic");
  agents::refuse_memory(agent.name, options.network);
  return agent;
}

}  // namespace

class OnlineAgent::Engine {
 public:
  Engine(const Spaces& spaces, const AgentOptions& options)
      : core_(read(options), spaces, 1, options),
        mapper_(spaces, 1),
        discrete_(spaces.choices > 0),
        observation_(spaces.observation.size()),
        next_observation_(observation_.size()),
        action_(spaces.actions()) {
    auto& metadata = core_.policy().metadata();
    metadata[agents::kActionSpaceNote] = core_.action_space();
    metadata[agents::kAgentNote] =
        network::print(read(options), network::Category::agent, agents::catalogue());
  }

  void begin(std::span<const float> observation) { copy(observation, observation_); }

  Action act() {
    core_.act(observation_, action_);
    if (!std::isfinite(core_.log_probs()[0]))
      throw Error(ErrorKind::numeric, "the weights of the policy are not finite",
                  "OnlineAgent::act", "a smaller learning rate, or rewards of about 1");
    const Actions actions = mapper_.map(action_);
    if (discrete_) return {.choice = actions.choices[0]};
    return {.values = {actions.values, action_.size()}};
  }

  void learn(float reward, std::span<const float> observation, bool done) {
    if (!std::isfinite(reward))
      throw Error(ErrorKind::data, fmt::format("the reward is {}", reward), "OnlineAgent::learn");
    copy(observation, next_observation_);
    const std::uint8_t terminated = done;
    core_.learn({observation_, action_, {&reward, 1}, next_observation_, {&terminated, 1}});
    std::swap(observation_, next_observation_);
  }

  const Model& policy() { return core_.policy(); }

 private:
  static void copy(std::span<const float> observation, std::vector<float>& to) {
    if (observation.size() != to.size())
      throw Error(ErrorKind::data, fmt::format("the observation has {} values, not {}",
                                               observation.size(), to.size()));
    for (const float value : observation)
      if (!std::isfinite(value))
        throw Error(ErrorKind::data, fmt::format("the observation contains {}", value));
    std::copy(observation.begin(), observation.end(), to.begin());
  }

  agents::ActorCritic core_;
  agents::ActionMapper mapper_;
  bool discrete_;
  std::vector<float> observation_, next_observation_, action_;
};

OnlineAgent::OnlineAgent(const Spaces& spaces, const AgentOptions& options) {
  environments::check_form(spaces, "the spaces of an agent");
  engine_ = std::make_unique<Engine>(spaces, options);
}
OnlineAgent::OnlineAgent(OnlineAgent&&) noexcept = default;
OnlineAgent::~OnlineAgent() = default;

void OnlineAgent::begin(std::span<const float> observation) { engine_->begin(observation); }
Action OnlineAgent::act() { return engine_->act(); }
void OnlineAgent::learn(float reward, std::span<const float> observation, bool done) {
  engine_->learn(reward, observation, done);
}
const Model& OnlineAgent::policy() const { return engine_->policy(); }

}  // namespace lithe
