// Both parts of a data set as one.
#include <gtest/gtest.h>

#include "data/sample.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe {
namespace {

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};
const std::vector<std::int32_t> kLabels = {0, 1, 1};

Dataset parts() {
  Dataset data;
  data.class_names = {"a", "b"};
  data.shape = {2};
  const Examples all = Examples::classification(Features::of(kValues, 3, 2), kLabels, 2);
  data.train = all.slice(0, 2), data.test = all.slice(2, 1);
  return data;
}

TEST(JoinedParts, AllRowsInOrderWithTheirAnswers) {
  const Dataset joined = all_to_test_on(parts());
  EXPECT_EQ(joined.train.features.rows, 0);
  ASSERT_EQ(joined.test.features.rows, 3);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(reinterpret_cast<const float*>(joined.test.features.row(row))[1],
              kValues[2 * row + 1]);
    EXPECT_EQ(joined.test.labels[row], kLabels[row]);
  }
}

TEST(JoinedParts, OnePartAloneIsIt) {
  Dataset data = parts();
  data.test = data.test.slice(0, 0);
  EXPECT_EQ(all_to_test_on(data).test.features.rows, 2);
  data = parts();
  data.train = data.train.slice(0, 0);
  EXPECT_EQ(all_to_test_on(data).test.features.rows, 1);
}

TEST(JoinedParts, OtherScalesAreRefused) {
  Dataset data = parts();
  data.test.features.divisor = 255;
  EXPECT_THROW(all_to_test_on(data), Error);
}

}  // namespace
}  // namespace lithe
