// Answers at each position of a sequence: losses with masks, their gradients and their counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lithe/learner.h"
#include "lithe/model.h"
#include "lithe/predictor.h"
#include "lithe/probabilities.h"
#include "lithe/trainer.h"
#include "losses/loss.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

using nlohmann::json;

constexpr std::size_t kRows = 5, kLength = 6, kChannels = 3, kClasses = 4;

// Sequences of 6 positions of 3 channels. Of each some positions have no target, the last ones
// among them.
struct Sequences {
  explicit Sequences(float behind_ends = 0.5F) {
    base::Rng random(8, 1);
    for (std::size_t i = 0; i < kRows; ++i) {
      lengths.push_back(static_cast<std::int32_t>(2 + i % (kLength - 1)));
      for (std::size_t p = 0; p < kLength; ++p) {
        const bool beyond = p >= static_cast<std::size_t>(lengths[i]);
        const bool counts = !beyond && (i + p) % 3 != 0;
        for (std::size_t n = 0; n < kChannels; ++n) {
          const auto value = static_cast<float>(random.normal());
          values.push_back(beyond ? behind_ends : value);
        }
        const auto label = static_cast<std::int32_t>(random.below(kClasses));
        labels.push_back(counts ? label : kNoTarget);
        for (std::size_t k = 0; k < kClasses; ++k) {
          const auto target = static_cast<float>(random.uniform());
          numbers.push_back(counts ? target : NAN);
        }
        counted += counts;
      }
    }
    for (std::size_t row = 0; row < numbers.size(); row += kClasses) normalise(row);
  }
  Features features() const { return Features::of(values, kRows, kLength * kChannels); }
  Examples classes() const {
    return Examples::classification(features(), labels, kClasses, kLength);
  }
  Examples targets() const { return Examples::regression(features(), numbers, kClasses, kLength); }
  Examples with_lengths() const {
    return Examples::classification(features().with_lengths(lengths, kLength), labels, kClasses,
                                    kLength);
  }

  std::vector<float> values, numbers;
  std::vector<std::int32_t> labels, lengths;
  std::size_t counted = 0;

 private:
  void normalise(std::size_t row) {
    float sum = 0;
    for (std::size_t k = 0; k < kClasses; ++k) sum += numbers[row + k];
    for (std::size_t k = 0; k < kClasses; ++k) numbers[row + k] /= sum;
  }
};

constexpr const char* kNetwork = "input(6x3) -> gru(5, all) -> dense(4)";

Model trained(const std::string& network, const Examples& examples, std::size_t threads = 1) {
  Model model(Network::parse(network), Precision::float32, 3);
  Trainer trainer(
      model, examples, {},
      {.loss = "cross_entropy", .optimizer = "adam(0.05)", .batch = 2, .threads = threads});
  for (int epoch = 0; epoch < 4; ++epoch) trainer.run_epoch();
  return model;
}

std::vector<double> gradient_of(const Model& start, const Examples& examples,
                                const std::string& loss) {
  Model model(start.network(), Precision::float64);
  const std::vector<double> before = test::weights_of(start);
  test::set_weights(model, before);
  Trainer trainer(
      model, examples, {},
      {.loss = loss, .optimizer = "sgd(1)", .batch = examples.features.rows, .threads = 1});
  trainer.run_epoch();
  std::vector<double> gradient = test::weights_of(model);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = before[i] - gradient[i];
  return gradient;
}

void expect_finite_differences(const std::string& network, const Examples& examples,
                               const std::string& loss) {
  SCOPED_TRACE(network + ", " + loss);
  constexpr double kStep = 1e-5;
  Model model(Network::parse(network), Precision::float64, 5);
  const std::vector<double> gradient = gradient_of(model, examples, loss);
  std::vector<double> weights = test::weights_of(model);
  double largest = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    double sides[2];
    for (int side = 0; side < 2; ++side) {
      std::vector<double> moved = weights;
      moved[i] += side == 0 ? -kStep : kStep;
      test::set_weights(model, moved);
      sides[side] = evaluate(model, examples, loss).loss;
    }
    EXPECT_NEAR(gradient[i], (sides[1] - sides[0]) / (2 * kStep), 1e-7) << i;
    largest = std::max(largest, std::abs(gradient[i]));
  }
  EXPECT_GT(largest, 1e-3) << "a gradient of nothing tests nothing";
}

