#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/actor_critic.h"
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
    throw Error(ErrorKind::usage, fmt::format("{} does not learn step by step", agent.name),
                options.agent, "actor_critic");
  return agent;
}

}  // namespace

class OnlineAgent::Engine {
 public:
  Engine(const Spaces& spaces, const AgentOptions& options)
      : core_(read(options), spaces, 1, options),
        form_(spaces, 1),
        choices_(spaces.choices > 0),
        seen_(spaces.observation.size()),
        next_(seen_.size()),
        action_(spaces.actions()) {
    auto& notes = core_.policy().notes();
    notes[agents::kAnswerNote] = core_.answer();
    notes[agents::kAgentNote] =
        network::print(read(options), network::Category::agent, agents::catalogue());
  }

  void begin(std::span<const float> observation) { take(observation, seen_); }

  Action act() {
    core_.act(seen_, action_);
    if (!std::isfinite(core_.log_densities()[0]))
      throw Error(ErrorKind::numeric, "the policy's weights are no longer numbers",
                  "OnlineAgent::act", "a smaller learning rate, or rewards of about 1");
    const Actions actions = form_.of(action_);
    if (choices_) return {.choice = actions.choices[0]};
    return {.values = {actions.values, action_.size()}};
  }

  void learn(float reward, std::span<const float> observation, bool done) {
    if (!std::isfinite(reward))
      throw Error(ErrorKind::data, fmt::format("a reward of {}", reward), "OnlineAgent::learn");
    take(observation, next_);
    const std::uint8_t terminated = done;
    core_.learn({seen_, action_, {&reward, 1}, next_, {&terminated, 1}});
    std::swap(seen_, next_);
  }

  const Model& policy() { return core_.policy(); }

 private:
  static void take(std::span<const float> observation, std::vector<float>& to) {
    if (observation.size() != to.size())
      throw Error(ErrorKind::data, fmt::format("an observation of {} values; there are {}",
                                               observation.size(), to.size()));
    for (const float value : observation)
      if (!std::isfinite(value))
        throw Error(ErrorKind::data, fmt::format("an observation with {} in it", value));
    std::copy(observation.begin(), observation.end(), to.begin());
  }

  agents::ActorCritic core_;
  agents::ActionForm form_;
  bool choices_;
  std::vector<float> seen_, next_, action_;
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
