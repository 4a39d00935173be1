// The engine as a whole: gradients, agreement with a plain network, the same bits, and mistakes.
#include <gtest/gtest.h>

#include <cstring>

#include "activations/activation.h"
#include "data/synthetic/digits.h"
#include "lithe/error.h"
#include "lithe/trainer.h"
#include "losses/loss.h"
#include "support/isas.h"
#include "train/plain_network.h"

namespace lithe {
namespace {

const Dataset& digits() {
  static const Dataset data = data::generate_digits(3, 2003, 300);
  return data;
}

Model make_model(const std::string& network, Precision precision, std::uint64_t seed = 1) {
  return Model(Network::parse(network).with_input({digits().shape}), precision, seed, {255, {}});
}

std::vector<std::vector<double>> all_values(const Model& model) {
  std::vector<std::vector<double>> result;
  for (const std::string& name : model.names()) result.push_back(model.values(name));
  return result;
}

std::vector<std::vector<double>> trained(const std::string& network, Precision precision,
                                         const TrainOptions& options, const Examples& examples) {
  Model model = make_model(network, precision);
  Trainer trainer(model, examples, digits().test, options);
  trainer.run_epoch();
  return all_values(model);
}

// The gradient of the loss over some examples with respect to all values of a model, taken from
// what a step of gradient descent with a known rate changes.
std::vector<std::vector<double>> gradient(const std::string& network, const std::string& loss,
                                          const Examples& examples) {
  Model model = make_model(network, Precision::float64);
  const auto before = all_values(model);
  constexpr double kRate = 1024;  // a power of two: the division below is exact
  Trainer trainer(
      model, examples, {},
      {.loss = loss, .optimizer = "sgd(1024)", .batch = examples.features.rows, .threads = 1});
  trainer.run_epoch();
  auto result = all_values(model);
  for (std::size_t i = 0; i < result.size(); ++i)
    for (std::size_t j = 0; j < result[i].size(); ++j)
      result[i][j] = (before[i][j] - result[i][j]) / kRate;
  return result;
}

double mean_loss(const Model& model, const std::string& loss, const Examples& examples) {
  return evaluate(model, examples, loss).loss;
}

// Central differences in a few dozen values of each array against the engine's gradient.
void check_gradient(const std::string& network, const std::string& loss) {
  const Examples examples = digits().train.slice(0, 7);
  const auto exact = gradient(network, loss, examples);
  Model model = make_model(network, Precision::float64);
  double error = 0, norm = 0;
  for (std::size_t a = 0; a < exact.size(); ++a) {
    const std::string name = model.names()[a];
    std::vector<double> values = model.values(name);
    for (std::size_t j = 0; j < values.size(); j += 1 + values.size() / 37) {
      constexpr double kStep = 1e-5;
      const double original = values[j];
      double side[2];
      for (int s = 0; s < 2; ++s) {
        values[j] = original + (s == 0 ? kStep : -kStep);
        model.set_values(name, values);
        side[s] = mean_loss(model, loss, examples);
      }
      values[j] = original;
      model.set_values(name, values);
      const double difference = (side[0] - side[1]) / (2 * kStep);
      error += std::pow(difference - exact[a][j], 2);
      norm += std::pow(difference, 2);
    }
  }
  ASSERT_GT(norm, 0) << network << " " << loss;
  EXPECT_LT(std::sqrt(error / norm), 1e-6) << network << " " << loss;
}

TEST(Gradient, AgreesWithFiniteDifferencesForEveryActivationAndLoss) {
  for (const auto& activation : activations::kActivations)
    for (const auto& loss : losses::kLosses) {
      const std::string name(activation.name);
      check_gradient("dense(13, " + name + ") -> dense(11, " + name + ") -> dense(10)",
                     std::string(loss.name));
      if (!activation.probabilities || !losses::takes_logits(loss.loss))
        check_gradient("dense(12) -> " + name + " -> dense(10, " + name + ")",
                       std::string(loss.name));
    }
  check_gradient("flatten -> dense(9, sigmoid) -> tanh -> sigmoid -> dense(10, tanh) -> sigmoid",
                 "quadratic");
}

void check_against_plain(const std::string& network, const std::vector<std::string>& activations,
                         std::size_t batch) {
  Model model = make_model(network, Precision::float64);
  test::PlainNetwork plain(model, activations);
  const Examples& train = digits().train;
  Trainer trainer(model, train, digits().test,
                  {.optimizer = "sgd(1.25)", .batch = batch, .threads = 2});
  const auto order = trainer.order(1);
  trainer.run_epoch();
  for (std::size_t first = 0; first < order.size(); first += batch)
    plain.step(train.features, train.labels,
               {order.begin() + static_cast<std::ptrdiff_t>(first),
                order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), first + batch))},
               1.25);
  for (std::size_t l = 0; l < plain.layers.size(); ++l) {
    const auto weight = model.values(model.names()[2 * l]);
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      error += std::pow(weight[i] - plain.layers[l].weight[i], 2);
      norm += std::pow(plain.layers[l].weight[i], 2);
    }
    EXPECT_LT(std::sqrt(error / norm), 1e-9) << network << " layer " << l;
  }
}

