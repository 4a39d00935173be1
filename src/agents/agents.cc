#include <fmt/format.h>

#include "agents/agent.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe::agents {

using network::Argument, network::Category, network::Type;

const std::vector<AgentKind>& kinds() {
  static const std::vector<AgentKind> all = {ppo(), dqn(), sac(), reinforce(), actor_critic()};
  return all;
}

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result = catalogue::catalogue();
    for (const AgentKind& kind : kinds())
      result.add(Category::agent, std::span(&kind.declaration, 1));
    return result;
  }();
  return all;
}

void check_buffer(const Component& agent) {
  const std::size_t starts = agent.integer("learning_starts"), size = agent.integer("buffer_size");
  if (starts > size)
    throw Error(
        ErrorKind::usage,
        fmt::format("learning_starts is {}, but the replay buffer holds only {} transitions",
                    starts, size),
        agent.name, "a learning_starts of at most buffer_size");
}

Argument optimizer_argument(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::component, fallback, 0, 0, false, Category::optimizer};
}
std::string optimizer_of(const Component& agent, std::string_view argument) {
  return network::print(agent.component(argument), Category::optimizer, catalogue());
}
Argument fraction_argument(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::number, fallback, 0, 1};
}
Argument noise_correlation_argument() {
  return fraction_argument("noise_correlation", "0",
                           "correlation of the noise of consecutive continuous actions "
                           "(Wawrzynski, 2015); correlated noise explores further");
}
Argument gamma_argument() { return fraction_argument("gamma", "0.99", "discount factor"); }
Argument ent_coef_argument(const char* fallback) {
  return {"ent_coef", "coefficient of the entropy bonus", Type::number, fallback, 0, 1e6};
}
Argument flag_argument(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::component, fallback, 0, 0, false, Category::answer};
}
bool is_true(const Component& agent, std::string_view argument) {
  return agent.component(argument).name == "true";
}

}  // namespace lithe::agents
