#include "data/examples/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
                            share_or_count));
  const double held =
      is_count ? share_or_count : std::round(share_or_count * static_cast<double>(rows));
  if (held != 0 && held >= static_cast<double>(rows))
    throw Error(ErrorKind::usage,
                fmt::format("holding out {} of {} rows leaves none to train on", held, rows));
  return static_cast<std::size_t>(held);
}

std::vector<Rows> rows_by_class(const Examples& examples) {
  std::vector<Rows> groups(examples.labels == nullptr ? 1 : examples.classes);
  for (std::uint32_t row = 0; row < examples.features.rows; ++row)
    groups[examples.labels == nullptr ? 0 : static_cast<std::size_t>(examples.labels[row])]
        .push_back(row);
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

Split split_rows(const Examples& examples, double share_or_count, std::uint64_t seed) {
  const std::size_t rows = examples.features.rows, held = count_held(rows, share_or_count);
  Split split;
  if (rows == 0) return split;
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
