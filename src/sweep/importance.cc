// Which parameters mattered.
#include <algorithm>

#include "lithe/sweep.h"
#include "sweep/forest.h"

namespace lithe {

std::optional<SweepImportance> sweep_importance(const SweepPlan& plan,
                                                const std::vector<SweepTrial>& trials) {
  constexpr std::uint64_t kSeed = 1;  // whatever that of the sweep is
  const std::vector<std::size_t> ranking = rank_trials(plan, trials);
  if (ranking.size() < kLeastForImportance) return std::nullopt;
  std::vector<std::vector<double>> places;
  std::vector<double> ranks;
  for (const SweepTrial& trial : trials) {
    const auto rank = std::ranges::find(ranking, trial.number) - ranking.begin();
    if (rank == std::ssize(ranking)) continue;
    std::vector<double>& row = places.emplace_back();
    for (std::size_t i = 0; i < plan.parameters.size(); ++i)
      row.push_back(plan.parameters[i].place_of(trial.values[i]));
    ranks.push_back(static_cast<double>(rank) / static_cast<double>(ranking.size()));
  }
  const sweep::Forest forest = sweep::grow_forest(places, ranks, kSeed);
  SweepImportance importance{std::vector<double>(plan.parameters.size()), forest.explained};
  double counted = 0;
  for (const sweep::Tree& tree : forest.trees) {
    const std::vector<double> shares = sweep::variance_shares(tree);
    for (std::size_t i = 0; i < shares.size(); ++i) importance.shares[i] += shares[i];
    counted += shares.empty() ? 0 : 1;
  }
  for (double& share : importance.shares) share = counted > 0 ? share / counted : 0;
  return importance;
}

}  // namespace lithe
