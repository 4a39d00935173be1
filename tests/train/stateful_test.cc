// Recurrent layers that go on from one window to the next while they are trained.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lithe/trainer.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kTokens = 5;

// A text and its windows, side by side; each position's answer is the next token.
struct Text {
  explicit Text(std::vector<std::int32_t> of) : tokens(std::move(of)) {}

  Examples windows(std::size_t length, std::size_t stride) const {
    Examples part;
    part.features = {tokens.data(),
                     ElementType::int32,
                     (tokens.size() - length - 1) / stride + 1,
                     length,
                     stride * sizeof(std::int32_t),
                     1};
    part.labels = tokens.data() + 1;
    part.classes = kTokens;
    part.positions = length;
    part.answer_stride = stride;
    part.overlap = 1;
    return part;
  }
  Examples windows(std::size_t length) const { return windows(length, length); }

  std::vector<std::int32_t> tokens;
};

Text random_text(std::size_t count) {
  base::Rng random(5, 1);
  std::vector<std::int32_t> tokens(count);
  for (auto& token : tokens) token = static_cast<std::int32_t>(random.below(kTokens));
  return Text(std::move(tokens));
}

Model model_of(std::size_t length, const std::string& layers = "gru(6, all) -> lstm(4, all)") {
  return Model(
      Network::parse(fmt::format("input({}) -> embedding(5, 3) -> {} -> dense(5)", length, layers)),
      Precision::float64, 3);
}

TrainOptions stateful(std::size_t batch) {
  return {.loss = "cross_entropy",
          .optimizer = "adam(0.02)",
          .batch = batch,
          .threads = 1,
          .stateful = true};
}

// Windows of 8 in three streams are three windows of 64.
TEST(Stateful, GoesOnWhereTheWindowBeforeEnded) {
  const Text text = random_text(3 * 64 + 1);
  TrainOptions options = stateful(3);
  options.optimizer = "sgd(1e-30)";  // all losses are those of the first weights
  Model parts = model_of(8), whole = model_of(64);
  Trainer of_parts(parts, text.windows(8), text.windows(8), options);
  options.stateful = false;
  Trainer of_whole(whole, text.windows(64), text.windows(64), options);
  for (int epoch = 0; epoch < 2; ++epoch) {  // each begins anew
    const EpochReport got = of_parts.run_epoch(), expected = of_whole.run_epoch();
    EXPECT_NEAR(got.loss, expected.loss, 1e-12);
    EXPECT_NEAR(got.test_loss, expected.test_loss, 1e-12);
    EXPECT_EQ(got.correct, expected.correct);
    EXPECT_EQ(got.total, expected.total);
  }
}

// An evaluation has the figures that the training showed, and the outputs go with them.
TEST(Stateful, IsRememberedByTheModel) {
  const Text text = random_text(22 * 4 + 1);
  const Examples windows = text.windows(4);
  Model model = model_of(4);
  EXPECT_EQ(trained_streams(model), 0U);
  Trainer trainer(model, windows, windows, stateful(3));
  const EpochReport report = trainer.run_epoch();
  trainer.finish();
  EXPECT_EQ(trained_streams(model), 3U);
  EXPECT_EQ(evaluate(model, windows, "cross_entropy").loss, report.test_loss);
  const double anew = evaluate(model, windows, "cross_entropy", "auto", 0).loss;
  EXPECT_NE(anew, report.test_loss);
  // More streams than windows: none goes on.
  EXPECT_NEAR(evaluate(model, windows, "cross_entropy", "auto", 100).loss, anew, 1e-12);

  const std::vector<double> outputs = model.predict_in_streams(windows.features, 3);
  double loss = 0;
  for (std::size_t i = 0; i < 22 * 4; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < kTokens; ++c) sum += std::exp(outputs[i * kTokens + c]);
    loss += std::log(sum) - outputs[i * kTokens + static_cast<std::size_t>(windows.labels[i])];
  }
  EXPECT_NEAR(loss / (22 * 4), report.test_loss, 1e-12);

  Trainer(model, windows, {}, {.loss = "cross_entropy", .batch = 4, .threads = 1});
  EXPECT_EQ(trained_streams(model), 0U);
  test::expect_error(ErrorKind::usage, {"does not begin where the one before it ends", "--stride"},
                     [&] { evaluate(model, text.windows(4, 2), "cross_entropy", "auto", 3); });
  Model none = model_of(4, "transformer(1, 4, causal)");
  test::expect_error(ErrorKind::usage, {"no layer of the network carries anything"},
                     [&] { evaluate(none, windows, "cross_entropy", "auto", 3); });
}

