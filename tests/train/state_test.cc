// A training that was cut and went on from its state equals one that was not, byte for byte.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.h"
#include "catalogue/catalogue.h"
#include "support/expect_error.h"
#include "support/isas.h"
#include "support/temporary_folder.h"
#include "support/training.h"
#include "train/training_state.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 230, kTestRows = 40;

struct Case {
  std::string network = "input(784) -> dense(20, tanh) -> dense(10)";
  TrainOptions options = {.loss = "cross_entropy",
                          .optimizer = "sgd(0.1)",
                          .batch = 20,
                          .epochs = 4,
                          .seed = 6,
                          .threads = 1};
  Precision precision = Precision::float32;
};

// Every figure but those of the clock.
std::vector<double> figures_of(std::vector<EpochReport> reports) {
  std::vector<double> all;
  for (EpochReport& report : reports) {
    report.seconds = report.evaluation_seconds = report.seconds_left = 0;
    std::array<double, train::kReportFigures> row;
    train::write_report(report, row);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

struct Outcome {
  std::vector<double> weights, figures;
  std::size_t kept_epoch = 0;
};

Outcome outcome_of(Trainer& trainer, const Model& model) {
  const TrainingResult result = trainer.finish();
  return {test::weights_of(model), figures_of(trainer.history()), result.kept_epoch};
}

Outcome whole(const Case& c, const Dataset& data) {
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data.train, data.test, c.options);
  while (!trainer.finished()) trainer.run_epoch();
  return outcome_of(trainer, model);
}

// Cut once, at the `cut`-th call of the progress callback, and resumed by a model of other values.
Outcome in_two(const Case& c, const Dataset& data, std::size_t cut, const TrainOptions& second) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  std::size_t calls = 0;
  bool stopped = false;
  {
    TrainOptions options = c.options;
    options.state = file;
    options.keep_every = 1e9;
    Model model(Network::parse(c.network), c.precision, 4);
    Trainer trainer(model, data.train, data.test, options);
    while (!trainer.finished() && !stopped)
      trainer.run_epoch([&](double) { return !(stopped = ++calls >= cut); });
    trainer.finish();
  }
  Model model(Network::parse(c.network), c.precision, 5);
  Trainer trainer(model, data.train, data.test, second);
  trainer.load_state(file);
  while (!trainer.finished()) trainer.run_epoch();
  return outcome_of(trainer, model);
}

void expect_same(const Outcome& found, const Outcome& expected) {
  EXPECT_TRUE(test::same_bits(found.weights, expected.weights)) << "weights";
  EXPECT_TRUE(test::same_bits(found.figures, expected.figures)) << "figures";
  EXPECT_EQ(found.kept_epoch, expected.kept_epoch);
}

// Cut at places that the name of the case chooses; the second part on other threads, or with
// another instruction set.
void check(const Case& c) {
  SCOPED_TRACE(c.network + ", " + c.options.optimizer + ", " + c.options.average + ", " +
               c.options.augment);
  const Dataset& data = test::digits(kRows, kTestRows);
  const Outcome expected = whole(c, data);
  ASSERT_FALSE(expected.figures.empty());
  base::Rng random(std::hash<std::string>{}(c.network + c.options.optimizer + c.options.average),
                   1);
  const std::size_t calls = (kRows + c.options.batch - 1) / c.options.batch * c.options.epochs;
  TrainOptions other = c.options;
  for (const std::string& isa : test::fused_isas()) {
    other.isa = isa;
    other.threads = 3 - other.threads;
    const std::size_t cut = 1 + random.below(static_cast<std::uint32_t>(calls));
    SCOPED_TRACE(isa + ", cut after " + std::to_string(cut));
    expect_same(in_two(c, data, cut, other), expected);
  }
}

std::vector<std::string> names(network::Category category) {
  std::vector<std::string> result = catalogue::catalogue().names(category);
  EXPECT_FALSE(result.empty());
  return result;
}

// What else a training may keep beside its weights.
std::vector<Case> surroundings() {
  std::vector<Case> cases(9);
  cases[1].network = "input(784) -> dense(20, relu) -> dropout(0.3) -> dense(10)";
  cases[2].network = "input(784) -> gaussian_noise(0.2) -> dense(20, tanh) -> dense(10)";
  cases[3].network = "input(784) -> dense(20) -> batch_norm -> relu -> dense(10)";
  cases[4].options.augment = "shift(2) -> rotate(10)";
  cases[4].options.image = {28, 28};
  cases[5].options.recover = true;
  cases[6].options.validation = 0.2;
  cases[6].options.patience = 1;
  cases[7].options.frozen = {1};
  cases[7].options.unfreeze_at = 3;
  cases[8].options.balanced = true;
  return cases;
}

