#include "base/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace lithe::base {

namespace {

// The number of letters inserted, deleted, replaced, or swapped with their neighbour.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    before = std::move(last);
    last = std::move(row);
    row.assign(1, i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t least = std::min({last[j] + (a[i] != b[j]), last[j + 1] + 1, row[j] + 1});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        least = std::min(least, before[j - 1] + 1);
      row.push_back(least);
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongest = 64;  // nobody mistypes a name longer than that
  std::string best;
  std::size_t fewest = word.size() > kLongest ? 0 : std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t count = fewest > 0 ? edits(word, candidate) : 1;
    if (count < fewest) {
      fewest = count;
      best = candidate;
    }
  }
  return best;
}

}  // namespace lithe::base