// Streams of 8, 8 and 6 windows are evaluated to their ends; the rest of a batch is not trained on.
TEST(Stateful, EvaluatesAllWindowsAndTrainsOnFullBatches) {
  const Text text = random_text(22 * 4 + 1);
  Model model = model_of(4);
  const EpochReport report =
      Trainer(model, text.windows(4), text.windows(4), stateful(3)).run_epoch();
  EXPECT_EQ(report.examples, 21U);
  EXPECT_EQ(report.total, 22U * 4);
}

std::vector<double> trained(const Text& text, std::size_t threads) {
  Model model = model_of(4, "gru(40, all) -> rnn(33, give=all)");
  TrainOptions options = stateful(6);
  options.threads = threads;
  Trainer trainer(model, text.windows(4), {}, options);
  for (int epoch = 0; epoch < 2; ++epoch) trainer.run_epoch();
  return test::weights_of(model);
}

TEST(Stateful, HasTheSameBitsOnAnyNumberOfThreads) {
  const Text text = random_text(400);
  const std::vector<double> expected = trained(text, 1);
  for (const std::size_t threads : {2, 3})
    EXPECT_TRUE(test::same_bits(trained(text, threads), expected));
}

TEST(Stateful, ResumesInTheMiddleOfAnEpoch) {
  const test::TemporaryFolder folder;
  const Text text = random_text(800);
  Model whole = model_of(4), cut = model_of(4), rest = model_of(4);
  Trainer uncut(whole, text.windows(4), {}, stateful(5));
  for (int epoch = 0; epoch < 3; ++epoch) uncut.run_epoch();

  TrainOptions kept = stateful(5);
  kept.state = folder.path() / "state";
  Trainer first(cut, text.windows(4), {}, kept);
  first.run_epoch();
  const EpochReport stopped = first.run_epoch([](double share) { return share < 0.4; });
  ASSERT_TRUE(stopped.stopped);  // and the state is that of the middle of the epoch
  first.finish();
  TrainOptions options = stateful(5);
  options.threads = 2;
  Trainer second(rest, text.windows(4), {}, options);
  second.load_state(folder.path() / "state");
  while (second.history().size() < 3) second.run_epoch();
  EXPECT_TRUE(test::same_bits(test::weights_of(rest), test::weights_of(whole)));

  TrainOptions other = stateful(5);
  other.stateful = false;
  Trainer without(cut, text.windows(4), {}, other);
  test::expect_error(ErrorKind::model, {"stateful"},
                     [&] { without.load_state(folder.path() / "state"); });
}

TEST(Stateful, SaysWhereItCannotBe) {
  const Text text = random_text(200);
  const auto refuses = [&](Model model, const Examples& examples, const TrainOptions& options,
                           const std::vector<std::string>& words,
                           ErrorKind kind = ErrorKind::usage) {
    test::expect_error(kind, words, [&] { Trainer(model, examples, {}, options); });
  };
  refuses(model_of(4), text.windows(4, 2), stateful(4),
          {"does not begin where the one before it ends", "--stride"});
  Examples random_validation = text.windows(4);
  random_validation.overlap = 0;
  TrainOptions options = stateful(4);
  options.validation = 0.2;
  refuses(model_of(4), random_validation, options, {"drawn at random", "--validation"});
  options = stateful(4);
  options.watch = true;
  refuses(model_of(4), text.windows(4), options, {"watching", "--watch"});
  refuses(model_of(4, "transformer(1, 4, causal)"), text.windows(4), stateful(4),
          {"no layer of the network carries anything", "rnn, lstm or gru"});
  refuses(model_of(4, "bidirectional(gru(4, all))"), text.windows(4), stateful(4),
          {"begins at the end"}, ErrorKind::sentence);
}

}  // namespace
}  // namespace lithe
