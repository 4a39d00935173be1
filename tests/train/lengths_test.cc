// Models of sequences of unequal length, by what a user calls.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "lithe/learner.h"
#include "lithe/model.h"
#include "lithe/predictor.h"
#include "lithe/trainer.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 40, kMost = 9, kChannels = 3, kClasses = 3;

// Sequences of 1 to 9 positions, of 3 channels, with this value behind their ends.
struct Padded {
  explicit Padded(float padding, std::size_t most = kMost) : values(kRows * most * kChannels) {
    base::Rng random(5, 1);
    std::fill(values.begin(), values.end(), padding);
    for (std::size_t i = 0; i < kRows; ++i) {
      lengths.push_back(static_cast<std::int32_t>(1 + i * 4 % kMost));
      labels.push_back(static_cast<std::int32_t>(i % kClasses));
      for (std::size_t n = 0; n < static_cast<std::size_t>(lengths[i]) * kChannels; ++n)
        values[i * most * kChannels + n] = static_cast<float>(random.normal() + 2);
    }
    const Features features =
        Features::of(values, kRows, most * kChannels).with_lengths(lengths, most);
    examples = Examples::classification(features, labels, kClasses);
  }

  std::vector<float> values;
  std::vector<std::int32_t> lengths, labels;
  Examples examples;
};

Model trained(const Padded& data, Precision precision, std::size_t threads) {
  Model model(
      Network::parse("input(9x3, lengths=true) -> standardize -> bidirectional(gru(8, all)) "
                     "-> layer_norm -> max_over_time -> dense(3)"),
      precision, 1);
  model.standardize(data.examples);
  Trainer trainer(model, data.examples, data.examples,
                  {.loss = "cross_entropy",
                   .optimizer = "adam(0.01)",
                   .batch = 7,
                   .threads = threads,
                   .validation = 0.2});
  for (int epoch = 0; epoch < 3; ++epoch) trainer.run_epoch();
  return model;
}

TEST(ModelsOfLengths, LearnTheSameWhateverStandsBehindTheEnds) {
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    const Model expected = trained(Padded(0), precision, 1);
    for (const double weight : test::weights_of(expected)) ASSERT_TRUE(std::isfinite(weight));
    for (const float padding : {NAN, 1e30F})
      for (const std::size_t threads : {1, 2, 3})
        EXPECT_TRUE(test::same_bits(test::weights_of(trained(Padded(padding), precision, threads)),
                                    test::weights_of(expected)));
  }
}

TEST(ModelsOfLengths, StandardizeByWhatThereIs) {
  const Padded data(NAN);
  const Model model = trained(data, Precision::float64, 1);
  ASSERT_EQ(model.shape("layers.0.mean"), std::vector<std::size_t>{kChannels});
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < kRows; ++i)
    for (std::int32_t p = 0; p < data.lengths[i]; ++p, ++count)
      sum += static_cast<double>(
          data.values[(i * kMost + static_cast<std::size_t>(p)) * kChannels + 1]);
  EXPECT_NEAR(model.values("layers.0.mean")[1], sum / count, 1e-12);
}

TEST(ModelsOfLengths, AnswerTheSameOneByOneAndPaddedToAnyLength) {
  const Padded data(NAN), longer(-7, 30);
  Model model = trained(data, Precision::float32, 1);
  const test::TemporaryFolder folder;
  model.save(folder.path() / "m.safetensors");
  const std::vector<double> expected = model.predict(data.examples.features);
  EXPECT_EQ(Model::load(folder.path() / "m.safetensors").predict(data.examples.features), expected);

  Predictor predictor(model, 4);
  std::vector<std::uint32_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), 0U);
  for (std::size_t first = 0; first < kRows; first += 4) {
    const auto some = predictor.run(data.examples.features, std::span(rows).subspan(first, 4));
    for (std::size_t n = 0; n < some.size(); ++n)
      EXPECT_EQ(static_cast<double>(some[n]), expected[first * kClasses + n]);
  }

  test::expect_error(ErrorKind::data, {"takes 27 values"},
                     [&] { model.predict(longer.examples.features); });
  model.set_positions(30);
  EXPECT_EQ(model.network().input_shape(), (Shape{{30, kChannels}}));
  EXPECT_EQ(model.predict(longer.examples.features), expected);
  EXPECT_EQ(evaluate(model, longer.examples, "cross_entropy").total, kRows);
}

TEST(ModelsOfLengths, LearnersTakeThem) {
  const auto learn = [&](float padding) {
    const Padded padded(padding);
    Model model(Network::parse("input(9x3, lengths=true) -> lstm(5) -> dense(3)"));
    Learner learner(model, {.optimizer = "adam(0.01)", .batch = 4, .threads = 1});
    const std::vector<std::uint32_t> rows = {3, 1, 7, 2};
    const std::vector<float> gradient(4 * kClasses, 0.5F);
    for (int step = 0; step < 3; ++step) {
      learner.forward(padded.examples.features, rows);
      learner.backward(gradient);
    }
    return test::weights_of(model);
  };
  EXPECT_TRUE(test::same_bits(learn(NAN), learn(0)));
}

TEST(ModelsOfLengths, RefuseWhatDoesNotFit) {
  const Padded data(0);
  const Model whole(Network::parse("input(9x3) -> gru(4) -> dense(3)"));
  const Features& features = data.examples.features;
  test::expect_error(ErrorKind::data, {"looks at whole ones", "input(9x3, lengths=true)"},
                     [&] { whole.predict(features); });
  const std::vector<std::uint32_t> rows = {0};
  test::expect_error(ErrorKind::data, {"looks at whole ones"},
                     [&] { Predictor(whole).run(features, rows); });
  test::expect_error(ErrorKind::data, {"looks at whole ones"}, [&] {
    Model model(Network::parse("input(9x3) -> gru(4) -> dense(3)"));
    Trainer(model, data.examples, {}, {.loss = "cross_entropy", .batch = 4});
  });
  Model model(Network::parse("input(9x3, lengths=true) -> gru(4) -> dense(3)"));
  std::vector<std::int32_t> lengths = data.lengths;
  Features wrong = features;
  wrong.lengths = lengths.data();
  for (const std::int32_t length : {0, -1, 10}) {
    lengths[0] = length;
    test::expect_error(ErrorKind::data, {"and the network takes 1 to 9"},
                       [&] { model.predict(wrong); });
    if (length > 0) continue;
    test::expect_error(ErrorKind::data, {"row 0 has"}, [&] { Predictor(model).run(wrong, rows); });
  }
  test::expect_error(ErrorKind::usage, {"0 positions"}, [&] { model.set_positions(0); });
}

}  // namespace
}  // namespace lithe
