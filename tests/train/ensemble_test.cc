// Ensembles answer with the mean of their members, and are models like any other.
#include "lithe/ensemble.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/sample.h"
#include "lithe/error.h"
#include "lithe/probabilities.h"
#include "lithe/trainer.h"
#include "support/training.h"

namespace lithe {
namespace {

constexpr std::size_t kRows = 40, kColumns = 6, kClasses = 3;

const test::RandomExamples& data() {
  static const test::RandomExamples examples(kRows, kColumns, kClasses);
  return examples;
}

Model trained(const std::string& layers, const std::string& loss, std::uint64_t seed,
              Precision precision = Precision::float64) {
  Model model(Network::parse("input(6) -> standardize -> " + layers), precision, seed);
  model.standardize(data().examples);
  Trainer(model, data().examples, {}, {.loss = loss, .batch = 8, .epochs = 2, .seed = seed})
      .run_epoch();
  return model;
}

std::vector<Model> members(const std::vector<std::string>& layers, const std::string& loss,
                           Precision precision = Precision::float64) {
  std::vector<Model> result;
  for (std::size_t i = 0; i < layers.size(); ++i)
    result.push_back(trained(layers[i], loss, i + 1, precision));
  return result;
}

std::vector<double> probabilities_of(const Model& model, const std::string& loss) {
  const std::vector<double> outputs = model.predict(data().examples.features);
  std::vector<double> all;
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::size_t count = outputs.size() / kRows;
    const auto one = probabilities(std::span(outputs).subspan(row * count, count), loss);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

std::vector<double> mean(const std::vector<std::vector<double>>& all) {
  std::vector<double> result(all.front().size());
  for (const auto& one : all)
    for (std::size_t i = 0; i < one.size(); ++i)
      result[i] += one[i] / static_cast<double>(all.size());
  return result;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "value " << i;
}

const std::vector<std::string> kAlike(4, "dense(8, tanh) -> dense(3)");
const std::vector<std::string> kDifferent = {"dense(8, tanh) -> dense(3)",
                                             "residual(dense(6, relu)) -> dense(3)", "dense(3)"};

TEST(Ensemble, AnswersWithTheMeanOfProbabilitiesOrOutputs) {
  for (const std::string loss :
       {"cross_entropy", "cross_entropy(0.1)", "binary_cross_entropy", "quadratic", "hinge"})
    for (const auto& layers : {kAlike, kDifferent}) {
      SCOPED_TRACE(loss);
      const std::vector<Model> all = members(layers, loss);
      const Model whole = ensemble(all);
      EXPECT_EQ(whole.metadata().at("lithe.loss"), all.front().metadata().at("lithe.loss"));
      EXPECT_FALSE(whole.metadata().contains("lithe.seed")) << "they differ in it";
      const bool entropy = loss.find("entropy") != loss.npos;
      std::vector<std::vector<double>> answers;
      for (const Model& one : all)
        answers.push_back(entropy ? probabilities_of(one, loss)
                                  : one.predict(data().examples.features));
      expect_near(entropy ? probabilities_of(whole, loss) : whole.predict(data().examples.features),
                  mean(answers), 1e-12);
    }
}

TEST(Ensemble, IsAModelLikeAnyOther) {
  const test::TemporaryFolder folder;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    const Model whole = ensemble(members(kDifferent, "cross_entropy", precision));
    whole.save(folder.path() / "m.safetensors");
    const Model read = Model::load(folder.path() / "m.safetensors");
    EXPECT_EQ(read.network(), whole.network());
    EXPECT_TRUE(test::same_bits(read.predict(data().examples.features),
                                whole.predict(data().examples.features)));
    Model again = Model::load(folder.path() / "m.safetensors");
    const std::vector<double> before = test::weights_of(again);
    Trainer(again, data().examples, {}, {.loss = "cross_entropy", .batch = 8}).run_epoch();
    EXPECT_FALSE(test::same_bits(test::weights_of(again), before)) << "it goes on learning";
  }
}

TEST(Ensemble, SaysWhatAllOfThemAreOnce) {
  EXPECT_EQ(ensemble(members(kAlike, "cross_entropy")).network().to_string(),
            "input(6) -> ensemble(standardize -> dense(8, tanh) -> dense(3), times=4, "
            "mean=softmax)");
  EXPECT_EQ(ensemble(members({"dense(2, tanh) -> dense(3)", "dense(3)"}, "quadratic"))
                .network()
                .to_string(),
            "input(6) -> ensemble(standardize -> dense(2, tanh) -> dense(3), standardize -> "
            "dense(3))");
}

TEST(Ensemble, ComesApartIntoItsMembers) {
  for (const auto& layers : {kAlike, kDifferent}) {
    const std::vector<Model> all = members(layers, "cross_entropy", Precision::float32);
    const std::vector<Model> apart = members_of(ensemble(all));
    ASSERT_EQ(apart.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(apart[i].network(), all[i].network());
      EXPECT_EQ(apart[i].names(), all[i].names());
      EXPECT_TRUE(test::same_bits(test::weights_of(apart[i]), test::weights_of(all[i])));
    }
  }
  EXPECT_TRUE(members_of(trained("dense(3)", "cross_entropy", 1)).empty());
}

TEST(Ensemble, SaysHowFarItsMembersAreApart) {
  const std::vector<Model> all = members({"dense(3)", "dense(4, relu) -> dense(3)"}, "quadratic");
  const std::vector<double> a = all[0].predict(data().examples.features),
                            b = all[1].predict(data().examples.features);
  std::vector<double> half(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) half[i] = std::abs(a[i] - b[i]) / 2;
  const auto apart = [](std::span<const Model> some) {
    return disagreement(ensemble(some), data().examples.features);
  };
  // Classes by outputs from 0 to 1: what lies outside of them is no probability.
  EXPECT_EQ(apart(all).size(), half.size());
  std::vector<Model> logits = members({"dense(3)", "dense(4, relu) -> dense(3)"}, "cross_entropy");
  const std::vector<double> p = probabilities_of(logits[0], "cross_entropy"),
                            q = probabilities_of(logits[1], "cross_entropy");
  for (std::size_t i = 0; i < p.size(); ++i) half[i] = std::abs(p[i] - q[i]) / 2;
  expect_near(apart(logits), half, 1e-9);
  std::vector<Model> twice = members({"dense(3)"}, "cross_entropy");
  twice.push_back(trained("dense(3)", "cross_entropy", 1));
  expect_near(apart(twice), std::vector<double>(p.size()), 1e-7);
  EXPECT_THROW(disagreement(logits[0], data().examples.features), Error);
  EXPECT_TRUE(is_ensemble(ensemble(logits)) && !is_ensemble(logits[0]));
}

// Prices of millions that differ by cents.
TEST(Ensemble, SaysHowFarLargeAnswersAreApart) {
  std::vector<Model> all;
  for (const double price : {1e9, 1e9 + 0.02}) {
    all.emplace_back(Network::parse("input(6) -> dense(1, init=zeros)"), Precision::float64);
    all.back().set_values("layers.0.bias", {price});
  }
  for (const double deviation : disagreement(ensemble(all), data().examples.features))
    EXPECT_NEAR(deviation, 0.01, 1e-6);
}

Model prototype(const std::string& layers) {
  Model model(Network::parse("input(6) -> standardize -> " + layers), Precision::float32, 99);
  model.standardize(data().examples);
  model.metadata()["note"] = "kept";
  return model;
}

TEST(Ensemble, TrainsItsMembersAsIfAlone) {
  const TrainOptions options{.loss = "cross_entropy",
                             .optimizer = "adam(0.01)",
                             .batch = 8,
                             .epochs = 3,
                             .seed = 5,
                             .validation = 0.25,
                             .patience = 1};
  const std::string layers = "dense(8, tanh) -> dropout(0.2) -> dense(3)";
  std::vector<Model> alone;
  for (std::size_t i = 0; i < 5; ++i) {
    TrainOptions own = options;
    own.seed += i, own.threads = 1;
    Model& model =
        alone.emplace_back(Model(prototype(layers).network(), Precision::float32, own.seed));
    model.standardize(data().examples);
    Trainer trainer(model, data().examples, {}, own);
    while (!trainer.finished()) trainer.run_epoch();
    trainer.finish();
  }
  for (const std::size_t threads : {1, 2, 5, 9}) {
    TrainOptions at_once = options;
    at_once.threads = threads;
    const TrainedEnsemble trained =
        train_ensemble(prototype(layers), data().examples, {}, at_once, 5);
    EXPECT_EQ(trained.model.metadata().at("note"), "kept");
    const std::vector<Model> members = members_of(trained.model);
    ASSERT_EQ(members.size(), 5);
    for (std::size_t i = 0; i < 5; ++i)
      EXPECT_TRUE(test::same_bits(test::weights_of(members[i]), test::weights_of(alone[i])))
          << "member " << i << ", " << threads << " threads";
  }
}

TEST(Ensemble, EndsWhereItsCallbackSaysSo) {
  const auto train = [&](std::size_t epochs) {
    std::size_t left = epochs;
    return train_ensemble(prototype("dense(3)"), data().examples, {},
                          {.loss = "cross_entropy", .batch = 8, .epochs = 2, .threads = 1}, 4,
                          [&](std::size_t, const EpochReport&) { return --left > 0; });
  };
  EXPECT_EQ(members_of(train(3).model).size(), 2) << "the second has done one of its two epochs";
  EXPECT_EQ(train(100).reports.size(), 4);
  EXPECT_THROW(train_ensemble(prototype("dense(3)"), data().examples, {}, {}, 0), Error);
  // What one of them throws ends them all.
  EXPECT_THROW(train_ensemble(prototype("dense(3)"), data().examples, {},
                              {.loss = "cross_entropy", .optimizer = "sgd(1e30)", .threads = 2}, 4),
               Error);
}

// Targets are in their own units, whichever rows a member is validated on.
TEST(Ensemble, ScalesTargetsAlike) {
  std::vector<float> targets;
  for (std::size_t i = 0; i < kRows; ++i) targets.push_back(1000 + static_cast<float>(i % 7));
  Examples examples = data().examples;
  examples.labels = nullptr, examples.targets = targets.data(), examples.target_columns = 1;
  const TrainedEnsemble trained = train_ensemble(prototype("dense(1)"), examples, {},
                                                 {.loss = "mean_squared",
                                                  .optimizer = "adam(0.01)",
                                                  .batch = 8,
                                                  .threads = 2,
                                                  .validation = 0.2,
                                                  .standardize_targets = true},
                                                 3);
  for (const double answer : trained.model.predict(data().examples.features))
    EXPECT_NEAR(answer, 1003, 10);
}

TEST(Ensemble, BringsTargetsOfOtherScalesToThatOfTheFirst) {
  const auto scaled = [&](const std::string& layers, double mean_of_target, double deviation) {
    Preprocessing preprocessing;
    preprocessing.target_mean = {mean_of_target, -mean_of_target};
    preprocessing.target_deviation = {deviation, 3};
    return Model(Network::parse("input(6) -> " + layers), Precision::float64, 7, preprocessing);
  };
  std::vector<Model> all;
  all.push_back(scaled("dense(4, tanh) -> dense(2)", 100, 2));
  all.push_back(scaled("dense(2)", 103, 0.5));
  std::vector<std::vector<double>> answers;
  for (const Model& one : all) answers.push_back(one.predict(data().examples.features));
  expect_near(ensemble(all).predict(data().examples.features), mean(answers), 1e-12);
  all.push_back(scaled("dense(2, tanh)", 101, 2));
  EXPECT_THROW(ensemble(all), Error) << "tanh's outputs cannot be scaled by the weights";
}

// Members that are taken for one another would answer wrongly in silence.
TEST(Ensemble, RefusesModelsThatDiffer) {
  const Model first = trained("dense(3)", "cross_entropy", 1);
  const auto refuses = [&](const Model& other, const std::string& what) {
    std::vector<Model> both;
    both.push_back(trained("dense(3)", "cross_entropy", 1));
    both.emplace_back(Model(other.network(), other.precision(), 1, other.preprocessing()));
    both.back().metadata() = other.metadata();
    try {
      ensemble(both);
      ADD_FAILURE() << "not refused: " << what;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::model);
      EXPECT_NE(error.problem().find(what), std::string::npos) << error.problem();
    }
  };
  const auto like = [&](const std::string& network, Precision precision = Precision::float64) {
    Model other(Network::parse(network), precision, 1, first.preprocessing());
    other.metadata() = first.metadata();
    return other;
  };
  refuses(like("input(7) -> dense(3)"), "another input");
  refuses(like("input(6) -> dense(4)"), "other outputs");
  refuses(like("input(6) -> dense(3)", Precision::float32), "another precision");
  refuses(trained("dense(3)", "quadratic", 1), "another loss");
  const auto changed = [&](const auto& change, const std::string& what) {
    Model other = like("input(6) -> dense(3)");
    Preprocessing preprocessing = other.preprocessing();
    change(preprocessing);
    other.set_preprocessing(preprocessing);
    refuses(other, what);
  };
  changed([](Preprocessing& p) { p.class_names = {"x", "y", "z"}; }, "other classes");
  changed([](Preprocessing& p) { p.divisor = 255; }, "another range");
  changed([](Preprocessing& p) { p.schema = "{}"; }, "other columns");
  changed([](Preprocessing& p) { p.vocabulary = "{}"; }, "another vocabulary");
  changed([](Preprocessing& p) { p.target_mean = {1}, p.target_deviation = {2}; },
          "targets of another scale");
  EXPECT_THROW(ensemble(std::span<const Model>()), Error);
}

TEST(Ensemble, RefusesNetworksThatEndDifferently) {
  const auto problem = [](const std::string& layers) {
    try {
      Model(Network::parse("input(4x5) -> " + layers));
    } catch (const Error& error) {
      return error.problem();
    }
    return std::string("no error");
  };
  EXPECT_NE(problem("flatten -> ensemble(dense(3), dense(4))").find("3 comes out of the first"),
            std::string::npos);
  EXPECT_NE(
      problem("flatten -> ensemble(dense(3, softmax), mean=softmax)").find("ends with softmax"),
      std::string::npos);
  EXPECT_EQ(problem("ensemble(gru(3), flatten -> dense(3))"), "no error");
  EXPECT_EQ(problem("ensemble(gru(3, all), conv1d(3, 3, padding=same)) -> flatten -> dense(3)"),
            "no error");
}

// Sequences of unequal length, and weights that the first and the last layer of a member share.
TEST(Ensemble, OfSequences) {
  const std::string member = "embedding(9, 4) -> gru(4, all) -> dense(9, tied=true)";
  const Network network = Network::parse("input(5) -> ensemble(" + member + ", times=2)");
  EXPECT_EQ(network.parameter_count(),
            2 * Network::parse("input(5) -> " + member).parameter_count());
  EXPECT_NO_THROW(Model(Network::parse(
      "input(5x2, lengths=true) -> ensemble(gru(4), bidirectional(gru(2)), times=2) -> dense(3)")));
}

}  // namespace
}  // namespace lithe
