// Everything that a sentence can name, in every catalogue, is declared as it must be.
#include "catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "agents/agent.h"
#include "environments/kinds.h"
#include "support/declarations.h"
#include "unknown/score.h"

namespace lithe {
namespace {

void check(const network::Catalogue& catalogue) {
  std::set<network::Category> categories;
  for (const auto& entry : catalogue.entries) categories.insert(entry.category);
  ASSERT_FALSE(categories.empty());
  for (const network::Category category : categories) test::check_declarations(catalogue, category);
}

TEST(Catalogue, OfNetworks) { check(catalogue::catalogue()); }
TEST(Catalogue, OfScoresForUnknownInputs) { check(unknown::catalogue()); }
TEST(Catalogue, OfAgents) { check(agents::catalogue()); }
TEST(Catalogue, OfEnvironments) { check(environments::catalogue()); }

}  // namespace
}  // namespace lithe