TEST(Training, AnEpochAgreesWithAPlainNetwork) {
  const std::string normal = ", normal, normal)";
  check_against_plain("dense(30, sigmoid" + normal + " -> dense(10, sigmoid" + normal,
                      {"sigmoid", "sigmoid"}, 10);
  check_against_plain("dense(33, tanh) -> dense(17, relu) -> dense(10, sigmoid)",
                      {"tanh", "relu", "sigmoid"}, 32);
}

const char* const kNetworks[] = {
    "dense(30, sigmoid, normal, normal) -> dense(10, sigmoid, normal, normal)",
    "dense(100, relu) -> dense(64, tanh) -> dense(10, sigmoid)",
    "dense(33, tanh) -> relu -> dense(17) -> sigmoid -> dense(10)"};

// Instruction sets with fused multiply-add, threads, and batch sizes with a smaller last batch.
TEST(Training, TheSameBitsForEveryInstructionSetAndNumberOfThreads) {
  for (const char* network : kNetworks)
    for (const Precision precision : {Precision::float32, Precision::float64})
      for (const std::size_t batch : {1, 10, 128}) {
        const Examples examples = digits().train.slice(0, batch == 1 ? 100 : 2003);
        TrainOptions options{.optimizer = "sgd(0.5)", .batch = batch, .threads = 1};
        const auto expected = trained(network, precision, options, examples);
        for (const std::string& isa : test::fused_isas())
          for (const std::size_t threads : {1, 2, 3}) {
            options.isa = isa;
            options.threads = threads;
            EXPECT_EQ(trained(network, precision, options, examples), expected)
                << network << " " << options.isa << " " << threads << " threads, batch " << batch;
          }
      }
}

// The same numbers as floats: no column is left out, and nothing changes.
TEST(Training, TheSameBitsWithAndWithoutZeroColumns) {
  const Features& bytes = digits().train.features;
  std::vector<float> floats(bytes.rows * bytes.columns);
  for (std::size_t i = 0; i < bytes.rows; ++i)
    for (std::size_t k = 0; k < bytes.columns; ++k) floats[i * bytes.columns + k] = bytes.row(i)[k];
  Examples dense = digits().train;
  dense.features.data = floats.data();
  dense.features.type = ElementType::float32;
  dense.features.row_stride = bytes.columns * sizeof(float);
  for (const char* network : kNetworks)
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      const TrainOptions options{.optimizer = "sgd(0.5)", .batch = 10, .threads = 1};
      EXPECT_EQ(trained(network, precision, options, dense),
                trained(network, precision, options, digits().train))
          << network;
    }
}

