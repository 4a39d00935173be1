// lithe list: what sentences and options can name, from the declarations that the parser uses.
#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "command.h"
#include "lithe/catalogue.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/unknown.h"
#include "parse.h"
#include "recipes.h"
#include "terminal.h"

namespace lithe::app {

namespace {

struct Kind {
  std::string name, help;
  void (*print)();
};

void print_recipes(const std::vector<std::filesystem::path>& recipes) {
  for (const auto& path : recipes)
    print_folded("{}\n    {}\n", path.stem().string(), recipe_summary(path));
}

// Besides the categories of the catalogue.
const std::vector<Kind>& more_kinds() {
  static const std::vector<Kind> all = {
      {"recipes", "trainings that come with Lithe (lithe train NAME)",
       [] { print_recipes(all_recipes()); }},
      {"rl-recipes", "the same for reinforcement learning (lithe rl train NAME)",
       [] { print_recipes(all_agent_recipes()); }},
      {"data", "data sets by name (--data); `lithe data list` says which are there",
       [] {
         for (const std::string& name : dataset_names()) print_folded("{}\n", name);
       }},
      {"unknown", "scores by which a model answers 'unknown' (--unknown)", [] {
         for (const std::string& score : unknown_scores())
           print_text(stdout, describe_unknown_score(score));
       }}};
  return all;
}

void print_categories(const std::vector<CatalogueCategory>& catalogue) {
  print_folded("Name a category, for instance `lithe list layers`:\n\n");
  for (const CatalogueCategory& category : catalogue)
    print_folded("  {:15}{}\n", category.name, category.help);
  for (const Kind& kind : more_kinds()) print_folded("  {:15}{}\n", kind.name, kind.help);
}

}  // namespace

int list(const Arguments& arguments) {
  const std::vector<CatalogueCategory> catalogue = list_catalogue();
  std::vector<std::string> names;
  for (const CatalogueCategory& category : catalogue) names.push_back(category.name);
  for (const Kind& kind : more_kinds()) names.push_back(kind.name);
  Options options("Lists what sentences and options can name, with arguments and defaults.",
                  "lithe list");
  std::string what;
  options.add_option("category", what, "what to list; without it, the categories")->propose(names);
  if (const auto status = parse(options, arguments)) return *status;
  if (what.empty()) {
    print_categories(catalogue);
    return 0;
  }
  for (const CatalogueCategory& category : catalogue)
    if (category.name == what) {
      for (const CatalogueEntry& entry : category.entries) print_text(stdout, entry.text);
      return 0;
    }
  for (const Kind& kind : more_kinds())
    if (kind.name == what) return kind.print(), 0;
  const std::string near = base::nearest(what, names);
  throw Error(ErrorKind::usage, fmt::format("there is no category '{:.60}'", what), "lithe list",
              near.empty() ? "`lithe list` lists the categories" : "lithe list " + near);
}

}  // namespace lithe::app
