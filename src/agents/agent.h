// The interface of all agents, and the list of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/archive.h"
#include "agents/vector_env_runner.h"
#include "lithe/agent.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::agents {

using Metric = std::pair<std::string_view, double>;

class Agent {
 public:
  virtual ~Agent() = default;

  // Acts for a number of steps and learns from them; returns the steps of all environments
  // together.
  virtual std::size_t iterate() = 0;
  virtual Model& policy() = 0;
  // How the outputs of the policy are mapped to an action: kDiscrete or kContinuous of policy.h.
  virtual std::string_view action_space() const = 0;
  virtual std::span<const Metric> metrics() const = 0;
  // Saves or restores everything except the environments.
  virtual void serialize(Archive& archive) = 0;
};

// What an agent is constructed from, besides its sentence.
struct AgentContext {
  VectorEnvRunner& runner;
  const AgentOptions& options;
};

// The declaration of an agent and its factory.
struct AgentKind {
  network::Declaration declaration;
  std::unique_ptr<Agent> (*make)(const Component& sentence, const AgentContext& context);
  // Its networks may have recurrent layers, and it carries along an episode what they remember.
  bool takes_memory = false;
};
AgentKind reinforce();
AgentKind actor_critic();
AgentKind ppo();
AgentKind dqn();
AgentKind sac();

const std::vector<AgentKind>& kinds();
const network::Catalogue& catalogue();  // of the agents and of everything that their arguments name

// Throws Error(usage) if learning_starts is above buffer_size: such an agent would never learn.
void check_buffer(const Component& agent);

// Arguments of several agents, and how to read them.
network::Argument optimizer_argument(const char* name, const char* fallback, const char* help);
std::string optimizer_of(const Component& agent, std::string_view argument);
network::Argument gamma_argument();
network::Argument ent_coef_argument(const char* fallback);
network::Argument fraction_argument(const char* name, const char* fallback, const char* help);
network::Argument noise_correlation_argument();
network::Argument flag_argument(const char* name, const char* fallback, const char* help);
bool is_true(const Component& agent, std::string_view argument);

}  // namespace lithe::agents
