#include "data/tables/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

// Of each row the one before it in its series; kNoRow: it is the first.
std::vector<std::size_t> rows_before(std::size_t rows, std::span<const std::uint32_t> series) {
  std::map<std::uint32_t, std::size_t> last;
  std::vector<std::size_t> before(rows, kNoRow);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto [found, is_first] = last.try_emplace(series.empty() ? 0 : series[row], row);
    if (!is_first) before[row] = found->second;
    found->second = row;
  }
  return before;
}

}  // namespace

void check_times(std::span<const double> times, std::span<const std::uint32_t> series,
                 const std::string& column, const std::string& file) {
  const std::vector<std::size_t> before = rows_before(times.size(), series);
  for (std::size_t row = 0; row < times.size(); ++row) {
    if (before[row] == kNoRow || times[row] > times[before[row]]) continue;
    const bool same = times[row] == times[before[row]];
    throw Error(
        ErrorKind::data,
        fmt::format("row {} {} row {} before it, by \"{}\": windows are rows in the order "
                    "of time",
                    row + 1, same ? "has the time of" : "is earlier than", before[row] + 1, column),
        file,
        same && series.empty() ? "one row for each time, or --group with the column of "
                                 "several series"
        : same                 ? "one row for each time"
                               : "the rows sorted by time");
  }
}

std::vector<TableNote> note_spacing(std::span<const double> times,
                                    std::span<const std::uint32_t> series,
                                    const std::string& column) {
  if (times.size() < 3) return {};
  const std::vector<std::size_t> before = rows_before(times.size(), series);
  std::vector<double> steps;
  std::vector<std::size_t> from;
  for (std::size_t row = 0; row < times.size(); ++row) {
    if (before[row] == kNoRow) continue;
    steps.push_back(times[row] - times[before[row]]);
    from.push_back(before[row]);
  }
  if (steps.size() < 2) return {};
  std::vector<double> sorted = steps;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  // Months have 28 to 31 days.
  const auto is_long = [usual = *middle](double step) { return step > 1.5 * usual; };
  const auto count = std::ranges::count_if(steps, is_long);
  if (count == 0) return {};
  const auto first = static_cast<std::size_t>(std::ranges::find_if(steps, is_long) - steps.begin());
  return {
      {false,
       fmt::format("by \"{}\", {} of {} steps from row to row {} longer than the usual one, the "
                   "first behind row {}: a window counts rows, not time",
                   column, count, steps.size(), count == 1 ? "is" : "are", from[first] + 1),
       {}}};
}

void check_all_rows(std::span<const std::size_t> left_out, const std::string& file) {
  if (left_out.empty()) return;
  throw Error(ErrorKind::data,
              fmt::format("row {} is left out, because a value is missing, and windows need every "
                          "row",
                          left_out.front() + 1),
              file, "the value filled in, or a file that begins behind that row");
}

std::vector<RowUse> divide_series(std::span<const std::uint32_t> series, const SplitRule& rule) {
  if (rule.folds > 0)
    throw Error(ErrorKind::usage, "several series are not divided into folds", "--cv, --group",
                "--seeds 5 in place of --cv");
  std::map<std::uint32_t, std::size_t> rows, seen;
  for (const std::uint32_t one : series) ++rows[one];
  std::vector<RowUse> uses;
  for (const std::uint32_t one : series) {
    const auto all = static_cast<double>(rows[one]);
    const double held = rule.share < 1 ? std::round(rule.share * all) : rule.share;
    const double behind = all - static_cast<double>(seen[one]++);  // this row and those that follow
    uses.push_back(behind <= held && held < all ? RowUse::test : RowUse::train);
  }
  if (rule.share > 0 && std::ranges::find(uses, RowUse::test) == uses.end())
    throw Error(ErrorKind::usage,
                fmt::format("no group has more rows than the {:g} to test on", rule.share),
                "--test-share", "a smaller --test-share, or 0");
  return uses;
}

}  // namespace lithe::data
