// Thresholds, what the model keeps of them, and answers.
#include "lithe/calibrate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "lithe/error.h"
#include "lithe/transfer.h"
#include "open_set/trained.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

using test::known_digits;

const HoldoutSplit& parts() { return known_digits().parts; }

TEST(Calibrate, AcceptsTheShareThatWasAskedFor) {
  Model model = test::trained();
  const auto count = static_cast<double>(parts().validation.features.rows);
  for (const std::string& score : unknown_scores())
    for (const double share : {0.5, 0.95, 1.0}) {
      const Calibration result =
          calibrate_unknown(model, parts().train, parts().validation, {score, share});
      const double accepted = acceptance_rate(model, parts().validation.features);
      EXPECT_GE(accepted, share - 1e-12) << score;
      EXPECT_LE(accepted, share + 1.5 / count) << score;
      EXPECT_EQ(result.acceptance_rate, share);
      // Of known examples that nobody has seen yet, about as many.
      EXPECT_NEAR(acceptance_rate(model, known_digits().known.test.features), share, 0.06) << score;
    }
}

TEST(Calibrate, UnknownDigitsAreCalledSo) {
  Model model = test::trained();
  calibrate_unknown(model, parts().train, parts().validation);
  EXPECT_LT(acceptance_rate(model, known_digits().unknown.test.features), 0.65);
}

// Confidence is the share of right answers, more nearly than the softmax would say.
TEST(Calibrate, TheTemperatureMakesConfidenceBelievable) {
  Model model = test::trained();
  // An overconfident network: all that goes into the softmax three times as large.
  for (const char* array : {"layers.1.weight", "layers.1.bias"}) {
    std::vector<double> values = model.values(array);
    for (double& value : values) value *= 3;
    model.set_values(array, values);
  }
  const Calibration result = calibrate_unknown(model, parts().train, parts().validation);
  EXPECT_GT(result.temperature, 1.5);
  const Examples& fresh = known_digits().known.test;
  const std::vector<OpenSetPrediction> answers = OpenSetPredictor(model).predict(fresh.features);
  double confidence = 0, right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    confidence += answers[i].confidence;
    right += static_cast<std::int32_t>(answers[i].best) == fresh.labels[i];
  }
  EXPECT_NEAR(confidence / static_cast<double>(answers.size()),
              right / static_cast<double>(answers.size()), 0.03);
}

TEST(Answers, RankTheClassesAsTheOutputsDo) {
  Model model = test::trained();
  const Calibration calibration = calibrate_unknown(model, parts().train, parts().validation);
  const Features& features = known_digits().known.test.features;
  const std::vector<OpenSetPrediction> answers = OpenSetPredictor(model).predict(features);
  const std::vector<double> outputs = model.predict(features);
  ASSERT_EQ(answers.size(), features.rows);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const OpenSetPrediction& a = answers[i];
    const double* z = &outputs[6 * i];
    EXPECT_NEAR(z[a.best], *std::max_element(z, z + 6), 1e-4);
    EXPECT_NE(a.best, a.runner_up);
    for (std::size_t c = 0; c < 6; ++c) {
      EXPECT_TRUE(c == a.best || z[c] <= z[a.runner_up] + 1e-4);
    }
    double sum = 0;
    for (std::size_t c = 0; c < 6; ++c)
      sum += std::exp((z[c] - z[a.best]) / calibration.temperature);
    EXPECT_NEAR(a.confidence, 1 / sum, 1e-4);
    EXPECT_LE(a.runner_up_confidence, a.confidence + 1e-12);
    EXPECT_EQ(a.unknown, a.score > calibration.threshold);
  }
}

TEST(Calibrate, IsKeptByTheFile) {
  const test::TemporaryFolder folder;
  const Features& features = known_digits().unknown.test.features;
  for (const std::string& score : unknown_scores()) {
    SCOPED_TRACE(score);
    Model model = test::trained();
    const Calibration made =
        calibrate_unknown(model, parts().train, parts().validation, {score, 0.9});
    model.save(folder.path() / "m");
    const Model loaded = Model::load(folder.path() / "m");
    const auto read = calibration_of(loaded);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->score, made.score);
    EXPECT_EQ(read->threshold, made.threshold);
    EXPECT_EQ(read->acceptance_rate, 0.9);
    EXPECT_EQ(read->temperature, made.temperature);
    const auto before = OpenSetPredictor(model).predict(features),
               after = OpenSetPredictor(loaded).predict(features);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].score, after[i].score);
  }
}

TEST(Calibrate, AnotherScoreTakesThePlaceOfTheFirst) {
  Model model = test::trained();
  EXPECT_FALSE(calibration_of(model).has_value());
  for (const std::string& score : unknown_scores())
    calibrate_unknown(model, parts().train, parts().validation, {score, 0.9});
  calibrate_unknown(model, parts().train, parts().validation, {"energy", 0.9});
  Model once = test::trained();
  calibrate_unknown(once, parts().train, parts().validation, {"energy", 0.9});
  EXPECT_EQ(model.extra_arrays().size(), once.extra_arrays().size());
  EXPECT_EQ(model.metadata(), once.metadata());
  remove_calibration(model);
  EXPECT_TRUE(model.extra_arrays().empty());
  EXPECT_FALSE(calibration_of(model).has_value());
}