class State : public testing::TestWithParam<Precision> {};

TEST_P(State, OfEachOptimizerWithEachAverage) {
  for (const std::string& optimizer : names(network::Category::optimizer))
    for (const std::string& average : names(network::Category::averaging)) {
      Case c;
      c.precision = GetParam();
      c.options.optimizer = optimizer + "(0.01)";
      c.options.average = average == "swa" ? "swa(50%)" : average;
      check(c);
    }
}

TEST_P(State, OfEachSurroundingWithEachAverage) {
  for (Case c : surroundings())
    for (const std::string& average : names(network::Category::averaging)) {
      c.precision = GetParam();
      c.options.optimizer = "adam(0.01)";
      c.options.average = average == "swa" ? "swa(50%)" : average;
      check(c);
    }
}

TEST(State, OfProductsOfBfloat16Values) {
  for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "adam(0.01, clip_norm=1)"}) {
    Case c;
    c.options.optimizer = optimizer;
    c.options.bfloat16 = true;
    check(c);
  }
}

TEST_P(State, OfEachScheduleThatLooksAtLosses) {
  for (Case c : surroundings()) {
    c.precision = GetParam();
    c.options.optimizer = "nadam(plateau(0.01, factor=0.5, patience=1))";
    c.options.epochs = 6;
    check(c);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, State, testing::Values(Precision::float32, Precision::float64),
                         [](const auto& of) { return std::string(name(of.param)); });

// Far too high a rate, so that epochs are begun again before the cut and after it.
TEST(State, OfARecoveryInItsMiddle) {
  Case c{.network = "input(784) -> repeat(3, dense(20, relu)) -> dense(10)"};
  c.options.loss = "quadratic";
  c.options.optimizer = "sgd(30)";
  c.options.recover = true;
  const Dataset& data = test::digits(kRows, kTestRows);
  const Outcome expected = whole(c, data);
  const auto figures = expected.figures;
  double recoveries = 0;
  for (std::size_t at = 13; at < figures.size(); at += train::kReportFigures)
    recoveries += figures[at];
  ASSERT_GT(recoveries, 0) << "the case must recover";
  for (std::size_t cut = 1; cut < 40; cut += 3)
    expect_same(in_two(c, data, cut, c.options), expected);
}

// Many breaks in one training, each saved by hand within the callback.
TEST(State, SavedAtEveryStepLoadsAtEveryStep) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  Case c;
  c.options.optimizer = "adam(0.01)";
  c.options.validation = 0.1;
  c.options.patience = 2;
  const Dataset& data = test::digits(kRows, kTestRows);
  const Outcome expected = whole(c, data);
  std::size_t breaks = 0;
  for (;; ++breaks) {
    Model model(Network::parse(c.network), c.precision, breaks == 0 ? 4 : 100 + breaks);
    Trainer trainer(model, data.train, data.test, c.options);
    if (breaks > 0) trainer.load_state(file);
    if (trainer.finished()) break;
    trainer.run_epoch([&](double) {
      trainer.save_state(file);
      return false;
    });
    // The last step of an epoch is followed by its evaluation.
    const TrainingState state = read_state(file);
    if (state.examples == kRows - kRows / 10) {
      Model next(Network::parse(c.network), c.precision, 9);
      Trainer end(next, data.train, data.test, c.options);
      end.load_state(file);
      end.run_epoch();
      end.save_state(file);
      if (end.finished()) {
        expect_same(outcome_of(end, next), expected);
        break;
      }
    }
  }
  EXPECT_GT(breaks, 40u);
}

