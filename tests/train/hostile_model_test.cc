// Model files that lie, and what a sound one predicts.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "io/model_file.h"
#include "io/safetensors.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe {
namespace {

using Metadata = std::map<std::string, std::string>;

// A sound model file of input(4) -> dense(3), but for what a test changes.
struct Parts {
  Metadata metadata = {{"lithe.version", "1"},
                       {"lithe.network", "input(4) -> dense(3)"},
                       {"lithe.input_divisor", "255"},
                       {"lithe.class_names", R"(["a","b","c"])"}};
  io::Dtype weight_type = io::Dtype::f32, bias_type = io::Dtype::f32;
  std::vector<std::size_t> weight_shape = {4, 3}, bias_shape = {3};
  // One more tensor, where it has a name.
  std::string extra_name;
  io::Dtype extra_type = io::Dtype::f64;
  std::vector<std::size_t> extra_shape = {2};
  std::vector<std::uint8_t> extra_bytes = std::vector<std::uint8_t>(16);

  void write(const std::filesystem::path& path) const {
    const std::vector<std::uint8_t> weight(bytes(weight_type, weight_shape)),
        bias(bytes(bias_type, bias_shape));
    std::vector<io::TensorView> tensors = {{"layers.0.weight", weight_type, weight_shape, weight},
                                           {"layers.0.bias", bias_type, bias_shape, bias}};
    if (!extra_name.empty()) tensors.push_back({extra_name, extra_type, extra_shape, extra_bytes});
    io::write_safetensors(path, tensors, metadata);
  }
  static std::size_t bytes(io::Dtype type, const std::vector<std::size_t>& shape) {
    std::size_t count = type == io::Dtype::f64 ? 8 : type == io::Dtype::f16 ? 2 : 4;
    for (const std::size_t size : shape) count *= size;
    return count;
  }
};

// A limit on memory, so that a file that is believed too early fails here and not on a user.
class MemoryLimit {
 public:
  explicit MemoryLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_AS, &old_);
    const rlimit limit = {bytes, old_.rlim_max};
    if (!test::sanitized()) ::setrlimit(RLIMIT_AS, &limit);  // sanitizers reserve terabytes
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &old_); }

 private:
  rlimit old_{};
};

class HostileModel : public testing::Test {
 protected:
  void expect_refused(const Parts& parts, const std::vector<std::string>& words,
                      ErrorKind kind = ErrorKind::model) {
    parts.write(path_);
    const MemoryLimit limit(rlim_t{1} << 30);
    test::expect_error(kind, words, [&] { Model::load(path_); });
  }
  void expect_refused(const std::string& key, const std::string& value,
                      const std::vector<std::string>& words, ErrorKind kind = ErrorKind::model) {
    SCOPED_TRACE(key + " " + value.substr(0, 60));
    Parts parts;
    parts.metadata[key] = value;
    expect_refused(parts, words, kind);
  }
  const test::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "m.safetensors";
};