TEST(Calibrate, DoesNotOutliveTheHead) {
  Model model = test::trained();
  calibrate_unknown(model, parts().train, parts().validation, {"mahalanobis", 0.9});
  const Reuse reuse = replace_head(model.network(), "dense(3)");
  Model next(reuse.network, model.precision(), 1, model.preprocessing());
  copy_layers(model, next, reuse.layers);
  EXPECT_FALSE(calibration_of(next).has_value());
  EXPECT_TRUE(next.extra_arrays().empty());
}

TEST(Calibrate, AnyClassifierWithADenseHead) {
  const test::RandomExamples two(200, 6, 2);
  Model one_output(Network::parse("input(6) -> dense(5, tanh) -> dense(1, sigmoid)"),
                   Precision::float64, 1, {1, {"no", "yes"}});
  calibrate_unknown(one_output, two.examples, two.examples);
  for (const OpenSetPrediction& a : OpenSetPredictor(one_output).predict(two.examples.features)) {
    EXPECT_NE(a.best, a.runner_up);
    EXPECT_NEAR(a.confidence + a.runner_up_confidence, 1, 1e-12);
  }
}

TEST(Calibrate, MistakesAreTold) {
  Model model = test::trained();
  const auto expect = [&](ErrorKind kind, const std::vector<std::string>& words,
                          const Examples& train, const Examples& held,
                          const CalibrateOptions& options) {
    test::expect_error(kind, words, [&] { calibrate_unknown(model, train, held, options); });
  };
  const Examples &train = parts().train, &held = parts().validation;
  for (const double share : {0.0, -1.0, 1.01, std::nan("")})
    expect(ErrorKind::usage, {"--unknown-acceptance"}, train, held, {"energy", share});
  expect(ErrorKind::sentence, {"enrgy"}, train, held, {"enrgy", 0.9});
  expect(ErrorKind::model, {"--unknown background"}, train, held, {"background", 0.9});
  Examples unlabelled = held;
  unlabelled.labels = nullptr;
  expect(ErrorKind::data, {"have no classes"}, train, unlabelled, {"energy", 0.9});
  expect(ErrorKind::data, {"no validation examples"}, train, held.slice(0, 0), {"energy", 0.9});
  expect(ErrorKind::data, {"class", "knows 6"}, test::digits(20000, 3000).train, held,
         {"energy", 0.9});
  EXPECT_FALSE(calibration_of(model).has_value()) << "nothing of it may stay";
  test::expect_error(ErrorKind::model, {"lithe calibrate"}, [&] { OpenSetPredictor{model}; });
}

TEST(Calibrate, NotesThatAreNoneAreRefused) {
  for (const char* key :
       {"lithe.unknown_threshold", "lithe.unknown_acceptance", "lithe.temperature"})
    for (const char* bad : {"", "nan", "inf", "-inf", "1x", "0x10", "1e999", "abc"}) {
      Model model = test::trained();
      calibrate_unknown(model, parts().train, parts().validation);
      model.metadata()[key] = bad;
      test::expect_error(ErrorKind::model, {key}, [&] { OpenSetPredictor{model}; });
    }
  for (const char* bad : {"0", "-1"}) {
    Model model = test::trained();
    calibrate_unknown(model, parts().train, parts().validation);
    model.metadata()["lithe.temperature"] = bad;
    test::expect_error(ErrorKind::model, {"temperature"}, [&] { OpenSetPredictor{model}; });
  }
}

// Arrays of another network, or none, or more than there should be.
TEST(Calibrate, ArraysThatDoNotFitAreRefused) {
  for (const std::string& score : unknown_scores()) {
    SCOPED_TRACE(score);
    Model model = test::trained();
    calibrate_unknown(model, parts().train, parts().validation, {score, 0.9});
    if (model.extra_arrays().empty()) continue;
    const auto sound = model.extra_arrays();
    const auto answer = [&] {
      OpenSetPredictor(model).predict(known_digits().known.test.slice(0, 3).features);
    };
    model.extra_arrays().clear();
    test::expect_error(ErrorKind::model, {"lithe calibrate"}, answer);
    for (const auto& [name, array] : sound) {
      model.extra_arrays() = sound;
      model.extra_arrays()[name] = NamedArray{{1}, {0.5}};
      if (array.shape != std::vector<std::size_t>{1}) {
        EXPECT_THROW(answer(), Error) << name << " of one value";
      }
    }
  }
}

TEST(HoldOut, GivesEveryRowOnceAndOfEachClass) {
  const Examples& all = known_digits().known.train;
  EXPECT_EQ(parts().train.features.rows + parts().validation.features.rows, all.features.rows);
  std::set<std::int32_t> classes(parts().validation.labels,
                                 parts().validation.labels + parts().validation.features.rows);
  EXPECT_EQ(classes.size(), 6u);
  test::expect_error(ErrorKind::usage, {"held out"}, [&] { hold_out(all.slice(0, 2), 0.01); });
}

}  // namespace
}  // namespace lithe
