// Trainings that do not learn because of their data, and ones that do: the diagnosis names what is
// wrong, and nothing where nothing is.
#include <gtest/gtest.h>

#include <cmath>

#include "lithe/data_diagnosis.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 300, kInputs = 3;

// Inputs, and answers that follow from them.
struct Rows {
  Rows() {
    base::Rng random(7, 1);
    for (std::size_t i = 0; i < kRows * kInputs; ++i)
      inputs.push_back(static_cast<float>(random.normal()));
    for (std::size_t row = 0; row < kRows; ++row) {
      const float sum = inputs[row * kInputs] + inputs[row * kInputs + 1];
      labels.push_back(sum > 0 ? 1 : 0);
      numbers.push_back(sum);
    }
  }
  Features features() const { return Features::of(inputs, kRows, kInputs); }
  Examples classes() const { return Examples::classification(features(), labels, 2); }
  Examples values() const { return Examples::regression(features(), numbers); }

  std::vector<float> inputs, numbers;
  std::vector<std::int32_t> labels;
};

struct Case {
  std::string optimizer = "adam(0.01)", layers = "dense(16, relu) -> ";
  std::size_t epochs = 10;
  double validation = 0;
};

std::string diagnosis_of(const Examples& examples, const Case& c) {
  const bool numbers = examples.labels == nullptr;
  Model model(Network::parse("input(3) -> " + c.layers + (numbers ? "dense(1)" : "dense(2)")),
              Precision::float32, 1);
  TrainOptions options{.loss = numbers ? "mean_squared" : "cross_entropy",
                       .optimizer = c.optimizer,
                       .batch = 20,
                       .epochs = c.epochs,
                       .threads = 1};
  options.validation = c.validation;
  Trainer trainer(model, examples, {}, options);
  std::vector<EpochReport> reports;
  while (!trainer.finished()) reports.push_back(trainer.run_epoch());
  std::string text;
  for (const Diagnosis& one :
       diagnose(summarize(model, examples, options), reports, {"age", "height", "weight"}))
    text += one.text + "\n";
  return text;
}

void expect_words(const std::string& text, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    EXPECT_NE(text.find(word), std::string::npos) << word << " is not in: " << text;
}

TEST(DataDiagnosis, FindsNothingWhereSomethingIsLearned) {
  const Rows rows;
  EXPECT_EQ(diagnosis_of(rows.classes(), {.validation = 0.2}), "");
  EXPECT_EQ(diagnosis_of(rows.values(), {.validation = 0.2}), "");
}

TEST(DataDiagnosis, NamesTheInputThatIsNotScaled) {
  Rows rows;
  for (std::size_t row = 0; row < kRows; ++row) rows.inputs[row * kInputs + 1] *= 1e5F;
  const Case large{.optimizer = "adam(0.001)", .epochs = 4};
  expect_words(diagnosis_of(rows.classes(), large), {"height", "not scaled", "standardize"});
  // The same inputs behind a standardize layer are not blamed.
  Case scaled = large;
  scaled.layers = "standardize -> dense(16, relu) -> ";
  EXPECT_EQ(diagnosis_of(rows.classes(), scaled).find("not scaled"), std::string::npos);
}

TEST(DataDiagnosis, NamesTargetsThatAreNotScaled) {
  Rows rows;
  for (float& number : rows.numbers) number = 1e4F * number + 1e6F;
  expect_words(diagnosis_of(rows.values(), {}), {"numbers to predict", "standardize_targets"});
}

TEST(DataDiagnosis, NamesTheClassThatDominates) {
  Rows rows;
  base::Rng random(2, 2);
  for (std::int32_t& label : rows.labels) label = random.uniform() < 0.04 ? 1 : 0;
  expect_words(diagnosis_of(rows.classes(), {.optimizer = "adam(0.0001)"}),
               {"same class", "--balanced"});
}

TEST(DataDiagnosis, NamesAnswersThatDoNotFollowFromTheInputs) {
  Rows rows;
  base::Rng random(2, 3);
  for (std::size_t i = kRows; i > 1; --i)
    std::swap(rows.labels[i - 1], rows.labels[random.below(static_cast<std::uint32_t>(i))]);
  const Case memorizing{
      .layers = "dense(200, relu) -> dense(200, relu) -> ", .epochs = 80, .validation = 0.3};
  expect_words(diagnosis_of(rows.classes(), memorizing),
               {"not trained on", "wrong rows", "constant answer"});
}

TEST(DataDiagnosis, NamesARateThatIsTooHigh) {
  const Rows rows;
  expect_words(diagnosis_of(rows.classes(), {.optimizer = "adam(300)"}),
               {"learning rate may be too high", "lithe find-lr"});
}

TEST(DataDiagnosis, SaysThatNothingWasLearned) {
  const Rows rows;
  expect_words(diagnosis_of(rows.values(), {.optimizer = "sgd(1e-7)"}), {"lithe find-lr"});
}

TEST(DataDiagnosis, KnowsTheLossOfAConstantAnswer) {
  const Rows rows;
  const Model model(Network::parse("input(3) -> dense(2)"), Precision::float32, 1);
  double ones = 0;
  for (const std::int32_t label : rows.labels) ones += label / static_cast<double>(kRows);
  TrainOptions options{.loss = "cross_entropy"};
  EXPECT_NEAR(summarize(model, rows.classes(), options).constant_loss,
              -ones * std::log(ones) - (1 - ones) * std::log(1 - ones), 1e-9);
  options.balanced = true;
  EXPECT_TRUE(std::isnan(summarize(model, rows.classes(), options).constant_loss));
  options = {.loss = "huber"};
  EXPECT_TRUE(std::isnan(summarize(model, rows.values(), options).constant_loss));
}

TEST(DataDiagnosis, OfNothingIsNothing) { EXPECT_TRUE(diagnose({}, {}, {}).empty()); }

}  // namespace
}  // namespace lithe
