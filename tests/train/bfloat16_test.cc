// Training with products of bfloat16 values: the same bits everywhere, near those of float32, and a
// model in float32 that answers as it was evaluated.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "support/expect_error.h"
#include "support/isas.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

// Without an exponential, so that the plain reference gives these bits too.
constexpr const char* kExact = "input(784) -> dense(33, relu) -> dense(40) -> relu -> dense(10)";
constexpr const char* kWide = "input(784) -> dense(200, relu) -> dense(131, tanh) -> dense(10)";
// Without a kink, at which a rounded sum has another derivative.
constexpr const char* kSmooth = "input(784) -> dense(200, tanh) -> dense(131, tanh) -> dense(10)";
constexpr const char* kSequence =
    "input(28x28) -> conv1d(9, 3, relu) -> gru(17, all) -> dense(12, relu) -> flatten -> dense(10)";

struct Case {
  std::string network = kWide, optimizer = "adam(0.005)", loss = "cross_entropy";
  std::size_t batch = 25;
  bool bfloat16 = true, watch = false;
};

TrainOptions options_of(const Case& c, const std::string& isa, std::size_t threads) {
  return {.loss = c.loss,
          .optimizer = c.optimizer,
          .batch = c.batch,
          .epochs = 1,
          .seed = 6,
          .threads = threads,
          .isa = isa,
          .bfloat16 = c.bfloat16,
          .watch = c.watch};
}

std::vector<double> train(const Case& c, const Examples& data, const std::string& isa = "auto",
                          std::size_t threads = 1) {
  Model model(Network::parse(c.network), Precision::float32, 4);
  Trainer trainer(model, data, data.slice(0, 50), options_of(c, isa, threads));
  trainer.run_epoch();
  trainer.finish();
  return test::weights_of(model);
}

// The digits as numbers, which the kernel for nonzero columns refuses.
struct AsNumbers {
  explicit AsNumbers(const Examples& data) : examples(data) {
    const Features& from = data.features;
    for (std::size_t i = 0; i < from.rows; ++i)
      values.insert(values.end(), from.row(i), from.row(i) + from.columns);
    examples.features = {values.data(), ElementType::float32,         from.rows,
                         from.columns,  from.columns * sizeof(float), from.divisor};
  }
  std::vector<float> values;
  Examples examples;
};

const Case kCases[] = {{},
                       {.optimizer = "sgd(0.1)"},
                       {.optimizer = "adam(0.005, clip_norm=1)", .batch = 128},
                       {.optimizer = "sgd(0.1)", .batch = 1},
                       {.network = kSequence, .batch = 32}};

TEST(Bfloat16, BitsOfEveryInstructionSetThreadsAndPacking) {
  const Examples& data = test::digits(307, 0).train;
  const AsNumbers numbers(data);
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.network + ", " + c.optimizer);
    const std::vector<double> expected = train(c, data);
    for (const std::string& isa : test::fused_isas())
      for (const std::size_t threads : {1, 2, 3})
        EXPECT_TRUE(test::same_bits(train(c, data, isa, threads), expected)) << isa << threads;
    EXPECT_TRUE(test::same_bits(train(c, numbers.examples), expected)) << "as numbers";
  }
}

TEST(Bfloat16, BitsOfThePlainReferenceToo) {
  const Examples& data = test::digits(107, 0).train;
  for (const char* optimizer : {"sgd(0.2)", "momentum(0.1)"}) {
    const Case c{.network = kExact, .optimizer = optimizer, .loss = "quadratic"};
    EXPECT_TRUE(test::same_bits(train(c, data, "scalar"), train(c, data)));
  }
}

TEST(Bfloat16, WatchingChangesNothing) {
  const Examples& data = test::digits(307, 0).train;
  Case c;
  const std::vector<double> expected = train(c, data);
  c.watch = true;
  EXPECT_TRUE(test::same_bits(train(c, data), expected));
}

// A step of plain gradient descent: what the weights change by is the gradient.
TEST(Bfloat16, GradientsAreNearThoseOfFloat32) {
  const Examples data = test::digits(64, 0).train;
  Case c{.network = kSmooth, .optimizer = "sgd(0.1)", .batch = 64};
  Model model(Network::parse(kSmooth), Precision::float32, 4);
  const std::vector<double> before = test::weights_of(model), rounded = train(c, data);
  c.bfloat16 = false;
  const std::vector<double> exact = train(c, data);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    difference += std::pow(rounded[i] - exact[i], 2);
    size += std::pow(exact[i] - before[i], 2);
  }
  EXPECT_GT(difference, 0);
  // Three products behind one another, each with two factors rounded by at most 2^-9.
  EXPECT_LT(std::sqrt(difference / size), 6.0 / 512);
}

TEST(Bfloat16, TheModelAnswersAsItWasEvaluated) {
  const test::TemporaryFolder folder;
  const Dataset& data = test::digits(300, 100);
  Model model(Network::parse(kWide), Precision::float32, 4);
  Trainer trainer(model, data.train, data.test, options_of({}, "auto", 1));
  const EpochReport report = trainer.run_epoch();
  trainer.finish();
  EXPECT_TRUE(trainer.plan().bfloat16);
  model.save(folder.path() / "model.safetensors");
  const Model loaded = Model::load(folder.path() / "model.safetensors");
  EXPECT_EQ(loaded.precision(), Precision::float32);
  const Evaluation again = evaluate(loaded, data.test, "cross_entropy");
  EXPECT_EQ(again.correct, report.correct);
  EXPECT_EQ(again.loss, report.test_loss);
}

TEST(Bfloat16, IsRefusedWhereItCannotBe) {
  const Dataset& data = test::digits(100, 0);
  TrainOptions options = options_of({}, "auto", 1);
  Model twice(Network::parse(kWide), Precision::float64, 4);
  test::expect_error(ErrorKind::usage, {"bfloat16", "float64", "a model in float32"},
                     [&] { Trainer(twice, data.train, data.test, options); });
  Model model(Network::parse(kWide), Precision::float32, 4);
  for (const char* blas : {"auto", "openblas"}) {
    options.blas = blas;
    test::expect_error(ErrorKind::usage, {"--blas", "a BLAS does not multiply bfloat16"},
                       [&] { Trainer(model, data.train, data.test, options); });
  }
}

TEST(Bfloat16, ThePlanSaysWhatMultiplies) {
  const Dataset& data = test::digits(100, 0);
  Model model(Network::parse(kSequence), Precision::float32, 4);
  Trainer trainer(model, data.train, data.test, options_of({}, "auto", 1));
  bool some = false, told = false;
  for (const PlanStage& stage : trainer.plan().stages) {
    some = some || stage.bfloat16;
    EXPECT_EQ(stage.bfloat16, stage.kernel.find("bfloat16") != std::string::npos) << stage.name;
    for (const std::string& refused : stage.refused)
      told = told || refused.find("convolutions multiply float32") != std::string::npos;
  }
  EXPECT_TRUE(some);
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace lithe
