#include "data/examples/split.h"

#include <algorithm>
#include <numeric>

#include "data/tables/table_sample.h"
#include "data/tables/take_rows.h"

namespace lithe::data {
namespace {

using namespace lithe::test;

struct Sample {
  explicit Sample(std::size_t rows, std::size_t classes) : features(rows), labels(rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      features[i] = static_cast<float>(i);
      labels[i] = static_cast<std::int32_t>(i * i % classes);
    }
    examples.features = {.data = features.data(),
                         .type = ElementType::float32,
                         .rows = rows,
                         .columns = 1,
                         .row_stride = 4};
    examples.labels = labels.data();
    examples.classes = classes;
  }
  std::vector<float> features;
  std::vector<std::int32_t> labels;
  Examples examples;
};

TEST(Split, HoldsOutEveryRowOnceAndTheSameShareOfEachClass) {
  for (const std::size_t rows : {10, 57, 1000, 4321}) {
    const Sample sample(rows, 3);
    for (const double share : {0.1, 0.2, 0.5, 3.0}) {
      const Split split = split_rows(sample.examples, share, 1);
      const auto wanted =
          share >= 1 ? 3u : static_cast<unsigned>(std::lround(share * double(rows)));
      EXPECT_EQ(split.validation.size(), wanted);
      std::vector<std::uint32_t> all = split.train, expected(rows);
      all.insert(all.end(), split.validation.begin(), split.validation.end());
      std::ranges::sort(all);
      std::iota(expected.begin(), expected.end(), 0u);
      EXPECT_EQ(all, expected);
      EXPECT_TRUE(std::ranges::is_sorted(split.validation));
      for (int label = 0; label < 3; ++label) {
        const auto of_label = [&](std::uint32_t row) { return sample.labels[row] == label; };
        const auto held = double(std::ranges::count_if(split.validation, of_label));
        const auto total = double(std::ranges::count(sample.labels, label));
        EXPECT_NEAR(held, total * wanted / double(rows), 1.0);
      }
    }
  }
}

TEST(Split, DependsOnTheSeedAlone) {
  const Sample sample(500, 4);
  const Split split = split_rows(sample.examples, 0.2, 1);
  EXPECT_EQ(split.validation, split_rows(sample.examples, 0.2, 1).validation);
  EXPECT_NE(split.validation, split_rows(sample.examples, 0.2, 2).validation);
  Examples unlabelled = sample.examples;
  unlabelled.labels = nullptr;
  EXPECT_EQ(split_rows(unlabelled, 0.2, 1).validation.size(), 100u);
}

TEST(Split, RefusesWhatLeavesNothing) {
  const Sample sample(10, 2);
  EXPECT_TRUE(split_rows(sample.examples, 0, 1).validation.empty());
  for (const double bad : {-0.1, 10.0, 0.99, 1.5, 1e300, std::nan("")})
    expect_error(ErrorKind::usage, {"hold"}, [&] { split_rows(sample.examples, bad, 1); });
}

TEST(Split, CopiesRows) {
  const Sample sample(10, 3);
  const std::vector<std::uint32_t> rows = {1, 4, 9};
  const TablePart part = take_rows(sample.examples, rows);
  EXPECT_EQ(rows_of(part.examples), (std::vector<std::vector<float>>{{1}, {4}, {9}}));
  EXPECT_EQ(labels_of(part.examples), (std::vector<std::int32_t>{1, 1, 0}));
  EXPECT_NE(part.examples.features.data, sample.examples.features.data);
}

}  // namespace
}  // namespace lithe::data
