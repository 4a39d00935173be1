// Watching: which layers are looked at, what is noted of them, and that training does not notice.
#include "lithe/watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/training.h"

namespace lithe {
namespace {

const Examples& data() { return test::digits(600, 200).train; }

TrainOptions watching() {
  return {
      .loss = "cross_entropy", .optimizer = "adam(0.01)", .batch = 20, .threads = 1, .watch = true};
}

double norm(const std::vector<double>& values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

// Every network learns the same with and without.
constexpr const char* kDense =
    "input(784) -> dense(40, relu) -> batch_norm -> dropout(0.2) -> dense(30, gelu) -> dense(10)";
constexpr const char* kImages =
    "input(28x28) -> conv2d(8, 3, relu, stride=2) -> batch_norm -> conv2d(6, 3, stride=2) -> prelu "
    "-> conv_transpose2d(3, 3, tanh) -> conv2d(10, 3) -> global_avg_pool";

TEST(Watching, ChangesNothing) {
  for (const char* network : {kDense, kImages})
    for (const char* optimizer : {"sgd(0.1)", "adam(0.01)", "momentum(0.1, l2=0.01)"})
      for (const std::size_t threads : {1, 2}) {
        Model plain(Network::parse(network), Precision::float64, 1, {255, {}});
        Model watched(Network::parse(network), Precision::float64, 1, {255, {}});
        TrainOptions options = watching();
        options.optimizer = optimizer, options.threads = threads, options.watch = false;
        Trainer(plain, data(), {}, options).run_epoch();
        options.watch = true;
        Trainer trainer(watched, data(), {}, options);
        trainer.run_epoch();
        EXPECT_TRUE(test::same_bits(test::weights_of(plain), test::weights_of(watched)))
            << network << ", " << optimizer << ", " << threads;
      }
}

std::vector<EpochWatch> watch(const std::string& network, const TrainOptions& options) {
  Model model(Network::parse(network), Precision::float64, 1, {255, {}});
  Trainer trainer(model, data(), {}, options);
  trainer.run_epoch();
  return trainer.watched();
}

TEST(Watching, LooksAtEveryLayerThatHasWeights) {
  const auto dense = watch(kDense, watching()), images = watch(kImages, watching());
  ASSERT_EQ(dense.size(), 1u);
  ASSERT_EQ(dense[0].layers.size(), 3u);
  EXPECT_EQ(dense[0].layers[1].activation, "gelu");
  EXPECT_EQ(dense[0].layers[2].layer, 5u);
  ASSERT_EQ(images[0].layers.size(), 4u);
  EXPECT_EQ(images[0].layers[0].activation, "relu");
  EXPECT_EQ(images[0].layers[2].activation, "tanh");
  for (const auto& history : {dense, images}) {
    EXPECT_GE(history[0].steps, 1u);
    for (const LayerWatch& layer : history[0].layers) {
      EXPECT_GT(layer.spread, 0) << layer.label;
      EXPECT_GT(layer.gradient_norm, 0) << layer.label;
      EXPECT_GT(layer.update_norm, 0) << layer.label;
      EXPECT_GT(layer.weight_norm, 0) << layer.label;
    }
  }
}

TEST(Watching, SaysWhatItDoesNotLookAt) {
  const auto images = watch(kImages, watching());
  EXPECT_EQ(images[0].not_watched, (std::vector<std::string>{"2 batch_norm", "4 prelu"}));
  const std::string text = watched_layers(images);
  for (const char* part : {"4 layers were watched", "not watched", "2 batch_norm, 4 prelu"})
    EXPECT_NE(text.find(part), std::string::npos) << text;
  // The slopes of an activation belong to the layer, which is watched.
  const auto own = watch("input(784) -> dense(20, prelu) -> dense(10)", watching());
  EXPECT_TRUE(own[0].not_watched.empty());
  EXPECT_EQ(watched_layers(own), "2 layers were watched");
  const test::RandomExamples ten(60, 10, 10);
  Model model(Network::parse("input(10) -> prelu -> layer_norm"), Precision::float64, 1);
  Trainer trainer(model, ten.examples, {}, watching());
  trainer.run_epoch();
  EXPECT_EQ(watched_layers(trainer.watched()).find("no layer was watched; not watched"), 0u);
  EXPECT_EQ(watched_layers({}), "no layer was watched");
}

// One step: the norms are those of the weights before it and of what it changed.
TEST(Watching, NotesTheNormsOfConvolutions) {
  Model model(Network::parse("input(28x28) -> conv2d(5, 3, relu, stride=2) -> "
                             "conv2d(10, 3, stride=4) -> global_avg_pool"),
              Precision::float64, 1, {255, {}});
  std::vector<std::vector<double>> before;
  for (const std::string& name : model.names())
    if (name.ends_with("weight")) before.push_back(model.values(name));
  TrainOptions options = watching();
  options.optimizer = "sgd(0.5)", options.batch = 600;
  Trainer trainer(model, data(), {}, options);
  trainer.run_epoch();
  const auto& layers = trainer.watched()[0].layers;
  ASSERT_EQ(layers.size(), 2u);
  std::size_t i = 0;
  for (const std::string& name : model.names()) {
    if (!name.ends_with("weight")) continue;
    std::vector<double> change = model.values(name);
    for (std::size_t k = 0; k < change.size(); ++k) change[k] -= before[i][k];
    EXPECT_NEAR(layers[i].weight_norm, norm(before[i]), 1e-12);
    EXPECT_NEAR(layers[i].update_norm, norm(change), 1e-12);
    EXPECT_NEAR(layers[i].gradient_norm, norm(change) / 0.5, 1e-11);
    ++i;
  }
}

// A channel is a unit: dead where it is 0 at every place of every image.
TEST(Watching, CountsDeadChannels) {
  Model model(
      Network::parse("input(28x28) -> conv2d(4, 3, relu, stride=2) -> flatten -> dense(10)"),
      Precision::float64, 1, {255, {}});
  for (const std::string& name : model.names())
    if (name.ends_with("0.bias")) model.set_values(name, {-1e6, 1, -1e6, -1e6});
  TrainOptions options = watching();
  options.batch = 600;
  Trainer trainer(model, data(), {}, options);
  trainer.run_epoch();
  EXPECT_EQ(trainer.watched()[0].layers[0].dead, 0.75);
}

TEST(Watching, DiagnosesConvolutions) {
  TrainOptions options = watching();
  options.optimizer = "sgd(1e-14)";
  const auto findings = diagnose(
      watch("input(28x28) -> repeat(5, conv2d(8, 3, relu, init=normal(10), padding=same)) -> "
            "conv2d(10, 3, stride=4) -> global_avg_pool",
            options));
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].disease, Disease::exploding) << findings[0].text;
}

// No gradient is worked out for a frozen layer, which is no disease.
TEST(Watching, KnowsFrozenLayers) {
  TrainOptions options = watching();
  options.frozen = {1}, options.unfreeze_at = 2, options.epochs = 2;
  Model model(Network::parse(kDense), Precision::float64, 1, {255, {}});
  Trainer trainer(model, data(), {}, options);
  trainer.run_epoch();
  EXPECT_TRUE(trainer.watched()[0].layers[0].frozen);
  EXPECT_EQ(trainer.watched()[0].layers[0].gradient_norm, 0);
  for (const Diagnosis& finding : diagnose(trainer.watched()))
    EXPECT_NE(finding.disease, Disease::vanishing) << finding.text;
  trainer.run_epoch();
  EXPECT_FALSE(trainer.watched()[1].layers[0].frozen);
  EXPECT_GT(trainer.watched()[1].layers[0].gradient_norm, 0);
}

}  // namespace
}  // namespace lithe
