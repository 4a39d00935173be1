#include <fmt/format.h>

#include "agents/agent.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe::agents {

using network::Argument, network::Category, network::Type;

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {ppo(), dqn(), sac(), reinforce(), actor_critic()};
  return all;
}

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result = catalogue::catalogue();
    const network::Declaration answers[] = {{"true", "yes"}, {"false", "no"}};
    result.add(Category::answer, answers);
    for (const Row& row : rows()) result.add(Category::agent, std::span(&row.declaration, 1));
    return result;
  }();
  return all;
}

void check_memory(const Component& agent) {
  const std::size_t start = agent.integer("start"), memory = agent.integer("memory");
  if (start > memory)
    throw Error(
        ErrorKind::usage,
        fmt::format("it would learn from {} transitions on, and remembers {}", start, memory),
        agent.name, "start at most as large as memory");
}

Argument optimizer_argument(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::component, fallback, 0, 0, false, Category::optimizer};
}
std::string optimizer_of(const Component& agent, std::string_view argument) {
  return network::print(agent.component(argument), Category::optimizer, catalogue());
}
Argument share_argument(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::number, fallback, 0, 1};
}
Argument persistence_argument() {
  return share_argument("persistence", "0",
                        "of an action's noise, where actions are numbers, what stays for the next "
                        "(Wawrzynski, 2015): tries that last reach further");
}
Argument yes_or_no(const char* name, const char* fallback, const char* help) {
  return {name, help, Type::component, fallback, 0, 0, false, Category::answer};
}
bool is_yes(const Component& agent, std::string_view argument) {
  return agent.component(argument).name == "true";
}

}  // namespace lithe::agents
