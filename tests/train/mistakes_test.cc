// What a user gets wrong when training or evaluating: the kind of error and its words.
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 40;

Model make_model(const std::string& layers = "dense(10)",
                 Precision precision = Precision::float64) {
  return Model(Network::parse("input(784) -> " + layers), precision, 1);
}

const Examples& digits() { return test::digits(kRows, 5).train; }

void expect_refused(ErrorKind kind, const std::vector<std::string>& words,
                    const TrainOptions& options) {
  Model model = make_model();
  test::expect_error(kind, words, [&] { Trainer(model, digits(), {}, options); });
}

TEST(Mistakes, InOptionsSayWhatIsPossible) {
  for (const std::size_t batch : {std::size_t{0}, kRows + 1, SIZE_MAX})
    expect_refused(ErrorKind::usage, {std::to_string(batch), "--batch", "from 1 to the 40"},
                   {.batch = batch});
  for (const std::size_t threads : {std::size_t{1025}, std::size_t{1'000'000}, SIZE_MAX})
    expect_refused(ErrorKind::usage, {std::to_string(threads), "--threads", "from 1 to 1024"},
                   {.batch = 10, .threads = threads});
  expect_refused(ErrorKind::usage, {"avx1024"}, {.isa = "avx1024"});
}

TEST(Mistakes, InSentencesSuggestTheNearest) {
  expect_refused(ErrorKind::sentence, {"quadratik", "quadratic", "^"}, {.loss = "quadratik"});
  expect_refused(ErrorKind::sentence, {"sdg", "sgd", "^"}, {.optimizer = "sdg(0.1)"});
  expect_refused(ErrorKind::sentence, {"lr"}, {.optimizer = "sgd"});
  for (const char* optimizer :
       {"sgd(0)", "sgd(-1)", "sgd(1e7)", "sgd(nan)", "sgd(inf)", "sgd(1, -2)", "", "quadratic"})
    expect_refused(ErrorKind::sentence, {""}, {.optimizer = optimizer});
  for (const char* loss : {"", "sgd(1)", "quadratic(3)", "quadratic -> quadratic"})
    expect_refused(ErrorKind::sentence, {""}, {.loss = loss});
}

TEST(Mistakes, InDataSayBothNumbers) {
  Model model = make_model();
  const TrainOptions options{.batch = 10};
  test::expect_error(ErrorKind::data, {"no examples"},
                     [&] { Trainer(model, digits().slice(0, 0), {}, options); });
  Examples narrow = digits();
  narrow.features.columns = 783;
  test::expect_error(ErrorKind::data, {"784", "783"}, [&] { Trainer(model, narrow, {}, options); });
  test::expect_error(ErrorKind::data, {"784", "783"},
                     [&] { Trainer(model, digits(), narrow, options); });
  test::expect_error(ErrorKind::data, {"784", "783"},
                     [&] { evaluate(model, narrow, "quadratic"); });
  Model small = make_model("dense(9)");
  test::expect_error(ErrorKind::data, {"10 classes", "9 outputs", "10 units"},
                     [&] { Trainer(small, digits(), {}, options); });
  const std::vector<std::int32_t> labels(kRows, 10);
  Examples lying = digits();
  lying.labels = labels.data();
  test::expect_error(ErrorKind::data, {"class"}, [&] { Trainer(model, lying, {}, options); });
}

// All examples are one batch, so that steps and epochs count alike.
template <typename Check>
void expect_explosion(const std::string& layers, Precision precision, std::size_t threads,
                      const Check& check) {
  Model model = make_model(layers, precision);
  Trainer trainer(model, digits(), {},
                  {.optimizer = "sgd(1e6)", .batch = kRows, .threads = threads});
  for (std::size_t epoch = 1; epoch <= 1000; ++epoch) {
    try {
      trainer.run_epoch();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::numeric);
      check(epoch, error);
      return;
    }
  }
  ADD_FAILURE() << "no error";
}

TEST(Mistakes, ARateThatExplodesStopsAtTheStepThatDid) {
  for (const Precision precision : {Precision::float32, Precision::float64})
    for (const std::size_t threads : {1, 2})
      expect_explosion(
          "dense(100, relu) -> dense(10)", precision, threads,
          [](std::size_t epoch, const Error& error) {
            const std::string number = std::to_string(epoch);
            EXPECT_GT(epoch, 1u);
            EXPECT_NE(error.where().find("step " + number + " "), std::string::npos)
                << error.what();
            EXPECT_NE(error.where().find("epoch " + number), std::string::npos) << error.what();
            EXPECT_NE(error.remedy().find("sgd(1e6)"), std::string::npos) << error.what();
          });
}

TEST(Mistakes, TheStepIsTheFirstOfItsEpochThatIsBad) {
  Model model = make_model("dense(100, relu) -> dense(10)", Precision::float32);
  Trainer trainer(model, digits(), {}, {.optimizer = "sgd(1e6)", .batch = 1, .threads = 1});
  try {
    trainer.run_epoch();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    std::smatch step;
    const std::string where = error.where();
    ASSERT_TRUE(std::regex_search(where, step, std::regex("step ([0-9]+) of"))) << where;
    EXPECT_GT(std::stoul(step[1]), 1u);
    EXPECT_LT(std::stoul(step[1]), 20u) << "such a rate overflows float32 in a few steps";
  }
}

// The last step explodes: no loss of a training example sees it, and the model must not be kept.
TEST(Mistakes, TheLastStepOfAnEpochMayExplode) {
  const Examples train = digits().slice(0, 10);  // one step an epoch
  for (const bool recover : {false, true}) {
    Model model = make_model("repeat(6, dense(16, relu)) -> dense(10)", Precision::float32);
    const std::vector<double> before = test::weights_of(model);
    TrainOptions options{.optimizer = "sgd(1e4)", .batch = 10, .threads = 1};
    options.recover = recover;
    options.epochs = 1;
    Trainer trainer(model, train, digits(), options);
    if (!recover) {
      test::expect_error(ErrorKind::numeric, {"no longer"}, [&] { trainer.run_epoch(); });
      continue;
    }
    const EpochReport report = trainer.run_epoch();
    EXPECT_GT(report.recoveries, 0u);
    EXPECT_TRUE(std::isfinite(report.test_loss));
    trainer.finish();
    for (const double weight : test::weights_of(model)) EXPECT_TRUE(std::isfinite(weight));
    EXPECT_FALSE(test::same_bits(test::weights_of(model), before));
  }
}

TEST(Mistakes, AModelThatAnswersNoNumbersIsRefused) {
  Model model = make_model("dense(10)", Precision::float32);
  std::vector<double> weights = test::weights_of(model);
  for (double& weight : weights) weight = 3e38;
  test::set_weights(model, weights);
  test::expect_error(ErrorKind::numeric, {"example 0 is not a number"},
                     [&] { model.predict(digits().features); });
  test::expect_error(ErrorKind::numeric, {"not a number"},
                     [&] { evaluate(model, digits(), "quadratic"); });
}

}  // namespace
}  // namespace lithe