TEST_F(HostileModel, TheSoundOneLoads) {
  Parts().write(path_);
  const Model model = Model::load(path_);
  EXPECT_EQ(model.preprocessing().divisor, 255);
  EXPECT_EQ(model.preprocessing().class_names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(HostileModel, ASentenceOfOtherShapesNamesTheArray) {
  expect_refused("lithe.network", "input(3) -> dense(4)", {"layers.0.weight", "4x3", "3x4"});
  expect_refused("lithe.network", "input(12) -> dense(1)", {"layers.0.weight", "4x3", "12x1"});
  expect_refused("lithe.network", "input(4) -> dense(3) -> dense(3)", {"layers.1.weight"});
  Parts flat;
  flat.weight_shape = {12};
  expect_refused(flat, {"layers.0.weight", "12", "4x3"});
  Parts deep;
  deep.bias_shape = {1, 3};
  expect_refused(deep, {"layers.0.bias", "1x3"});
}

TEST_F(HostileModel, ImagesThatTheNetworkDoesNotTakeAreRefused) {
  Parts sound;
  sound.metadata["lithe.image"] = "2x2";
  sound.metadata["lithe.resize"] = "pad";
  sound.write(path_);
  EXPECT_EQ(Model::load(path_).preprocessing().image, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(Model::load(path_).preprocessing().resize, Resize::pad);
  const auto with = [&](const std::string& key, const std::string& value) {
    Parts parts = sound;
    parts.metadata[key] = value;
    return parts;
  };
  for (const char* image : {"", "x", "2x", "x2", "2x2x1x1", "2 x 2", "0x4", "-1x4", "2.5x2",
                            "4294967296x4", "1099511627776x1", "65536x65536x65536"})
    expect_refused(with("lithe.image", image), {"lithe.image", "height x width"});
  expect_refused(with("lithe.image", "2x3"), {"2x3", "takes 4"});
  expect_refused(with("lithe.resize", "squash"), {"lithe.resize", "squash"});
  sound.metadata.erase("lithe.resize");
  expect_refused(sound, {"lithe.resize"});
}

TEST_F(HostileModel, ASentenceThatIsNoneIsShown) {
  expect_refused("lithe.network", "", {""}, ErrorKind::sentence);
  expect_refused("lithe.network", "input(4) -> dance(3)", {"dance"}, ErrorKind::sentence);
  expect_refused("lithe.network", "dense(3)", {"no input"});
  expect_refused("lithe.network", "input(4) -> relu", {"relu"}, ErrorKind::sentence);
}

// Small arrays and a sentence that asks for as much memory as there is nowhere.
TEST_F(HostileModel, ASentenceThatAsksForPetabytesGetsNone) {
  expect_refused("lithe.network", "input(40000) -> dense(50000)", {"layers.0.weight"});
  for (const std::string huge : {"input(1048576) -> dense(1048576)",
                                 "input(1000000x1000000x1000000) -> flatten -> dense(3)"}) {
    Parts parts;
    parts.metadata["lithe.network"] = huge;
    parts.write(path_);
    const MemoryLimit limit(rlim_t{1} << 30);
    EXPECT_THROW(Model::load(path_), Error) << huge;
  }
  std::string deep = "input(4)";
  for (int i = 0; i < 2000; ++i) deep += " -> dense(1000000)";
  Parts parts;
  parts.metadata["lithe.network"] = deep;
  parts.write(path_);
  EXPECT_THROW(Model::load(path_), Error);
}

TEST_F(HostileModel, ADivisorThatIsNoneIsRefused) {
  for (const char* divisor : {"0", "-1", "nan", "inf", "-nan", "", "255x", " 255", "1e999", "0x10"})
    expect_refused("lithe.input_divisor", divisor, {"input_divisor"});
}

TEST_F(HostileModel, ArraysOfAnotherTypeAreRefused) {
  Parts half;
  half.weight_type = half.bias_type = io::Dtype::f16;
  expect_refused(half, {"neither float32 nor float64"});
  Parts mixed;
  mixed.bias_type = io::Dtype::f64;
  expect_refused(mixed, {"another type"});
}

Parts with_extra(const std::vector<double>& values) {
  Parts parts;
  parts.extra_name = "unknown.means";
  parts.extra_shape = {values.size()};
  parts.extra_bytes = io::to_bytes(values);
  return parts;
}

// What no network's sentence bounds: the arrays of a score of unknownness.
TEST_F(HostileModel, ExtraArraysAreFiniteAndBounded) {
  with_extra({1, 2.5}).write(path_);
  EXPECT_EQ(Model::load(path_).extra_arrays().at("unknown.means").values,
            (std::vector<double>{1, 2.5}));
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    expect_refused(with_extra({1, bad}), {"unknown.means", "not finite", "lithe calibrate"});
  Parts empty = with_extra({});
  expect_refused(empty, {"unknown.means"});
  Parts deep = with_extra({1});
  deep.extra_shape = {1, 1, 1, 1, 1};
  expect_refused(deep, {"unknown.means", "1x1x1x1x1"});
  Parts none = with_extra({1});
  none.extra_shape = {};
  expect_refused(none, {"unknown.means"});
  Parts whole = with_extra({1, 2});
  whole.extra_type = io::Dtype::i64;
  expect_refused(whole, {"unknown.means", "neither float32 nor float64"});
}

TEST_F(HostileModel, ExtraArraysThatWouldNotLoadAreNotSaved) {
  Model model(Network::parse("input(4) -> dense(3)"), Precision::float32, 1);
  const auto expect_unsaved = [&](const std::string& name, const NamedArray& array) {
    model.extra_arrays() = {{name, array}};
    test::expect_error(ErrorKind::model, {name}, [&] { model.save(path_); });
  };
  expect_unsaved("layers.0.weight", {{1}, {1}});
  expect_unsaved("unknown.a", {{2}, {1}});
  expect_unsaved("unknown.b", {{}, {}});
  expect_unsaved("unknown.c", {{SIZE_MAX, 2}, {1, 2}});
  expect_unsaved("unknown.d", {{1}, {std::numeric_limits<double>::infinity()}});
}

// Exactly, and in half the space where single precision does it.
TEST_F(HostileModel, ExtraArraysAreKeptToTheBit) {
  Model model(Network::parse("input(4) -> dense(3)"), Precision::float32, 1);
  const std::vector<double> single(1000, 0.375), whole(1000, 0.1);
  model.extra_arrays() = {{"unknown.a", {{10, 100}, single}}};
  model.save(path_);
  const auto small = std::filesystem::file_size(path_);
  EXPECT_EQ(Model::load(path_).extra_arrays().at("unknown.a").values, single);
  model.extra_arrays() = {{"unknown.a", {{10, 100}, whole}}};
  model.save(path_);
  EXPECT_EQ(std::filesystem::file_size(path_), small + 4000);
  const Model loaded = Model::load(path_);
  EXPECT_TRUE(test::same_bits(loaded.extra_arrays().at("unknown.a").values, whole));
  EXPECT_EQ(loaded.extra_arrays().at("unknown.a").shape, (std::vector<std::size_t>{10, 100}));
}

TEST_F(HostileModel, MetadataThatIsNotThereOrNotOursIsNamed) {
  for (const auto& [key, value] : Parts().metadata) {
    Parts parts;
    parts.metadata.erase(key);
    expect_refused(parts, {key});
  }
  expect_refused("lithe.version", "2", {"form '2'"});
  for (const char* names : {"", "[", "{}", "[1]", "\"a\"", "[\"a\", null]"})
    expect_refused("lithe.class_names", names, {"class_names"});
}

// Copies of a model, in memory and on disk, decide alike, and what predict says is what evaluate
// counts.
TEST(Predict, DecidesAsEvaluateCounts) {
  const test::TemporaryFolder folder;
  const Dataset& data = test::digits(600, 333);
  for (const Precision precision : {Precision::float32, Precision::float64}) {
    Model model(Network::parse("input(784) -> dense(30, sigmoid) -> dense(10)"), precision, 1);
    Trainer trainer(model, data.train, data.test, {.optimizer = "sgd(0.5)", .batch = 10});
    for (int epoch = 1; epoch < 5; ++epoch) trainer.run_epoch();
    const EpochReport report = trainer.run_epoch();
    model.save(folder.path() / "m");
    const Model loaded = Model::load(folder.path() / "m");
    const std::vector<double> outputs = model.predict(data.test.features);
    EXPECT_TRUE(test::same_bits(loaded.predict(data.test.features), outputs));
    EXPECT_TRUE(test::same_bits(test::weights_of(loaded), test::weights_of(model)));
    std::size_t correct = 0;
    for (std::size_t i = 0; i < data.test.features.rows; ++i) {
      const auto row = outputs.begin() + static_cast<std::ptrdiff_t>(10 * i);
      correct += std::max_element(row, row + 10) - row == data.test.labels[i];
    }
    EXPECT_EQ(evaluate(loaded, data.test, "quadratic").correct, correct);
    EXPECT_EQ(report.correct, correct);
    EXPECT_EQ(report.total, 333u);
    EXPECT_GT(correct, 33u * 2) << "twice what guessing gets";
  }
}

// A row predicted alone, among others or from bytes of another stride is the same row.
TEST(Predict, OneRowAtATimeOrAllTogether) {
  const Features& all = test::digits(200, 0).train.features;
  const Model model(Network::parse("input(784) -> dense(33, tanh) -> dense(10)"),
                    Precision::float32, 1);
  const std::vector<double> together = model.predict(all);
  for (const std::size_t row : {0, 63, 64, 199}) {
    Features one = all;
    one.data = all.row(row);
    one.rows = 1;
    const std::vector<double> alone = model.predict(one);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(),
                           together.begin() + static_cast<std::ptrdiff_t>(10 * row)));
  }
  Features none = all;
  none.rows = 0;
  EXPECT_TRUE(model.predict(none).empty());
}

}  // namespace
}  // namespace lithe
