// The rows of losses: declared as components, and each value and its gradient belong together in
// the plain kernels that everything else is tested against.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "kernels/table.h"
#include "losses/loss.h"
#include "support/declarations.h"

namespace lithe::losses {
namespace {

TEST(Losses, AreDeclared) {
  test::check_declarations(catalogue::catalogue(), network::Category::loss);
}

TEST(Losses, StandInTheOrderOfTheirList) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kLosses[i].loss), i);
    EXPECT_TRUE(names.insert(kLosses[i].name).second) << kLosses[i].name;
  }
}

TEST(Losses, AreChosenByTheirSentence) {
  for (const Row& row : kLosses) {
    const test::Declared declared{catalogue::catalogue(), network::Category::loss,
                                  *catalogue::catalogue().find(network::Category::loss, row.name)};
    EXPECT_EQ(choose(declared.read(declared.bare())).loss, row.loss) << row.name;
    EXPECT_EQ(choose(declared.read(declared.bare())).argument, row.fallback) << row.name;
    if (row.argument.empty()) continue;
    const std::string high = test::Declared::number(row.high);
    EXPECT_EQ(choose(declared.read(std::string(row.name) + "(" + high + ")")).argument, row.high);
  }
}

// One example with a weight, by the reference kernels.
class Plain {
 public:
  Plain(const Row& row, double argument, std::vector<double> outputs, bool classes)
      : row_(row), argument_(argument), columns_(outputs.size()), classes_(classes) {
    line_ = base::AlignedArray<double>(kernels::row_stride<double>(columns_));
    std::copy(outputs.begin(), outputs.end(), line_.begin());
    // Class 1 of those there are; with one output, the class that it stands for. Or numbers.
    label_ = 1;
    for (std::size_t n = 0; n < columns_; ++n) targets_.push_back(0.3f * static_cast<float>(n % 3));
    if (row.targets == Targets::probabilities)
      for (float& target : targets_) target = target > 0 ? 1.0f : 0.0f;
  }

  double value() { return run(); }
  std::vector<double> gradient() {
    run();
    return {gradient_.begin(), gradient_.begin() + static_cast<std::ptrdiff_t>(columns_)};
  }
  // By central differences of the value.
  double slope(std::size_t column) {
    const double h = 1e-5, there = line_[column];
    line_[column] = there + h;
    const double above = run();
    line_[column] = there - h;
    const double below = run();
    line_[column] = there;
    return (above - below) / (2 * h);
  }

 private:
  double run() {
    gradient_ = base::AlignedArray<double>(line_.size());
    double sums[kernels::kLine<double>] = {};
    const std::uint32_t first = 0;
    const float weight = 1.5f;
    kernels::kernels<double>(cpu::Isa::scalar)
        .of(row_.loss)({.output = {line_.data(), line_.size(), 1},
                        .gradient = {gradient_.data(), gradient_.size(), 1},
                        .columns = columns_,
                        .labels = classes_ ? &label_ : nullptr,
                        .targets = classes_ ? nullptr : targets_.data(),
                        .count = 1,
                        .rows = &first,
                        .answers = &first,
                        .weights = &weight,
                        .scale = 1,
                        .argument = argument_,
                        .sums = sums});
    return std::accumulate(std::begin(sums), std::end(sums), 0.0);
  }

  const Row& row_;
  double argument_;
  std::size_t columns_;
  bool classes_;
  std::int32_t label_ = 0;
  std::vector<float> targets_;
  base::AlignedArray<double> line_, gradient_;
};

// Outputs on both sides of 0, off the kinks of the absolute value and the margins.
std::vector<double> outputs(std::size_t columns, double scale) {
  std::vector<double> result;
  for (std::size_t n = 0; n < columns; ++n)
    result.push_back(scale * std::sin(1.7 * static_cast<double>(n) + 0.37));
  return result;
}

std::vector<double> arguments_of(const Row& row) {
  if (row.argument.empty()) return {0};
  return {row.fallback, (row.low + std::min(row.high, 4.0)) / 2};
}

template <typename Check>
void for_each_case(const Check& check) {
  for (const Row& row : kLosses)
    for (const double argument : arguments_of(row))
      for (const std::size_t columns : {1, 2, 3, 10})
        for (const double scale : {0.5, 3.0})
          for (const bool classes : {true, false}) {
            SCOPED_TRACE(std::string(row.name) + " argument " + std::to_string(argument) +
                         " columns " + std::to_string(columns) + " scale " + std::to_string(scale) +
                         (classes ? " classes" : " numbers"));
            check(Plain(row, argument, outputs(columns, scale), classes), columns);
          }
}

// The error is h^2 for the curvature and 1e-16 / h for the rounding.
TEST(Losses, GradientsAreThoseOfTheValues) {
  for_each_case([](Plain loss, std::size_t columns) {
    const std::vector<double> gradient = loss.gradient();
    for (std::size_t n = 0; n < columns; ++n)
      EXPECT_NEAR(gradient[n], loss.slope(n), 1e-8) << "output " << n;
  });
}

TEST(Losses, AreFiniteAndNotNegative) {
  for_each_case([](Plain loss, std::size_t) {
    EXPECT_TRUE(std::isfinite(loss.value()));
    EXPECT_GE(loss.value(), 0);
  });
}

}  // namespace
}  // namespace lithe::losses
