#include "environments/kinds.h"

#include <algorithm>
#include <cassert>

namespace lithe::environments {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {cartpole(), cartpole_swingup(), pendulum(),
                                        acrobot(),  mountain_car(),     mountain_car_continuous(),
                                        snake(),    grid_world()};
  return all;
}

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result;
    for (const Kind& kind : kinds())
      result.add(network::Category::environment, std::span(&kind.declaration, 1));
    const network::Declaration views[] = {
        {"planes", "an image of the grid with a channel for each kind of object"},
        {"features", "a vector of features"}};
    const network::Declaration answers[] = {{"true", "yes"}, {"false", "no"}};
    result.add(network::Category::observation, views);
    result.add(network::Category::answer, answers);
    return result;
  }();
  return all;
}

const Kind& kind_called(const std::string& name) {
  const auto found = std::find_if(kinds().begin(), kinds().end(),
                                  [&](const Kind& kind) { return kind.declaration.name == name; });
  assert(found != kinds().end());
  return *found;
}

}  // namespace lithe::environments