TEST(Positions, GradientsOfEachLossAreThoseOfFiniteDifferences) {
  const Sequences data;
  for (const losses::Row& row : losses::kLosses) {
    expect_finite_differences(kNetwork, data.targets(), std::string(row.name));
    expect_finite_differences(kNetwork, data.classes(), std::string(row.name));
  }
  expect_finite_differences("input(6x3, lengths=true) -> bidirectional(lstm(3, all)) -> dense(4)",
                            data.with_lengths(), "cross_entropy(0.1)");
}

// A parameter that is read at both ends; the last token is no category.
TEST(Positions, GradientsOfTiedWeightsAreTheirSum) {
  std::vector<std::int32_t> tokens, labels;
  base::Rng random(2, 1);
  for (std::size_t i = 0; i < kRows * kLength; ++i) {
    tokens.push_back(static_cast<std::int32_t>(random.below(kClasses)));
    labels.push_back(static_cast<std::int32_t>(random.below(kClasses)));
  }
  tokens.back() = 77;
  const Examples examples =
      Examples::classification(Features::of(tokens, kRows, kLength), labels, kClasses, kLength);
  for (const char* layers :
       {"embedding(4, 5, normal(1)) -> dense(4, tied=true)",
        "embedding(4, 5, normal(1)) -> position -> transformer(1, 4, causal) "
        "-> dense(4, tied=true)",
        "embedding(4, 5, normal(1)) -> gru(5, all) -> dense(4, tanh, tied=true)"})
    expect_finite_differences("input(6) -> " + std::string(layers), examples, "cross_entropy");
  const Model model(Network::parse("input(6) -> embedding(4, 5) -> dense(4, tied=true)"));
  EXPECT_EQ(model.names(), (std::vector<std::string>{"layers.0.weight", "layers.1.bias"}));
  EXPECT_EQ(model.shape("layers.0.weight"), (std::vector<std::size_t>{5, 4}));
  for (const auto& [network, word] : std::vector<std::pair<std::string, std::string>>{
           {"input(6) -> dense(4, tied=true)", "no embedding in front"},
           {"input(6) -> embedding(4, 5) -> dense(3, tied=true)", "cannot share"},
           {"input(6) -> embedding(4, 5) -> dense(7) -> dense(4, tied=true)", "cannot share"}})
    test::expect_error(ErrorKind::sentence, {word}, [&] { Network::parse(network); });
}

TEST(Positions, ComeToTheFiguresOfPyTorchsIgnoreIndex) {
  std::ifstream file(std::string(LITHE_SOURCE_DIR) + "/tests/train/positions_golden.json");
  for (const json& given : json::parse(file)) {
    SCOPED_TRACE(given["loss"].get<std::string>());
    Model model(Network::parse(given["network"].get<std::string>()), Precision::float64);
    const auto flat = [](const json& array) {
      std::vector<double> values;
      for (const json& row : array)
        if (row.is_array())
          values.insert(values.end(), row.begin(), row.end());
        else
          values.push_back(row.get<double>());
      return values;
    };
    for (const auto& [name, values] : given["arrays"].items()) model.set_values(name, flat(values));
    const auto tokens = given["inputs"].get<std::vector<std::int32_t>>();
    const auto labels = given["targets"].get<std::vector<std::int32_t>>();
    const Examples examples =
        Examples::classification(Features::of(tokens, tokens.size() / 6, 6), labels, 5, 6);
    const Evaluation score = evaluate(model, examples, given["loss"]);
    EXPECT_NEAR(score.loss, given["mean_loss"].get<double>(), 1e-12);
    EXPECT_EQ(score.correct, given["correct"].get<std::size_t>());
    EXPECT_EQ(score.total, given["counted"].get<std::size_t>());
    const std::vector<double> gradient = gradient_of(model, examples, given["loss"]);
    std::size_t at = 0;
    for (const std::string& name : model.names())
      for (const double expected : flat(given["gradients"][name]))
        EXPECT_NEAR(gradient[at++], expected, 1e-12) << name;
  }
}