TEST(Training, TheSeedDecides) {
  TrainOptions options{.batch = 10, .seed = 1, .threads = 1};
  const auto a = trained(kNetworks[0], Precision::float32, options, digits().train);
  EXPECT_EQ(trained(kNetworks[0], Precision::float32, options, digits().train), a);
  options.seed = 2;
  EXPECT_NE(trained(kNetworks[0], Precision::float32, options, digits().train), a);
}

TEST(Training, OrderIsAPermutationAndDiffersByEpoch) {
  Model model = make_model(kNetworks[0], Precision::float32);
  Trainer trainer(model, digits().train, {}, {.batch = 10, .threads = 1});
  auto first = trainer.order(1);
  EXPECT_NE(first, trainer.order(2));
  EXPECT_EQ(first, trainer.order(1));
  std::sort(first.begin(), first.end());
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i], i);
}

TEST(Training, AWatcherStopsAnEpoch) {
  Model model = make_model(kNetworks[0], Precision::float32);
  Trainer trainer(model, digits().train, digits().test, {.batch = 10, .threads = 1});
  const EpochReport report = trainer.run_epoch([](double done) { return done < 0.5; });
  EXPECT_TRUE(report.stopped);
  EXPECT_GT(report.examples, 900u);
  EXPECT_LT(report.examples, 1200u);
}

template <class Call>
void expect_error(ErrorKind kind, const std::string& text, const Call& call) {
  try {
    call();
    ADD_FAILURE() << "no error: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(Mistakes, OptionsAndData) {
  Model model = make_model(kNetworks[0], Precision::float32);
  const auto with = [&](const TrainOptions& options) {
    return [&model, options] { Trainer(model, digits().train, digits().test, options); };
  };
  expect_error(ErrorKind::usage, "from 1 to the 2003", with({.batch = 0}));
  expect_error(ErrorKind::usage, "from 1 to the 2003", with({.batch = 2004}));
  expect_error(ErrorKind::usage, "1000000 threads", with({.threads = 1000000}));
  expect_error(ErrorKind::usage, "'mmx'", with({.isa = "mmx"}));
  expect_error(ErrorKind::sentence, "quadratic", with({.loss = "quadratik"}));
  expect_error(ErrorKind::sentence, "above 0", with({.optimizer = "sgd(0)"}));
  Model small = make_model("dense(7)", Precision::float32);
  expect_error(ErrorKind::data, "10 classes",
               [&] { Trainer(small, digits().train, digits().test, {}); });
  Model other(Network::parse("input(700) -> dense(10)"), Precision::float32, 1);
  expect_error(ErrorKind::data, "700", [&] { Trainer(other, digits().train, {}, {}); });
}

TEST(Mistakes, ARateThatExplodesNamesTheStep) {
  Model model = make_model("dense(30, relu) -> dense(10)", Precision::float32);
  Trainer trainer(model, digits().train, digits().test,
                  {.optimizer = "sgd(1e5)", .batch = 10, .threads = 1});
  expect_error(ErrorKind::numeric, "step ", [&] {
    for (int epoch = 0; epoch < 3; ++epoch) trainer.run_epoch();
  });
}

TEST(Plan, CountsOperationsAndGivesReasons) {
  Model model = make_model(kNetworks[0], Precision::float32);
  Trainer trainer(model, digits().train, digits().test, {.batch = 10, .threads = 1});
  const PlanReport plan = trainer.plan();
  // Forward, gradient of the weights, and gradient of the second layer's input.
  const double forward = 2 * (784 * 30 + 30 * 10);
  EXPECT_EQ(plan.operations_per_example, 2 * forward + 2 * 30 * 10);
  EXPECT_EQ(plan.parameters, 784u * 30 + 30 + 30 * 10 + 10);
  std::size_t refusals = 0;
  for (const PlanStage& stage : plan.stages) {
    EXPECT_FALSE(stage.kernel.empty()) << stage.name;
    for (const std::string& refusal : stage.refused) {
      EXPECT_NE(refusal.find(": "), std::string::npos) << refusal;
      ++refusals;
    }
  }
  EXPECT_GT(refusals, 0u);
}

}  // namespace
}  // namespace lithe
