// Model files and networks as values.
#include "lithe/model.h"

#include <gtest/gtest.h>

#include "base/full_disk.h"
#include "data/sample.h"
#include "io/model_file.h"
#include "lithe/error.h"
#include "lithe/trainer.h"

namespace lithe {
namespace {

Model make_model(Precision precision) {
  return Model(Network::parse("input(12) -> dense(33, tanh) -> dense(3, sigmoid)"), precision, 5,
               {255, {"a", "b", "c"}});
}

TEST(ModelFile, RoundTripIsExact) {
  const test::TemporaryFolder folder;
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    Model model = make_model(precision);
    model.metadata()["lithe.loss"] = "quadratic";
    model.save(folder.path() / "m.safetensors");
    Model read = Model::load(folder.path() / "m.safetensors");
    EXPECT_EQ(read.network(), model.network());
    EXPECT_EQ(read.precision(), precision);
    EXPECT_EQ(read.preprocessing().class_names, model.preprocessing().class_names);
    EXPECT_EQ(read.preprocessing().divisor, 255);
    EXPECT_EQ(read.metadata()["lithe.loss"], "quadratic");
    for (const std::string& name : model.names()) EXPECT_EQ(read.values(name), model.values(name));
    const std::vector<double> x = {1, 0, 0, 2, 3, 0, 0, 0, 9, 0, 1, 1};
    const Features features{x.data(), ElementType::float64, 1, 12, 12 * sizeof(double), 1};
    EXPECT_EQ(read.predict(features), model.predict(features));
  }
}

io::ModelFile lying_file() {
  return {"input(12) -> dense(3)",
          255,
          {},
          {},
          false,
          {{"layers.0.weight", {12, 3}, std::vector<std::uint8_t>(144)},
           {"layers.0.bias", {3}, std::vector<std::uint8_t>(12)}}};
}

void expect_refused(const io::ModelFile& file, const std::string& text) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  io::write_model(path, file);
  try {
    Model::load(path);
    ADD_FAILURE() << "not refused: " << text;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(ModelFile, KeepsWhatMakesPicturesItsExamples) {
  const test::TemporaryFolder folder;
  Dataset set;
  set.class_names = {"cat", "dog"};
  set.shape = {2, 2, 3};
  set.resize = Resize::stretch;
  set.train.features.divisor = 255;
  const Preprocessing preprocessing = preprocessing_of(set);
  EXPECT_EQ(preprocessing.image, set.shape);
  Model(Network::parse("input(12) -> dense(2)"), Precision::float32, 5, preprocessing)
      .save(folder.path() / "m.safetensors");
  const Model read = Model::load(folder.path() / "m.safetensors");
  EXPECT_EQ(read.preprocessing().image, set.shape);
  EXPECT_EQ(read.preprocessing().resize, Resize::stretch);
  set.train.features.type = ElementType::float32;  // numbers, not images
  EXPECT_TRUE(preprocessing_of(set).image.empty());
  set.shape = {12};
  EXPECT_TRUE(preprocessing_of(set).image.empty());
}

TEST(ModelFile, WhatDoesNotFitIsRefused) {
  const test::TemporaryFolder folder;
  io::write_model(folder.path() / "good", lying_file());
  EXPECT_NO_THROW(Model::load(folder.path() / "good"));
  auto file = lying_file();
  file.network = "input(12) -> dense(4)";
  expect_refused(file, "layers.0.weight");
  file = lying_file();
  file.network = "input(1048576) -> dense(1048576)";  // four terabytes, were it believed
  expect_refused(file, "values to learn");
  file.network = "input(1048576) -> dense(1024)";
  expect_refused(file, "layers.0.weight");
  file = lying_file();
  file.network = "dense(3)";
  expect_refused(file, "no input");
  file.network = "input(12) -> dance(3)";
  expect_refused(file, "'dance'");
  file = lying_file();
  file.divisor = 0;
  expect_refused(file, "input_divisor");
  file = lying_file();
  file.arrays.pop_back();
  expect_refused(file, "layers.0.bias");
}

TEST(ModelFile, AFullDiskLeavesTheOldModel) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  make_model(Precision::float32).save(path);
  const auto before = test::read_bytes(path);
  {
    const test::FullDisk disk(100);
    EXPECT_THROW(make_model(Precision::float64).save(path), Error);
  }
  EXPECT_EQ(test::read_bytes(path), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ModelFile, KeepsTheTablesSchema) {
  const test::TemporaryFolder folder;
  Dataset table;
  table.train.features.divisor = 1;
  table.schema = R"({"columns": []})";
  table.class_names = {"no", "yes"};
  Model model(Network::parse("input(12) -> dense(2)"), Precision::float32, 1,
              preprocessing_of(table));
  model.save(folder.path() / "m.safetensors");
  const Model read = Model::load(folder.path() / "m.safetensors");
  EXPECT_EQ(read.preprocessing().schema, table.schema);
  EXPECT_FALSE(read.metadata().contains("lithe.schema"));
}

// What `lithe predict` and `lithe evaluate` need to know.
TEST(ModelFile, HoldsHowItWasTrained) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::int32_t> labels = {0, 1, 2, 1};
  const Examples examples = Examples::classification(Features::of(pixels, 4, 2, 16), labels, 3);
  Model model(Network::parse("input(2) -> dense(3)"));
  const TrainOptions options{
      .loss = "cross_entropy", .optimizer = "adam(0.01)", .batch = 2, .seed = 7};
  Trainer(model, examples, {}, options).run_epoch();
  EXPECT_EQ(model.preprocessing().divisor, 16);
  EXPECT_EQ(model.preprocessing().class_names, (std::vector<std::string>{"0", "1", "2"}));
  const std::map<std::string, std::string> expected = {{"lithe.loss", "cross_entropy"},
                                                       {"lithe.optimizer", "adam(0.01)"},
                                                       {"lithe.batch", "2"},
                                                       {"lithe.seed", "7"}};
  EXPECT_EQ(model.metadata(), expected);
  Model named(Network::parse("input(2) -> dense(3)"), Precision::float32, 1,
              {.class_names = {"a", "b", "c"}});
  Trainer(named, examples, {}, options);
  EXPECT_EQ(named.preprocessing().class_names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Network, BuilderAndSentenceAreOne) {
  const Network built = Network()
                            .input({28, 28})
                            .flatten()
                            .dense(30, {.activation = "sigmoid"})
                            .dense(10)
                            .activation("tanh");
  EXPECT_EQ(built,
            Network::parse("input(28x28) -> flatten -> dense(30, sigmoid) -> dense(10) -> tanh"));
  EXPECT_EQ(Network::parse(built.to_string()), built);
  EXPECT_EQ(built.parameter_count(), 784u * 30 + 30 + 300 + 10);
  EXPECT_EQ(built.output_shape(), Shape{{10}});
  EXPECT_EQ(Network::parse(" dense( units = 3 ,init=normal( std=2)) ").to_string(),
            "dense(3, init=normal(2))");
}

TEST(Network, ShapesThatDoNotMeetAreShown) {
  for (const char* text : {"input(28x28) -> dense(10)", "input(4) -> relu", "dense(3) -> input(4)",
                           "input(4) -> flatten"}) {
    try {
      Network::parse(text).with_input({{4}});
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::sentence);
      EXPECT_NE(error.where().find('^'), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace lithe
