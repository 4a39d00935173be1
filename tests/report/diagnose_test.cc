// Networks that are built to be ill, and healthy ones: the diagnosis names each disease, and finds
// nothing where there is none.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/training.h"

namespace lithe {
namespace {

struct Case {
  std::string layers, optimizer;
  std::size_t epochs = 3, examples = 2000;
};

std::vector<Diagnosis> examine(const Case& c) {
  const Dataset& digits = test::digits(2000, 500);
  Model model(Network::parse("input(784) -> " + c.layers), Precision::float32, 1, {255, {}});
  TrainOptions options{.loss = "cross_entropy",
                       .optimizer = c.optimizer,
                       .batch = 50,
                       .epochs = c.epochs,
                       .threads = 1,
                       .watch = true};
  Trainer trainer(model, digits.train.slice(0, c.examples), digits.test, options);
  while (!trainer.finished()) trainer.run_epoch();
  return diagnose(trainer.watched());
}

bool names(const std::vector<Diagnosis>& findings, Disease disease) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Diagnosis& f) { return f.disease == disease; });
}

std::string all(const std::vector<Diagnosis>& findings) {
  std::string text;
  for (const Diagnosis& f : findings) text += f.text + "\n";
  return text;
}

TEST(Diagnosis, NamesAVanishingGradient) {
  const auto findings = examine({"repeat(10, dense(100, sigmoid)) -> dense(10)", "sgd(0.1)"});
  ASSERT_TRUE(names(findings, Disease::vanishing)) << all(findings);
  EXPECT_EQ(findings[0].layer, 1u);
  for (const char* word : {"layer 1 of 11", "vanishing gradient", "batch_norm", "lecun_normal"})
    EXPECT_NE(findings[0].text.find(word), std::string::npos) << findings[0].text;
}

TEST(Diagnosis, NamesSaturation) {
  const auto findings =
      examine({"repeat(5, dense(100, tanh, init=normal(1))) -> dense(10)", "sgd(0.01)"});
  EXPECT_TRUE(names(findings, Disease::saturated) || names(findings, Disease::vanishing))
      << all(findings);
  EXPECT_NE(all(findings).find("saturated"), std::string::npos) << all(findings);
}

TEST(Diagnosis, NamesAnExplosion) {
  const auto findings =
      examine({"repeat(10, dense(100, relu, init=normal(1))) -> dense(10)", "sgd(1e-14)"});
  ASSERT_TRUE(names(findings, Disease::exploding)) << all(findings);
  EXPECT_NE(findings[0].text.find("clip_norm"), std::string::npos);
}

TEST(Diagnosis, NamesDeadUnits) {
  const auto findings = examine(
      {"dense(100, relu) -> dense(100, relu, bias_init=constant(-30)) -> dense(100, relu) -> "
       "dense(10)",
       "sgd(0.01)"});
  ASSERT_TRUE(names(findings, Disease::dead_units)) << all(findings);
  EXPECT_NE(all(findings).find("layer 2 of 4"), std::string::npos) << all(findings);
}

TEST(Diagnosis, NamesOverfitting) {
  const auto findings =
      examine({"dense(300, relu) -> dense(300, relu) -> dense(10)", "adam(0.003)", 40, 150});
  EXPECT_TRUE(names(findings, Disease::overfitting)) << all(findings);
}

TEST(Diagnosis, NamesAStandstill) {
  const auto findings = examine({"dense(50, relu) -> dense(10)", "sgd(1e-7)"});
  EXPECT_TRUE(names(findings, Disease::not_learning)) << all(findings);
}

TEST(Diagnosis, FindsNothingInHealthyNetworks) {
  for (const Case& c :
       {Case{"dense(50, relu) -> dense(10)", "sgd(0.1)"},
        Case{"repeat(3, dense(80, tanh)) -> dense(10)", "adam(0.001)"},
        Case{"repeat(10, dense(60, elu) -> batch_norm) -> dense(10)", "adam(0.001)"},
        Case{"repeat(12, dense(60, selu)) -> dense(10)", "adam(0.0005)"},
        Case{"repeat(3, dense(60, gelu) -> layer_norm -> dropout(0.1)) -> "
             "dense(10)",
             "adam(0.001)"},
        Case{"dense(60, relu) -> residual(dense(60, relu)) -> dense(10)", "momentum(0.02)"}}) {
    const auto findings = examine(c);
    EXPECT_TRUE(findings.empty()) << c.layers << "\n" << all(findings);
  }
}

TEST(Diagnosis, OfNothingIsNothing) {
  EXPECT_TRUE(diagnose({}).empty());
  EXPECT_TRUE(diagnose({EpochWatch{}}).empty());
}

}  // namespace
}  // namespace lithe
