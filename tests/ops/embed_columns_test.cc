// embed_columns: columns of a row that become learned numbers, beside others that stay.
#include "ops/embed_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ops/graph_problem.h"
#include "support/expect_error.h"

namespace lithe::test {
namespace {

// Four rows: a category of 3, two numbers, and a category of 2.
const std::vector<float> kRows = {2, 0.5f, -1, 0, /**/ 0, 1.5f, 2,  1,
                                  2, -2,   1,  1, /**/ 1, 0.1f, -3, 0};

GraphProblem problem_of(const std::string& sentence, std::vector<float> features = kRows) {
  GraphProblem problem = test::problem_of(sentence);
  problem.batch = features.size() / problem.graph.slots[0].size();
  problem.given_features = std::move(features);
  return problem;
}

TEST(EmbedColumns, GradientsAgreeWithFiniteDifferences) {
  for (const char* sentence :
       {"input(4) -> embed_columns(3x2, 2, 2x5, init=normal(1))",
        "input(4) -> embed_columns(3x33, 2, 2x1, init=normal(1)) -> dense(3, tanh)",
        "input(4) -> embed_columns(3x2, 2, 2x5) -> dense(3)",
        "input(4) -> embed_columns(3, 2x2, init=normal(1)) -> dense(3)"}) {
    SCOPED_TRACE(sentence);
    problem_of(sentence).expect_gradients();
  }
}

// A sequence of rows, as windows of a table are, or the same values in one row.
TEST(EmbedColumns, GradientsOfSeveralRows) {
  for (const char* sentence :
       {"input(2x4) -> embed_columns(3x2, 2, 2x5, init=normal(1)) -> gru(3)",
        "input(2x4) -> standardize -> embed_columns(3x2, 2, 2x5, init=normal(1)) -> flatten",
        "input(8) -> embed_columns(3x2, 2, 2x5, init=normal(1)) -> dense(3)"}) {
    SCOPED_TRACE(sentence);
    problem_of(sentence).expect_gradients();
  }
}

TEST(EmbedColumns, PutsLearnedNumbersInThePlaceOfCategories) {
  const float nan = std::nanf("");
  GraphProblem problem = problem_of("input(4) -> embed_columns(3x2, 2, 2x1)",
                                    {2, 0.5f, -1, 1, /**/ 7, 4, 5, -1, /**/ 0.5f, 8, 9, nan});
  auto parameters = problem.start();
  parameters.write(0, {10, 11, 20, 21, 30, 31});
  parameters.write(1, {40, 50});
  GraphProblem::Run run(problem, parameters);
  run.forward();
  const auto y = run.plan->values(problem.graph.output());
  const auto row = [&](std::size_t i) { return std::vector<double>(y.row(i), y.row(i) + 5); };
  EXPECT_EQ(row(0), (std::vector<double>{30, 31, 0.5, -1, 50}));
  // What is no category has row 0.
  EXPECT_EQ(row(1), (std::vector<double>{10, 11, 4, 5, 40}));
  EXPECT_EQ(row(2), (std::vector<double>{10, 11, 8, 9, 40}));
}

TEST(EmbedColumns, BeginsAtZeros) {
  const auto parameters = problem_of("input(4) -> embed_columns(3x2, 2, 2x1) -> dense(2)").start();
  EXPECT_EQ(parameters.read(0), std::vector<double>(6));
}

// A row of 0s and a single 1 for each category, times the same weights.
TEST(EmbedColumns, IsADenseLayerBehindOneHotRows) {
  std::vector<float> categories, one_hot;
  for (std::size_t i = 0; i < 4; ++i) {
    categories.push_back(kRows[4 * i]);
    for (std::size_t k = 0; k < 3; ++k)
      one_hot.push_back(kRows[4 * i] == static_cast<float>(k) ? 1 : 0);
  }
  GraphProblem embedding =
      problem_of("input(1) -> embed_columns(3x33, init=normal(1))", categories);
  GraphProblem dense = problem_of("input(3) -> dense(33)", one_hot);
  embedding.optimizer = dense.optimizer = "sgd(0.1)";
  auto rows = embedding.start(), weights = dense.start();
  rows.write(0, weights.read(0));
  GraphProblem::Run learned(embedding, rows), expected(dense, weights);
  learned.step(), expected.step();
  const std::vector<double> a = rows.read(0), b = weights.read(0);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-14);
}

TEST(EmbedColumns, HasTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "adamw(0.01, clip_norm=0.5)"}) {
    GraphProblem problem =
        problem_of("input(4) -> embed_columns(3x33, 2, 2x5, init=normal(1)) -> dense(9)");
    problem.optimizer = optimizer;
    problem.expect_everywhere(problem.train(3));
  }
}

