#include "agents/agent.h"
#include "lithe/catalogue.h"
#include "network/declaration.h"

namespace lithe {

namespace {

using network::Category;

struct Listed {
  Category category;
  const char *name, *help;
};

constexpr Listed kListed[] = {
    {Category::layer, "layers", "the layers of a network (--network)"},
    {Category::activation, "activations", "activation functions, an argument of layers"},
    {Category::padding, "paddings", "paddings of convolutions and pooling"},
    {Category::algorithm, "algorithms", "algorithms of convolutions"},
    {Category::initializer, "initializers", "initial values of weights, an argument of layers"},
    {Category::loss, "losses", "losses (--loss)"},
    {Category::optimizer, "optimizers", "optimizers (--optimizer)"},
    {Category::schedule, "schedules", "schedules, in the place of a learning rate"},
    {Category::averaging, "averages", "averages of the weights (--average)"},
    {Category::augmentation, "augmentations", "random changes of images (--augment)"},
    {Category::agent, "agents", "agents that learn from rewards (lithe rl train --agent)"}};

}  // namespace

std::vector<CatalogueCategory> list_catalogue() {
  std::vector<CatalogueCategory> result;
  for (const Listed& listed : kListed) {
    CatalogueCategory& category = result.emplace_back();
    category.name = listed.name, category.help = listed.help;
    for (const auto& [of, declaration] : agents::catalogue().entries)
      if (of == listed.category)
        category.entries.push_back(
            {declaration.name, declaration.help, network::describe(declaration)});
  }
  return result;
}

}  // namespace lithe
