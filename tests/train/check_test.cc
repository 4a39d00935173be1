// Networks, data and losses that do not go together are errors that say what to change, before any
// step is done.
#include <gtest/gtest.h>

#include "catalogue/catalogue.h"
#include "losses/loss.h"
#include "support/declarations.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

const Examples& digits() { return test::digits(60, 0).train; }

void train(const std::string& layers, const std::string& loss, const Examples& data,
           const std::string& input = "input(784) -> ") {
  Model model(Network::parse(input + layers), Precision::float32, 1);
  Trainer(model, data, {}, {.loss = loss, .batch = 20, .threads = 1}).run_epoch();
}

// Examples with numbers to predict, `columns` each.
struct Numbers {
  Numbers(std::size_t rows, std::size_t columns, float value)
      : inputs(rows, 3, 2), targets(rows * columns, value), examples(inputs.examples) {
    examples.labels = nullptr, examples.classes = 0;
    examples.targets = targets.data(), examples.target_columns = columns;
  }
  test::RandomExamples inputs;
  std::vector<float> targets;
  Examples examples;
};

std::vector<std::string> losses_with(bool logits) {
  std::vector<std::string> names;
  for (const losses::Row& row : losses::kLosses)
    if (losses::takes_logits(row.loss) == logits) names.emplace_back(row.name);
  EXPECT_FALSE(names.empty());
  return names;
}

// Endings whose outputs are probabilities, and what each is called.
constexpr const char* kProbabilities[][2] = {
    {"dense(10, softmax)", "softmax"},
    {"dense(10) -> softmax", "softmax"},
    {"dense(10, sigmoid)", "sigmoid"},
    {"dense(10) -> sigmoid", "sigmoid"},
    {"dense(10, hard_sigmoid)", "hard_sigmoid"},
    {"dense(10, softmax) -> flatten", "softmax"},
    {"dense(10, softmax) -> dropout(0.1)", "softmax"},
    {"dense(10) -> sigmoid -> dropout(0.1) -> gaussian_noise(0.1)", "sigmoid"},
    {"dense(10, softmax) -> identity", "softmax"},
};

TEST(Check, ALossOfLogitsTakesNoProbabilities) {
  for (const std::string& loss : losses_with(true))
    for (const auto& [layers, end] : kProbabilities) {
      SCOPED_TRACE(loss + ", " + layers);
      test::expect_error(ErrorKind::data, {loss, "takes logits", end, "leave", "quadratic"},
                         [&, at = std::string(layers)] { train(at, loss, digits()); });
    }
}

TEST(Check, ALossOfProbabilitiesTakesThem) {
  for (const std::string& loss : losses_with(false))
    for (const auto& [layers, end] : kProbabilities)
      EXPECT_NO_THROW(train(layers, loss, digits())) << loss << ", " << layers;
}

// A layer that changes nothing outside of training hides no probabilities. Which layers those are
// is found by using each of the catalogue.
// Whether the layer has no arrays and, behind these layers, leaves all values as they are.
bool has_no_effect(const std::string& before, const std::string& layer) {
  const test::RandomExamples examples(5, 32, 2);
  const Features& features = examples.examples.features;
  const Model without(Network::parse(before), Precision::float64, 1);
  try {
    const Model with(Network::parse(before + " -> " + layer), Precision::float64, 1);
    return with.names() == without.names() && with.predict(features) == without.predict(features);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::sentence) << layer;  // it does not fit there
    return false;
  }
}

TEST(Check, NoLayerWithoutEffectHidesProbabilities) {
  const test::RandomExamples examples(40, 32, 10);
  for (const std::string before : {"input(32) -> dense(10", "input(4x4x2) -> conv2d(5, 4x3"}) {
    std::size_t without_effect = 0;
    for (const auto& [category, declaration] : catalogue::catalogue().entries) {
      if (category != network::Category::layer) continue;
      const std::string layer =
          test::Declared{catalogue::catalogue(), category, declaration}.bare();
      // Values of both signs, because relu leaves the positive ones alone.
      if (!has_no_effect(before + ")", layer)) continue;
      ++without_effect;
      test::expect_error(ErrorKind::data, {"cross_entropy", "takes logits", "sigmoid"}, [&] {
        train(before + ", sigmoid) -> " + layer, "cross_entropy", examples.examples, "");
      });
    }
    EXPECT_GE(without_effect, 4u) << before;  // identity, dropout, alpha_dropout, gaussian_noise
  }
}

