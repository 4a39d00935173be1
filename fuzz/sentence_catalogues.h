// Everything that a sentence can name anywhere in Lithe: the catalogues of networks, of scores for
// unknown inputs, of agents and of environments, and the categories that each of them has.
#pragma once

#include <algorithm>
#include <vector>

#include "agents/agent.h"
#include "catalogue/catalogue.h"
#include "environments/kinds.h"
#include "lithe/unknown.h"
#include "network/declaration.h"
#include "unknown/score.h"

namespace sentences {

// A category of components, and the catalogue that declares them.
struct Kind {
  const lithe::network::Catalogue& catalogue;
  lithe::network::Category category;
};

inline std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  const auto add = [&kinds](const lithe::network::Catalogue& catalogue) {
    for (const auto& entry : catalogue.entries) {
      const bool known = std::any_of(kinds.begin(), kinds.end(), [&](const Kind& kind) {
        return &kind.catalogue == &catalogue && kind.category == entry.category;
      });
      if (!known) kinds.push_back({catalogue, entry.category});
    }
  };
  add(lithe::catalogue::catalogue());
  add(lithe::unknown::catalogue());
  add(lithe::agents::catalogue());
  add(lithe::environments::catalogue());
  return kinds;
}

}  // namespace sentences