TEST(State, SaysWhatDiffers) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  const Case c;
  const Dataset& data = test::digits(kRows, kTestRows);
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data.train, data.test, c.options);
  trainer.run_epoch();
  trainer.save_state(file);

  const auto refused = [&](const Case& other, const Dataset& others, const std::string& word) {
    Model next(Network::parse(other.network), other.precision, 4);
    const std::vector<double> before = test::weights_of(next);
    Trainer second(next, others.train, others.test, other.options);
    test::expect_error(ErrorKind::model, {word}, [&] { second.load_state(file); });
    EXPECT_TRUE(test::same_bits(test::weights_of(next), before));
  };
  Case other = c;
  other.options.seed = 7;
  refused(other, data, "seed: '6', and here '7'");
  other = c;
  other.options.batch = 10;
  refused(other, data, "batch");
  other = c;
  other.options.optimizer = "adam(0.1)";
  refused(other, data, "optimizer");
  other = c;
  other.options.patience = 3, other.options.validation = 0.2;
  refused(other, data, "early stopping");
  other = c;
  other.precision = Precision::float64;
  refused(other, data, "precision");
  other = c;
  other.options.bfloat16 = true;
  refused(other, data, "precision: 'float32', and here 'bfloat16'");
  other = c;
  other.network = "input(784) -> dense(21, tanh) -> dense(10)";
  refused(other, data, "network");
  refused(c, test::digits(kRows + 1, kTestRows), "training data");
  refused(c, test::digits(kRows, kTestRows + 1), "test data");
}

TEST(State, OfOtherFilesIsRefused) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  const Case c;
  const Dataset& data = test::digits(kRows, kTestRows);
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data.train, data.test, c.options);
  trainer.save_state(file);
  model.save(folder.path() / "model.safetensors");
  test::expect_error(ErrorKind::model, {"a model and not the state"},
                     [&] { trainer.load_state(folder.path() / "model.safetensors"); });
  test::expect_error(ErrorKind::io, {"No such"},
                     [&] { trainer.load_state(folder.path() / "none"); });
  // A bit of a weight.
  const auto size = std::filesystem::file_size(file);
  std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
  change.seekp(static_cast<std::streamoff>(size / 2));
  char byte = 0;
  change.read(&byte, 1);
  change.seekp(static_cast<std::streamoff>(size / 2));
  byte = static_cast<char>(byte ^ 4);
  change.write(&byte, 1);
  change.close();
  test::expect_error(ErrorKind::model, {"not those that were written"},
                     [&] { trainer.load_state(file); });
  std::filesystem::resize_file(file, size / 2);
  test::expect_error(ErrorKind::model, {""}, [&] { trainer.load_state(file); });
}

TEST(State, FiguresAreCheckedBeforeAnyIsRestored) {
  std::vector<double> figures = {3, 0.5};
  std::size_t count = 1;
  bool flag = false;
  const auto valid = [&](train::StateFigures::Way way) {
    train::StateFigures visitor(way, figures);
    visitor(count), visitor(flag);
    return visitor.valid();
  };
  EXPECT_FALSE(valid(train::StateFigures::Way::check));  // half a flag
  EXPECT_EQ(count, 1U);
  figures[1] = 1;
  EXPECT_TRUE(valid(train::StateFigures::Way::check));
  EXPECT_EQ(count, 1U);
  EXPECT_TRUE(valid(train::StateFigures::Way::restore));
  EXPECT_EQ(count, 3U);
  EXPECT_TRUE(flag);
}

TEST(State, TellsWhereTheTrainingIs) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  Case c;
  c.options.state_notes = {{"mine", "a note"}};
  const Dataset& data = test::digits(kRows, kTestRows);
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data.train, data.test, c.options);
  const EpochReport first = trainer.run_epoch();
  std::size_t calls = 0;
  trainer.run_epoch([&](double) {
    if (++calls == 2) trainer.save_state(file);
    return calls < 2;
  });
  const TrainingState state = read_state(file);
  EXPECT_EQ(state.epoch, 1u);
  EXPECT_EQ(state.epochs, 4u);
  EXPECT_EQ(state.examples, 40u);
  EXPECT_EQ(state.step, 12u + 2u);
  ASSERT_EQ(state.history.size(), 1u);
  EXPECT_EQ(state.history[0].loss, first.loss);
  EXPECT_EQ(state.notes.at("mine"), "a note");
  EXPECT_EQ(state.belongs_to.at("seed"), "6");
}

// More epochs than there was room for at first.
TEST(State, OfMoreEpochsThanWereExpected) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run.state";
  Case c;
  c.options.epochs = 2;
  c.options.state = file;
  c.options.keep_every = 0;
  const Dataset& data = test::digits(kRows, kTestRows);
  Model model(Network::parse(c.network), c.precision, 4);
  Trainer trainer(model, data.train, data.test, c.options);
  for (int epoch = 0; epoch < 9; ++epoch) trainer.run_epoch();
  trainer.finish();
  EXPECT_EQ(read_state(file).history.size(), 9u);
}

}  // namespace
}  // namespace lithe
