// embedding: rows of a table, of which only those that are met learn.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/graph_problem.h"
#include "support/expect_error.h"
#include "support/isas.h"

namespace lithe::test {
namespace {

// Three examples of five categories each.
const std::vector<float> kCategories = {0, 3, 3, 1, 0, /**/ 6, 3, 2, 2, 2, /**/ 0, 0, 0, 0, 1};

GraphProblem problem_of(const std::string& sentence, std::vector<float> features = kCategories) {
  GraphProblem problem = test::problem_of(sentence);
  problem.batch = features.size() / problem.graph.slots[0].size();
  problem.given_features = std::move(features);
  return problem;
}

TEST(Embedding, GradientsAgreeWithFiniteDifferences) {
  for (const char* sentence :
       {"input(5) -> embedding(7, 3) -> flatten", "input(5) -> embedding(7, 3) -> gru(2)",
        "input(5) -> embedding(7, 40) -> mean_over_time", "input(1) -> embedding(7, 3) -> last"}) {
    SCOPED_TRACE(sentence);
    problem_of(sentence).expect_gradients();
  }
}

// A row of 0s and a single 1 for each category, times the same weights.
TEST(Embedding, IsADenseLayerBehindOneHotRows) {
  std::vector<float> one_hot;
  for (const float category : kCategories)
    for (std::size_t k = 0; k < 8; ++k) one_hot.push_back(category == static_cast<float>(k));
  GraphProblem embedding = problem_of("input(5) -> embedding(7, 33) -> flatten");
  GraphProblem dense = problem_of("input(5x8) -> conv1d(33, 1) -> flatten", one_hot);
  embedding.optimizer = dense.optimizer = "sgd(0.1)";
  auto rows = embedding.start(), weights = dense.start();
  rows.write(0, weights.read(0));
  GraphProblem::Run learned(embedding, rows), expected(dense, weights);
  for (int step = 0; step < 3; ++step) learned.step(), expected.step();
  const std::vector<double> a = rows.read(0), b = weights.read(0);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-14);
}

TEST(Embedding, HasTheSameBitsOnAnyInstructionSetAndNumberOfThreads) {
  for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "adamw(0.01, clip_norm=0.5)"}) {
    GraphProblem problem = problem_of("input(5) -> embedding(7, 33) -> lstm(9)");
    problem.optimizer = optimizer;
    problem.expect_everywhere(problem.train(3));
  }
}

// Categories 4 and 5 are not met, and neither is the row for what is no category.
TEST(Embedding, LeavesRowsThatAreNotMetAsTheyAre) {
  GraphProblem problem = problem_of("input(5) -> embedding(7, 3) -> flatten");
  problem.optimizer = "adamw(0.1, weight_decay=0.1)";
  auto parameters = problem.start();
  const std::vector<double> before = parameters.read(0);
  GraphProblem::Run run(problem, parameters);
  for (int step = 0; step < 3; ++step) run.step();
  const std::vector<double> after = parameters.read(0);
  for (std::size_t row = 0; row < 8; ++row)
    for (std::size_t n = 0; n < 3; ++n)
      EXPECT_EQ(after[3 * row + n] == before[3 * row + n], row == 4 || row == 5 || row == 7) << row;
}

TEST(Embedding, HasARowForWhatIsNoCategory) {
  const float nan = std::nanf("");
  GraphProblem problem =
      problem_of("input(8) -> embedding(7, 1) -> flatten", {-1, 7, 0.5f, nan, 1e30f, -0.0f, 6, 2});
  auto parameters = problem.start();
  parameters.write(0, {10, 11, 12, 13, 14, 15, 16, 99});
  GraphProblem::Run run(problem, parameters);
  run.forward();
  const auto y = run.plan->values(problem.graph.output());
  EXPECT_EQ(std::vector<double>(y.row(0), y.row(0) + 8),
            (std::vector<double>{99, 99, 99, 99, 99, 10, 16, 12}));
}

TEST(Embedding, OfASmallerBatch) {
  GraphProblem problem = problem_of("input(5) -> embedding(7, 3) -> flatten");
  GraphProblem small = problem_of("input(5) -> embedding(7, 3) -> flatten",
                                  {kCategories.begin(), kCategories.begin() + 5});
  auto parameters = problem.start(), others = small.start();
  GraphProblem::Run run(problem, parameters), one(small, others);
  run.order.resize(1);
  run.step();
  one.step();
  EXPECT_EQ(parameters.read(0), others.read(0));
}

TEST(Embedding, RefusesWhatIsNoRow) {
  expect_error(ErrorKind::sentence, {"categories in a row", "4x2"},
               [] { catalogue::compile(layers_of("input(4x2) -> embedding(3, 2)")); });
}

}  // namespace
}  // namespace lithe::test
