// Views of arrays, checked when they are made: nothing behind them checks a size again.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/examples/lengths.h"
#include "lithe/dataset.h"
#include "lithe/error.h"

namespace lithe {

namespace {

[[noreturn]] void fail(const std::string& problem, const char* where,
                       const std::string& remedy = {}) {
  throw Error(ErrorKind::data, problem, where, remedy);
}

Features view(const void* data, std::size_t values, ElementType type, std::size_t rows,
              std::size_t columns, double divisor) {
  if (columns == 0) fail("an example without a value", "Features::of");
  if (values % columns != 0 || values / columns != rows)
    fail(fmt::format("{} values are not {} rows of {}", values, rows, columns), "Features::of",
         "rows * columns values");
  if (!(divisor > 0) || !std::isfinite(divisor))
    throw Error(ErrorKind::usage, fmt::format("the divisor is {}", divisor), "Features::of",
                "a number above 0: 255 for pixels");
  return {data, type, rows, columns, columns * size_of(type), divisor};
}

void check_answer_count(std::size_t answers, const char* what, std::size_t rows,
                        std::size_t positions, const char* where) {
  if (positions > 0 && answers % positions == 0 && answers / positions == rows) return;
  if (positions == 1)
    fail(fmt::format("{} {} for {} rows", answers, what, rows), where, "one for each row");
  fail(fmt::format("{} {} for {} rows of {} positions", answers, what, rows, positions), where,
       "one for each position of each row");
}

std::string place_of(std::size_t answer, std::size_t positions) {
  if (positions == 1) return fmt::format("row {}", answer);
  return fmt::format("position {} of row {}", answer % positions, answer / positions);
}

// Of nothing there is no mean.
void check_counts(const Examples& examples, const char* where) {
  for (std::size_t row = 0; examples.positions > 1 && row < examples.features.rows; ++row) {
    std::size_t position = 0;
    while (position < examples.positions && !examples.counts(row, position)) ++position;
    if (position == examples.positions)
      fail(fmt::format("row {} has no target at any position", row), where,
           "at least one, or leave the row out");
  }
}

}  // namespace

Features Features::of(std::span<const float> values, std::size_t rows, std::size_t columns) {
  return view(values.data(), values.size(), ElementType::float32, rows, columns, 1);
}

Features Features::of(std::span<const double> values, std::size_t rows, std::size_t columns) {
  return view(values.data(), values.size(), ElementType::float64, rows, columns, 1);
}

Features Features::of(std::span<const std::uint8_t> values, std::size_t rows, std::size_t columns,
                      double divisor) {
  return view(values.data(), values.size(), ElementType::uint8, rows, columns, divisor);
}

Features Features::of(std::span<const std::int32_t> values, std::size_t rows, std::size_t columns) {
  return view(values.data(), values.size(), ElementType::int32, rows, columns, 1);
}

Features Features::with_lengths(std::span<const std::int32_t> row_lengths, std::size_t most) const {
  constexpr const char* kWhere = "Features::with_lengths";
  if (row_lengths.size() != rows)
    fail(fmt::format("{} lengths for {} rows", row_lengths.size(), rows), kWhere,
         "one length for each row");
  if (most == 0 || columns % most != 0)
    fail(fmt::format("a row of {} values is not {} positions", columns, most), kWhere,
         "rows of as many values as the longest sequence has positions, times its channels");
  if (const auto wrong = data::first_wrong_length(row_lengths, most))
    fail(fmt::format("row {} has the length {}", *wrong, row_lengths[*wrong]), kWhere,
         fmt::format("lengths from 1 to {}", most));
  Features result = *this;
  result.lengths = row_lengths.data();
  return result;
}

Examples Examples::classification(const Features& features, std::span<const std::int32_t> labels,
                                  std::size_t classes, std::size_t positions) {
  constexpr const char* kWhere = "Examples::classification";
  check_answer_count(labels.size(), "labels", features.rows, positions, kWhere);
  const auto fits = [classes, positions](std::int32_t label) {
    if (label == kNoTarget) return positions > 1;
    return label >= 0 && static_cast<std::size_t>(label) < classes;
  };
  const auto wrong = std::ranges::find_if_not(labels, fits);
  if (wrong != labels.end())
    fail(fmt::format("{} has the label {} of {} classes",
                     place_of(static_cast<std::size_t>(wrong - labels.begin()), positions), *wrong,
                     classes),
         kWhere, "labels from 0 to classes - 1");
  Examples examples;
  examples.features = features;
  examples.labels = labels.data();
  examples.classes = classes;
  examples.positions = examples.answer_stride = positions;
  check_counts(examples, kWhere);
  return examples;
}

Examples Examples::regression(const Features& features, std::span<const float> targets,
                              std::size_t columns, std::size_t positions) {
  constexpr const char* kWhere = "Examples::regression";
  if (columns == 0 || targets.size() % columns != 0 ||
      (positions == 1 && targets.size() / columns != features.rows))
    fail(fmt::format("{} targets are not {} rows of {}", targets.size(), features.rows, columns),
         kWhere, "`columns` targets for each row");
  check_answer_count(targets.size() / columns, "targets", features.rows, positions, kWhere);
  const auto fits = [positions](float t) {
    return std::isfinite(t) || (positions > 1 && std::isnan(t));
  };
  const auto wrong = std::ranges::find_if_not(targets, fits);
  if (wrong != targets.end())
    fail(fmt::format(
             "{} has the target {}",
             place_of(static_cast<std::size_t>(wrong - targets.begin()) / columns, positions),
             *wrong),
         kWhere, "finite numbers");
  Examples examples;
  examples.features = features;
  examples.targets = targets.data();
  examples.target_columns = columns;
  examples.positions = examples.answer_stride = positions;
  check_counts(examples, kWhere);
  return examples;
}

Examples Examples::weighted(std::span<const float> row_weights) const {
  constexpr const char* kWhere = "Examples::weighted";
  if (row_weights.size() != features.rows)
    fail(fmt::format("{} weights for {} rows", row_weights.size(), features.rows), kWhere,
         "one weight for each row");
  const auto fits = [](float weight) { return weight >= 0 && std::isfinite(weight); };
  const auto wrong = std::ranges::find_if_not(row_weights, fits);
  if (wrong != row_weights.end())
    fail(fmt::format("row {} has the weight {}", wrong - row_weights.begin(), *wrong), kWhere,
         "finite numbers of 0 or more");
  Examples examples = *this;
  examples.weights = row_weights.data();
  return examples;
}

}  // namespace lithe