TEST(Positions, MeansAreOverThePositionsThatCount) {
  const Sequences data;
  Model model(Network::parse(kNetwork), Precision::float64, 4);
  const std::vector<double> outputs = model.predict(data.features());
  ASSERT_EQ(outputs.size(), kRows * kLength * kClasses);
  double loss = 0, squares = 0;
  std::size_t right = 0;
  for (std::size_t i = 0; i < kRows * kLength; ++i) {
    if (data.labels[i] == kNoTarget) continue;
    const std::span<const double> one = std::span(outputs).subspan(i * kClasses, kClasses);
    const auto label = static_cast<std::size_t>(data.labels[i]);
    loss -= std::log(probabilities(one, "cross_entropy")[label]);
    right += predicted_class(one, "cross_entropy") == label;
    for (std::size_t k = 0; k < kClasses; ++k)
      squares += std::pow(one[k] - static_cast<double>(data.numbers[i * kClasses + k]), 2);
  }
  const auto counted = static_cast<double>(data.counted);
  const Evaluation classes = evaluate(model, data.classes(), "cross_entropy");
  EXPECT_EQ(classes.total, data.counted);
  EXPECT_EQ(classes.correct, right);
  EXPECT_NEAR(classes.loss, loss / counted, 1e-12);
  const Evaluation numbers = evaluate(model, data.targets(), "mean_squared");
  EXPECT_EQ(numbers.total, data.counted);
  EXPECT_NEAR(numbers.loss, squares / counted / kClasses, 1e-6);
  EXPECT_NEAR(numbers.rmse, std::sqrt(squares / counted / kClasses), 1e-6);

  Trainer trainer(model, data.classes(), data.classes(),
                  {.loss = "cross_entropy", .optimizer = "sgd(1e-30)", .batch = 5, .threads = 1});
  const EpochReport report = trainer.run_epoch();
  EXPECT_NEAR(report.loss, loss / counted, 1e-12);
  EXPECT_EQ(report.total, data.counted);
  EXPECT_EQ(report.correct, right);
}

TEST(Positions, WithoutATargetChangeNothingToTheBit) {
  // What a network that looks forward only sees behind the last target.
  const Sequences data(0.5F), other(-3);
  const std::vector<double> expected = test::weights_of(trained(kNetwork, data.classes()));
  for (const std::size_t threads : {1, 2, 3})
    EXPECT_TRUE(
        test::same_bits(test::weights_of(trained(kNetwork, other.classes(), threads)), expected));
  // With the ends of the sequences, whatever stands behind them.
  const std::string ends = "input(6x3, lengths=true) -> gru(5, all) -> dense(4)";
  for (const float behind : {0.5F, NAN, INFINITY})
    EXPECT_TRUE(test::same_bits(test::weights_of(trained(ends, Sequences(behind).with_lengths())),
                                expected));
  // Or of targets, of which the network is not asked.
  std::vector<std::int32_t> labels = data.labels;
  for (std::size_t i = 0; i < kRows; ++i)
    for (auto p = static_cast<std::size_t>(data.lengths[i]); p < kLength; ++p)
      labels[i * kLength + p] = 2;
  const Examples beyond = Examples::classification(
      data.features().with_lengths(data.lengths, kLength), labels, kClasses, kLength);
  EXPECT_TRUE(test::same_bits(test::weights_of(trained(ends, beyond)), expected));
}

TEST(Positions, CountAsMuchAsTheirExample) {
  const Sequences data;
  const std::vector<float> weights = {1, 0, 2, 0, 0};
  Model model(Network::parse(kNetwork), Precision::float64, 4);
  const Examples examples = data.classes();
  const auto of_row = [&](std::size_t row) {
    return evaluate(model, examples.slice(row, 1), "cross_entropy");
  };
  const Evaluation first = of_row(0), third = of_row(2);
  const auto a = static_cast<double>(first.total), b = 2 * static_cast<double>(third.total);
  EXPECT_NEAR(evaluate(model, examples.weighted(weights), "cross_entropy").loss,
              (a * first.loss + b * third.loss) / (a + b), 1e-12);
}

