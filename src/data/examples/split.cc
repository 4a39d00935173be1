#include "data/examples/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Rows = std::vector<std::uint32_t>;

std::size_t count_held(std::size_t rows, double share_or_count) {
  const bool is_count = share_or_count >= 1;
  if (!(share_or_count >= 0) || (is_count && share_or_count != std::floor(share_or_count)))
    throw Error(ErrorKind::usage,
                fmt::format("cannot hold out {} of the rows: neither a share nor a number of rows",
                            share_or_count),
                {}, "a share such as 10%, or a whole number of rows");
  const double held =
      is_count ? share_or_count : std::round(share_or_count * static_cast<double>(rows));
  if (held != 0 && held >= static_cast<double>(rows))
    throw Error(ErrorKind::usage,
                fmt::format("holding out {} of {} rows leaves none to train on", held, rows), {},
                "a smaller share");
  return static_cast<std::size_t>(held);
}

std::vector<Rows> rows_by_class(const Examples& examples) {
  const bool labelled = examples.labels != nullptr && examples.positions == 1;
  std::vector<Rows> groups(labelled ? examples.classes : 1);
  for (std::uint32_t row = 0; row < examples.features.rows; ++row)
    groups[labelled ? static_cast<std::size_t>(examples.labels[row]) : 0].push_back(row);
  return groups;
}

// How many rows each class gives. Integers throughout, so that every machine agrees.
std::vector<std::size_t> divide(const std::vector<Rows>& groups, std::size_t rows,
                                std::size_t held) {
  std::vector<std::size_t> shares, order(groups.size());
  std::vector<std::uint64_t> remainders;
  std::size_t left = held;
  for (const Rows& group : groups) {
    const std::uint64_t product = std::uint64_t{group.size()} * held;  // both below 2^32
    shares.push_back(product / rows);
    remainders.push_back(product % rows);
    left -= shares.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return remainders[i]; });
  for (std::size_t i = 0; i < left; ++i) ++shares[order[i]];
  return shares;
}

// Moves `count` random rows of `group` to `held`, the rest to `train`.
void draw(Rows group, std::size_t count, base::Rng& random, Split& split) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t other = i + random.below(static_cast<std::uint32_t>(group.size() - i));
    std::swap(group[i], group[other]);
  }
  const auto middle = group.begin() + static_cast<std::ptrdiff_t>(count);
  split.validation.insert(split.validation.end(), group.begin(), middle);
  split.train.insert(split.train.end(), middle, group.end());
}

}  // namespace

namespace {

using Uses = std::vector<RowUse>;

// Deals the rows of each class to the folds in turn, in a random order.
Uses fold_by_class(const Examples& examples, const SplitRule& rule) {
  Uses uses(examples.features.rows, RowUse::train);
  std::size_t dealt = 0;
  const std::vector<Rows> groups = rows_by_class(examples);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    base::Rng random(rule.seed,
                     base::make_stream(base::StreamPurpose::split, static_cast<std::uint32_t>(i)));
    Split order;
    draw(groups[i], groups[i].size(), random, order);
    for (const std::uint32_t row : order.validation)
      if (dealt++ % rule.folds == rule.fold) uses[row] = RowUse::test;
  }
  return uses;
}

// The larger groups first, each to the part that has the fewest rows for its size: a fold, or what
// is tested on (part 0) and what is trained on (part 1).
Uses divide_by_group(std::size_t rows, std::span<const double> keys, const SplitRule& rule) {
  std::map<double, Rows> groups;
  for (std::uint32_t row = 0; row < rows; ++row) groups[keys[row]].push_back(row);
  std::vector<const Rows*> order;
  for (const auto& [key, members] : groups) order.push_back(&members);
  base::Rng random(rule.seed, base::make_stream(base::StreamPurpose::split, 0));
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  std::ranges::stable_sort(order, std::greater<>(),
                           [](const Rows* group) { return group->size(); });
  const double share = rule.share < 1 ? rule.share : rule.share / static_cast<double>(rows);
  std::vector<double> sizes(rule.folds, 1), filled;
  if (rule.folds == 0) sizes = {share, 1 - share};
  filled.resize(sizes.size());
  const std::size_t tested = rule.folds == 0 ? 0 : rule.fold;
  Uses uses(rows, RowUse::train);
  for (const Rows* group : order) {
    std::size_t best = 0;
    for (std::size_t part = 1; part < sizes.size(); ++part)
      if (filled[part] / sizes[part] < filled[best] / sizes[best]) best = part;
    filled[best] += static_cast<double>(group->size());
    if (best != tested) continue;
    for (const std::uint32_t row : *group) uses[row] = RowUse::test;
  }
  return uses;
}

