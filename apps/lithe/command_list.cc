// lithe list: what sentences can say, from the declarations that the parser uses.
#include <fmt/format.h>

#include "agents/agent.h"
#include "command.h"
#include "lithe/data.h"
#include "lithe/unknown.h"
#include "parse.h"
#include "recipes.h"

namespace lithe::app {

namespace {

struct Kind {
  std::string name;
  network::Category category;
};

const Kind kKinds[] = {{"layers", network::Category::layer},
                       {"activations", network::Category::activation},
                       {"paddings", network::Category::padding},
                       {"algorithms", network::Category::algorithm},
                       {"losses", network::Category::loss},
                       {"optimizers", network::Category::optimizer},
                       {"initializers", network::Category::initializer},
                       {"augmentations", network::Category::augmentation},
                       {"schedules", network::Category::schedule},
                       {"averages", network::Category::averaging},
                       {"agents", network::Category::agent}};

}  // namespace

int list(const Arguments& arguments) {
  CLI::App app("Lists what sentences can say, with arguments, defaults and ranges.", "lithe list");
  std::string what;
  std::vector<std::string> names = {"recipes", "rl-recipes", "data", "unknown"};
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  app.add_option("what", what, "what to list")->required()->check(CLI::IsMember(names));
  if (const auto status = parse(app, arguments)) return *status;
  if (what == "recipes")
    for (const auto& path : all_recipes())
      fmt::print("{}\n    {}\n", path.stem().string(), recipe_summary(path));
  if (what == "rl-recipes")
    for (const auto& path : all_agent_recipes())
      fmt::print("{}\n    {}\n", path.stem().string(), recipe_summary(path));
  if (what == "data")
    for (const std::string& name : dataset_names()) fmt::print("{}\n", name);
  if (what == "unknown")
    for (const std::string& score : unknown_scores())
      fmt::print("{}", describe_unknown_score(score));
  for (const Kind& kind : kKinds)
    for (const auto& entry : agents::catalogue().entries)
      if (kind.name == what && entry.category == kind.category)
        fmt::print("{}", network::describe(entry.declaration));
  return 0;
}

}  // namespace lithe::app
