// What every agent does, whatever its algorithm.
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
#include "agents/world.h"
#include "lithe/agent.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::agents {

using Figure = std::pair<std::string_view, double>;

class Agent {
 public:
  virtual ~Agent() = default;

  // Acts for a while and learns from it; how many steps of environments that was.
  virtual std::size_t round() = 0;
  virtual Model& policy() = 0;
  // How the policy's outputs are an action: kChoice or kNumbers of policy.h.
  virtual std::string_view answer() const = 0;
  virtual std::span<const Figure> figures() const = 0;
  // Everything but the environments.
  virtual void visit(Archive& archive) = 0;
};

// What agents are made with.
struct Setting {
  World& world;
  const AgentOptions& options;
};

// One row an agent: its declaration, and what makes one.
struct Row {
  network::Declaration declaration;
  std::unique_ptr<Agent> (*make)(const Component& sentence, const Setting& setting);
};
Row reinforce();
Row actor_critic();
Row ppo();
Row dqn();
Row sac();

const std::vector<Row>& rows();
const network::Catalogue& catalogue();  // of agents, and of all that they name

// Throws Error(usage) where an agent would wait for ever: for more transitions than it remembers.
void check_memory(const Component& agent);

// An argument that names an optimizer, and its sentence.
network::Argument optimizer_argument(const char* name, const char* fallback, const char* help);
std::string optimizer_of(const Component& agent, std::string_view argument);
network::Argument share_argument(const char* name, const char* fallback, const char* help);
network::Argument persistence_argument();
network::Argument yes_or_no(const char* name, const char* fallback, const char* help);
bool is_yes(const Component& agent, std::string_view argument);

}  // namespace lithe::agents