TEST(Positions, TargetsInOneRowAreThoseOfThePositions) {
  Sequences data;
  for (float& number : data.numbers) number = std::isnan(number) ? 0.3F : number;
  const Examples by_positions = data.targets(),
                 in_a_row = Examples::regression(data.features(), data.numbers, kLength * kClasses);
  const auto weights = [&](const Examples& examples) {
    Model model(Network::parse(kNetwork));
    Trainer trainer(model, examples, examples,
                    {.loss = "mean_squared",
                     .optimizer = "adam(0.01)",
                     .batch = 2,
                     .threads = 1,
                     .standardize_targets = true});
    trainer.run_epoch();
    EXPECT_EQ(model.preprocessing().target_mean.size(), kClasses);
    return test::weights_of(model);
  };
  EXPECT_TRUE(test::same_bits(weights(by_positions), weights(in_a_row)));
}

TEST(Positions, PredictorsAndLearnersHaveARowForEach) {
  const Sequences data;
  Model model(Network::parse(kNetwork), Precision::float32, 4);
  const std::vector<double> expected = model.predict(data.features());
  Predictor predictor(model, kRows);
  const std::span<const float> some = predictor.run(data.values);
  ASSERT_EQ(some.size(), expected.size());
  for (std::size_t i = 0; i < some.size(); ++i)
    EXPECT_EQ(static_cast<double>(some[i]), expected[i]);
  Learner learner(model, {.optimizer = "sgd(0.1)", .batch = kRows, .threads = 1});
  const std::vector<std::uint32_t> rows = {4, 0, 2};
  const std::span<const float> outputs = learner.forward(data.features(), rows);
  ASSERT_EQ(outputs.size(), 3 * kLength * kClasses);
  EXPECT_EQ(static_cast<double>(outputs[0]), expected[4 * kLength * kClasses]);
  learner.backward(std::vector<float>(outputs.size(), 0.1F));
}

TEST(Positions, MistakesAreNamed) {
  const Sequences data;
  const std::vector<std::int32_t> one(kRows, 1);
  const auto train = [](const std::string& network, const Examples& examples,
                        TrainOptions options = {}) {
    Model model(Network::parse(network));
    options.loss = "cross_entropy", options.batch = 2, options.threads = 1;
    Trainer(model, examples, {}, options);
  };
  test::expect_error(ErrorKind::data, {"one class", "6 positions", "last"}, [&] {
    train(kNetwork, Examples::classification(data.features(), one, kClasses));
  });
  test::expect_error(ErrorKind::data, {"an answer at each of 6 positions", "give=all"},
                     [&] { train("input(6x3) -> gru(5) -> dense(4)", data.classes()); });
  test::expect_error(ErrorKind::data, {"4 classes", "end the network with 4 units"},
                     [&] { train("input(6x3) -> gru(5, all) -> dense(3)", data.classes()); });
  test::expect_error(ErrorKind::usage, {"one at each position"},
                     [&] { train(kNetwork, data.classes(), {.balanced = true}); });
  std::vector<std::int32_t> labels = data.labels;
  labels[7] = 9;
  test::expect_error(ErrorKind::data, {"position 1 of row 1 has the label 9"},
                     [&] { Examples::classification(data.features(), labels, kClasses, kLength); });
  std::fill_n(labels.begin() + kLength, kLength, kNoTarget);
  test::expect_error(ErrorKind::data, {"row 1 has no target at any position"},
                     [&] { Examples::classification(data.features(), labels, kClasses, kLength); });
  test::expect_error(ErrorKind::data, {"29 labels for 5 rows of 6 positions"}, [&] {
    Examples::classification(data.features(), std::span(labels).first(29), kClasses, kLength);
  });
  test::expect_error(ErrorKind::data, {"the label -1"}, [&] {
    Examples::classification(data.features(), std::vector<std::int32_t>(kRows, kNoTarget),
                             kClasses);
  });
}

}  // namespace
}  // namespace lithe