Uses divide_by_time(std::size_t rows, std::span<const double> keys, const SplitRule& rule) {
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t row) { return keys[row]; });
  std::size_t first = rows - count_held(rows, rule.share), last = rows;
  if (rule.folds > 0) {
    first = rows * (rule.fold + 1) / (rule.folds + 1);
    last = rows * (rule.fold + 2) / (rule.folds + 1);
  }
  Uses uses(rows, RowUse::none);
  for (std::size_t i = 0; i < last; ++i) uses[order[i]] = i < first ? RowUse::train : RowUse::test;
  return uses;
}

Uses uses_of(const Examples& examples, std::span<const double> keys, const SplitRule& rule) {
  const std::size_t rows = examples.features.rows;
  if (rule.by == SplitRule::By::group) return divide_by_group(rows, keys, rule);
  if (rule.by == SplitRule::By::time) return divide_by_time(rows, keys, rule);
  if (rule.folds > 0) return fold_by_class(examples, rule);
  Uses uses(rows, RowUse::train);
  for (const std::uint32_t row : split_rows(examples, rule.share, rule.seed).validation)
    uses[row] = RowUse::test;
  return uses;
}

}  // namespace

std::vector<RowUse> divide_rows(const Examples& examples, std::span<const double> keys,
                                const SplitRule& rule) {
  const std::size_t rows = examples.features.rows;
  if (rule.folds == 0 && rule.share == 0) return Uses(rows, RowUse::train);
  if (rule.folds == 1 || rule.folds > rows)
    throw Error(ErrorKind::usage, fmt::format("{} folds of {} rows", rule.folds, rows), "--cv",
                "from 2 to the number of rows");
  Uses uses = uses_of(examples, keys, rule);
  // A share of a few rows may be none.
  if (rule.by == SplitRule::By::class_ && rule.folds == 0) return uses;
  for (const RowUse part : {RowUse::train, RowUse::test})
    if (std::ranges::find(uses, part) == uses.end())
      throw Error(ErrorKind::usage,
                  fmt::format("no row is left to {} on", part == RowUse::train ? "train" : "test"),
                  rule.by == SplitRule::By::group ? "--group" : "--test-share",
                  "more rows or groups, or another share");
  return uses;
}

namespace {

// The last rows are held out, and those that overlap with them are in neither part.
Split split_in_order(std::size_t rows, std::size_t held, std::size_t overlap) {
  if (held + overlap >= rows)
    throw Error(
        ErrorKind::usage,
        fmt::format("holding out {} of {} windows, and {} in front of them that look at the "
                    "same rows, leaves none to train on",
                    held, rows, overlap),
        {}, "a smaller share, or shorter windows");
  Split split;
  split.train.resize(rows - held - overlap);
  split.validation.resize(held);
  std::iota(split.train.begin(), split.train.end(), 0u);
  std::iota(split.validation.begin(), split.validation.end(),
            static_cast<std::uint32_t>(rows - held));
  return split;
}

}  // namespace

Split split_rows(const Examples& examples, double share_or_count, std::uint64_t seed) {
  const std::size_t rows = examples.features.rows, held = count_held(rows, share_or_count);
  Split split;
  if (rows == 0) return split;
  if (examples.overlap > 0 && held > 0) return split_in_order(rows, held, examples.overlap);
  std::vector<Rows> groups = rows_by_class(examples);
  const auto shares = divide(groups, rows, held);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    base::Rng random(seed,
                     base::make_stream(base::StreamPurpose::split, static_cast<std::uint32_t>(i)));
    draw(std::move(groups[i]), shares[i], random, split);
  }
  std::ranges::sort(split.train);
  std::ranges::sort(split.validation);
  return split;
}

}  // namespace lithe::data
