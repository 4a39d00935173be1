// Views of one's own arrays: what they hold, and what they refuse.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/error.h"

namespace lithe {
namespace {

template <typename Make>
void expect_refused(const std::string& text, const Make& make, ErrorKind kind = ErrorKind::data) {
  try {
    make();
    ADD_FAILURE() << "not refused: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

TEST(Features, AreAViewOfTheCallersArray) {
  const std::vector<float> floats = {1, 2, 3, 4, 5, 6};
  const Features features = Features::of(floats, 2, 3);
  EXPECT_EQ(features.data, floats.data());
  EXPECT_EQ(features.type, ElementType::float32);
  EXPECT_EQ(features.rows, 2u);
  EXPECT_EQ(features.columns, 3u);
  EXPECT_EQ(features.row_stride, 12u);
  EXPECT_EQ(features.divisor, 1);
  const std::array<double, 6> doubles = {};
  EXPECT_EQ(Features::of(doubles, 3, 2).type, ElementType::float64);
  EXPECT_EQ(Features::of(doubles, 3, 2).row_stride, 16u);
  const std::vector<std::uint8_t> pixels(6);
  EXPECT_EQ(Features::of(pixels, 6, 1).type, ElementType::uint8);
  EXPECT_EQ(Features::of(pixels, 6, 1).divisor, 255);
  EXPECT_EQ(Features::of(pixels, 6, 1, 16).divisor, 16);
  EXPECT_EQ(Features::of(std::vector<float>(), 0, 4).rows, 0u);
}

TEST(Features, RefuseSizesThatDoNotFit) {
  const std::vector<float> values(6);
  expect_refused("6 values are not 2 rows of 4", [&] { Features::of(values, 2, 4); });
  expect_refused("6 values are not 1 rows of 3", [&] { Features::of(values, 1, 3); });
  expect_refused("an example without a value", [&] { Features::of(values, 6, 0); });
  // Rows times columns that would overflow to 6.
  expect_refused("values are not",
                 [&] { Features::of(values, std::numeric_limits<std::size_t>::max() / 2 + 4, 2); });
  const std::vector<std::uint8_t> pixels(6);
  expect_refused(
      "the divisor is 0", [&] { Features::of(pixels, 2, 3, 0); }, ErrorKind::usage);
}

TEST(Features, OfSequencesCheckTheirLengths) {
  const std::vector<float> values(12);
  const std::vector<std::int32_t> lengths = {3, 1};
  const Features whole = Features::of(values, 2, 6);
  EXPECT_EQ(whole.lengths, nullptr);
  EXPECT_EQ(whole.with_lengths(lengths, 3).lengths, lengths.data());
  Examples examples;
  examples.features = whole.with_lengths(lengths, 3);
  EXPECT_EQ(examples.slice(1, 1).features.lengths, lengths.data() + 1);
  expect_refused("2 lengths for 1 rows",
                 [&] { Features::of(values, 1, 12).with_lengths(lengths, 3); });
  expect_refused("is not 4 positions", [&] { whole.with_lengths(lengths, 4); });
  expect_refused("row 0 has the length 3", [&] { whole.with_lengths(lengths, 2); });
  const std::vector<std::int32_t> empty = {3, 0};
  expect_refused("row 1 has the length 0", [&] { whole.with_lengths(empty, 3); });
}

TEST(Examples, OfClassesCheckTheirLabels) {
  const std::vector<float> values(6);
  const Features features = Features::of(values, 3, 2);
  const std::vector<std::int32_t> labels = {0, 2, 1};
  const Examples examples = Examples::classification(features, labels, 3);
  EXPECT_EQ(examples.labels, labels.data());
  EXPECT_EQ(examples.classes, 3u);
  EXPECT_EQ(examples.targets, nullptr);
  expect_refused("row 1 has the label 2 of 2 classes",
                 [&] { Examples::classification(features, labels, 2); });
  const std::vector<std::int32_t> negative = {0, 0, -1};
  expect_refused("row 2 has the label -1",
                 [&] { Examples::classification(features, negative, 3); });
  const std::vector<std::int32_t> few = {0, 1};
  expect_refused("2 labels for 3 rows", [&] { Examples::classification(features, few, 3); });
}

TEST(Examples, OfNumbersCheckTheirTargets) {
  const std::vector<float> values(6), targets(6);
  const Features features = Features::of(values, 3, 2);
  EXPECT_EQ(Examples::regression(features, targets, 2).target_columns, 2u);
  EXPECT_EQ(Examples::regression(features, targets, 2).targets, targets.data());
  expect_refused("6 targets are not 3 rows of 1", [&] { Examples::regression(features, targets); });
  expect_refused("6 targets are not 3 rows of 0",
                 [&] { Examples::regression(features, targets, 0); });
  std::vector<float> broken(3);
  broken[2] = std::numeric_limits<float>::quiet_NaN();
  expect_refused("row 2 has the target nan", [&] { Examples::regression(features, broken); });
}

TEST(Examples, OfWeightCheckTheirWeights) {
  const std::vector<float> values(4), targets(2), weights = {0, 2};
  const Examples examples = Examples::regression(Features::of(values, 2, 2), targets);
  EXPECT_EQ(examples.weighted(weights).weights, weights.data());
  EXPECT_EQ(examples.weighted(weights).targets, targets.data());
  expect_refused("4 weights for 2 rows", [&] { examples.weighted(values); });
  const std::vector<float> negative = {1, -1};
  expect_refused("row 1 has the weight -1", [&] { examples.weighted(negative); });
}

}  // namespace
}  // namespace lithe