TEST(Check, SoftmaxElsewhereIsAllowed) {
  for (const char* layers : {"dense(10, softmax) -> dense(10)", "dense(20, sigmoid) -> dense(10)",
                             "residual(dense(784, softmax)) -> dense(10, tanh)"})
    EXPECT_NO_THROW(train(layers, "cross_entropy", digits())) << layers;
}

TEST(Check, FindingALearningRateChecksTheSame) {
  Model model(Network::parse("input(784) -> dense(10, softmax)"), Precision::float32, 1);
  test::expect_error(ErrorKind::data, {"cross_entropy", "takes logits"}, [&] {
    find_learning_rate(model, digits(), {.loss = "cross_entropy", .batch = 20, .threads = 1});
  });
}

TEST(Check, EveryOutputHasAClass) {
  for (const char* loss : {"quadratic", "cross_entropy", "hinge"})
    test::expect_error(ErrorKind::data, {"12 outputs", "10 classes", "10 units"},
                       [&] { train("dense(12)", loss, digits()); });
  test::expect_error(ErrorKind::data, {"11 outputs", "10 classes"},
                     [&] { train("dense(11)", "cross_entropy", digits()); });
}

// A background class is a class of the data as well: one label more, and one output more.
TEST(Check, ABackgroundClassIsAClass) {
  Examples open = digits();
  std::vector<std::int32_t> labels(open.labels, open.labels + open.features.rows);
  labels[0] = 10;
  open.labels = labels.data(), open.classes = 11;
  EXPECT_NO_THROW(train("dense(11)", "cross_entropy", open));
}

TEST(Check, OneOutputTellsTwoClassesApart) {
  const test::RandomExamples two(40, 3, 2);
  for (const char* loss : {"quadratic", "binary_cross_entropy", "hinge"})
    for (const char* layers : {"dense(1)", "dense(2)"})
      EXPECT_NO_THROW(train(layers, loss, two.examples, "input(3) -> ")) << loss << layers;
}

TEST(Check, NumbersAreForLossesOfNumbers) {
  const Numbers prices(40, 1, 250.5f), pairs(40, 2, -0.5f);
  for (const std::string& loss : losses_with(true)) {
    const std::vector<std::string> told = {loss, "numbers to predict", "example 1", "mean_squared"};
    test::expect_error(ErrorKind::data, told,
                       [&] { train("dense(1)", loss, prices.examples, "input(3) -> "); });
    test::expect_error(ErrorKind::data, told,
                       [&] { train("dense(2)", loss, pairs.examples, "input(3) -> "); });
  }
  for (const std::string& loss : losses_with(false))
    EXPECT_NO_THROW(train("dense(1)", loss, prices.examples, "input(3) -> ")) << loss;
}

// Outlier exposure trains on distributions, and several labels at once are probabilities.
TEST(Check, ProbabilitiesAreTargetsOfClasses) {
  const Numbers even(40, 4, 0.25f), labels(40, 3, 1);
  EXPECT_NO_THROW(train("dense(4)", "cross_entropy", even.examples, "input(3) -> "));
  EXPECT_NO_THROW(train("dense(4)", "binary_cross_entropy", even.examples, "input(3) -> "));
  EXPECT_NO_THROW(train("dense(3)", "binary_cross_entropy", labels.examples, "input(3) -> "));
  test::expect_error(ErrorKind::data, {"cross_entropy", "sum to 1"},
                     [&] { train("dense(3)", "cross_entropy", labels.examples, "input(3) -> "); });
}

}  // namespace
}  // namespace lithe
