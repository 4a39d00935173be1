#include "sweep/forest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "base/random.h"

namespace lithe::sweep {

namespace {

using Rows = std::vector<std::vector<double>>;

constexpr std::size_t kTrees = 64;
constexpr std::size_t kLeastInLeaf = 2;        // a leaf of one row would be noise
constexpr std::uint32_t kBootstrap = 2 << 16;  // streams beside those of the points

struct Split {
  std::size_t coordinate = 0;
  double at = 0, gain = 0;
};

double mean_of(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  double sum = 0;
  for (const std::size_t row : rows) sum += values[row];
  return sum / static_cast<double>(rows.size());
}

// The cut of this coordinate that lessens the squared error the most: that of the sums alone,
// left² / n + right² / n.
std::optional<Split> best_cut(const Rows& points, const std::vector<double>& values,
                              std::vector<std::size_t> rows, std::size_t coordinate) {
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return points[row][coordinate]; });
  double all = 0, left = 0;
  for (const std::size_t row : rows) all += values[row];
  const auto count = static_cast<double>(rows.size());
  std::optional<Split> best;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    left += values[rows[i]];
    const double here = points[rows[i]][coordinate], next = points[rows[i + 1]][coordinate];
    const std::size_t below = i + 1;
    if (here == next || below < kLeastInLeaf || rows.size() - below < kLeastInLeaf) continue;
    const auto n = static_cast<double>(below);
    const double gain =
        left * left / n + (all - left) * (all - left) / (count - n) - all * all / count;
    if (!best || gain > best->gain) best = Split{coordinate, (here + next) / 2, gain};
  }
  return best;
}

class Grower {
 public:
  Grower(const Rows& points, const std::vector<double>& values)
      : points_(points), values_(values) {}

  Tree grow(std::vector<std::size_t> rows) {
    tree_.clear();
    const std::size_t coordinates = points_.front().size();
    divide(std::move(rows),
           {std::vector<double>(coordinates, 0), std::vector<double>(coordinates, 1)});
    return tree_;
  }

 private:
  void divide(std::vector<std::size_t> rows, Leaf box) {
    constexpr double kLeastGain = 1e-12;
    std::optional<Split> best;
    for (std::size_t c = 0; c < box.low.size(); ++c)
      if (const auto cut = best_cut(points_, values_, rows, c);
          cut && (!best || cut->gain > best->gain))
        best = cut;
    if (!best || best->gain <= kLeastGain) {
      box.value = mean_of(values_, rows);
      tree_.push_back(std::move(box));
      return;
    }
    const auto middle = std::ranges::stable_partition(
        rows, [&](std::size_t row) { return points_[row][best->coordinate] < best->at; });
    Leaf below = box, above = std::move(box);
    below.high[best->coordinate] = above.low[best->coordinate] = best->at;
    divide({rows.begin(), middle.begin()}, std::move(below));
    divide({middle.begin(), rows.end()}, std::move(above));
  }

  const Rows& points_;
  const std::vector<double>& values_;
  Tree tree_;
};

double predict(const Tree& tree, const std::vector<double>& point) {
  for (const Leaf& leaf : tree) {
    bool inside = true;
    for (std::size_t c = 0; c < point.size() && inside; ++c)
      inside = point[c] >= leaf.low[c] && (point[c] < leaf.high[c] || leaf.high[c] == 1);
    if (inside) return leaf.value;
  }
  return 0;
}

double volume_of(const Leaf& leaf) {
  double volume = 1;
  for (std::size_t c = 0; c < leaf.low.size(); ++c) volume *= leaf.high[c] - leaf.low[c];
  return volume;
}

// The variance of the tree's mean over all coordinates but one, which is constant between the cuts
// of that one.
double marginal_variance(const Tree& tree, std::size_t coordinate, double mean) {
  std::vector<double> cuts;
  for (const Leaf& leaf : tree)
    cuts.insert(cuts.end(), {leaf.low[coordinate], leaf.high[coordinate]});
  std::ranges::sort(cuts);
  const auto repeated = std::ranges::unique(cuts);
  cuts.erase(repeated.begin(), repeated.end());
  double variance = 0;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    double marginal = 0;
    for (const Leaf& leaf : tree)
      if (leaf.low[coordinate] <= cuts[i] && cuts[i] < leaf.high[coordinate])
        marginal += leaf.value * volume_of(leaf) / (leaf.high[coordinate] - leaf.low[coordinate]);
    variance += (cuts[i + 1] - cuts[i]) * (marginal - mean) * (marginal - mean);
  }
  return variance;
}

}  // namespace

Forest grow_forest(const Rows& rows, const std::vector<double>& values, std::uint64_t seed) {
  Forest forest;
  const auto count = static_cast<std::uint32_t>(rows.size());
  std::vector<double> sums(count), votes(count);
  Grower grower(rows, values);
  for (std::uint32_t t = 0; t < kTrees; ++t) {
    base::Rng rng(seed, base::make_stream(base::StreamPurpose::sweep, kBootstrap + t));
    std::vector<std::size_t> drawn(count);
    std::vector<bool> seen(count);
    for (std::size_t& row : drawn) {
      row = rng.below(count);
      seen[row] = true;
    }
    const Tree& tree = forest.trees.emplace_back(grower.grow(drawn));
    for (std::size_t row = 0; row < count; ++row)
      if (!seen[row]) sums[row] += predict(tree, rows[row]), ++votes[row];
  }
  double mean = 0, all = 0, left = 0;
  for (const double value : values) mean += value / count;
  for (std::size_t row = 0; row < count; ++row) {
    if (votes[row] == 0) continue;
    const double error = values[row] - sums[row] / votes[row];
    left += error * error;
    all += (values[row] - mean) * (values[row] - mean);
  }
  forest.explained = all > 0 ? 1 - left / all : 0;
  return forest;
}

std::vector<double> variance_shares(const Tree& tree) {
  double mean = 0, variance = 0;
  for (const Leaf& leaf : tree) mean += leaf.value * volume_of(leaf);
  for (const Leaf& leaf : tree)
    variance += volume_of(leaf) * (leaf.value - mean) * (leaf.value - mean);
  std::vector<double> shares;
  constexpr double kConstant = 1e-15;
  if (variance < kConstant) return shares;
  for (std::size_t c = 0; c < tree.front().low.size(); ++c)
    shares.push_back(marginal_variance(tree, c, mean) / variance);
  return shares;
}

}  // namespace lithe::sweep