TEST(EmbedColumns, AnExampleAloneInItsBatchHasTheSameOutput) {
  problem_of("input(4) -> embed_columns(3x33, 2, 2x5, init=normal(1)) -> dense(9)").expect_alone();
}

// Row 1 of the first table alone is not met.
TEST(EmbedColumns, LeavesRowsThatAreNotMetAsTheyAre) {
  std::vector<float> rows = kRows;
  rows[12] = 0;
  GraphProblem problem = problem_of("input(4) -> embed_columns(3x2, 2, 2x5, init=normal(1))", rows);
  problem.optimizer = "adamw(0.1, weight_decay=0.1)";
  auto parameters = problem.start();
  const std::vector<double> before = parameters.read(0);
  GraphProblem::Run run(problem, parameters);
  for (int step = 0; step < 3; ++step) run.step();
  const std::vector<double> after = parameters.read(0);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i] == before[i], i / 2 == 1) << i;
}

// Numbers have a gradient, and categories none.
TEST(EmbedColumns, PassesTheGradientOfNumbers) {
  GraphProblem problem = problem_of("input(4) -> embed_columns(3x2, 2, 2x1, init=normal(1))");
  problem.input_gradient = true;
  auto parameters = problem.start();
  GraphProblem::Run run(problem, parameters);
  run.step();
  const auto gradient = run.plan->gradient(0);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(gradient.row(i)[0], 0);
    EXPECT_EQ(gradient.row(i)[1], static_cast<double>(run.gradients[0][5 * i + 2]));
    EXPECT_EQ(gradient.row(i)[2], static_cast<double>(run.gradients[0][5 * i + 3]));
    EXPECT_EQ(gradient.row(i)[3], 0);
  }
}

// What stands behind an example's end is not met.
TEST(EmbedColumns, OfSequencesOfUnequalLength) {
  const std::string sentence =
      "input(2x4, lengths=true) -> embed_columns(3x2, 2, 2x5, init=normal(1)) -> gru(3)";
  std::vector<std::vector<double>> results;
  for (const float padding : {0.0f, 2.0f}) {
    std::vector<float> rows = kRows;
    std::fill(rows.begin() + 4, rows.begin() + 8, padding);
    GraphProblem problem = problem_of(sentence, rows);
    problem.lengths = {1, 2};
    problem.expect_gradients();
    problem.optimizer = "adamw(0.1)";
    results.push_back(problem.train(3));
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST(EmbedColumns, SaysWhichValuesAreCategories) {
  const auto of = [](const char* sentence) {
    return ops::holds_categories(catalogue::compile(layers_of(sentence)));
  };
  using Answers = std::vector<bool>;
  EXPECT_EQ(of("input(4) -> embed_columns(3x2, 2, 2x5) -> dense(1)"),
            (Answers{true, false, false, true}));
  EXPECT_EQ(of("input(4) -> standardize -> embed_columns(3, 2x5) -> dense(1)"),
            (Answers{false, false, false, true}));
  EXPECT_EQ(of("input(2x2) -> standardize -> embed_columns(1, 2x5) -> gru(1)"),
            (Answers{false, true, false, true}));
  EXPECT_EQ(of("input(4) -> dense(4) -> embed_columns(3, 2x5) -> dense(1)"), Answers(4, false));
  EXPECT_EQ(of("input(4) -> dense(1)"), Answers(4, false));
}

TEST(EmbedColumns, RefusesWhatItDoesNotDescribe) {
  const auto refuse = [](const char* sentence, const std::vector<std::string>& parts) {
    expect_error(ErrorKind::sentence, parts, [&] { catalogue::compile(layers_of(sentence)); });
  };
  refuse("input(4) -> embed_columns(3x2, 2)", {"a row of 3 columns", "4"});
  refuse("input(2x4) -> embed_columns(3x2, 2)", {"a row of 3 columns", "2x4"});
  refuse("input(4) -> embed_columns(3x2x1, 3)", {"3x2x1 says nothing of a column"});
  refuse("input(8, lengths=true) -> embed_columns(3x2, 3) -> last", {"a row of 4 columns", "8"});
}

}  // namespace
}  // namespace lithe::test
