#include "data/examples/scale.h"

#include <array>

#include "data/sample.h"

namespace lithe::data {
namespace {

using lithe::test::expect_error;

TEST(Scale, FindsTheRange) {
  const std::array<float, 6> values = {3, -1, 9, 2, 2, 2};
  Features features = Features::of(values, 2, 3);
  EXPECT_EQ(range_of(features).low, -1);
  EXPECT_EQ(range_of(features).high, 9);
  features.columns = 2;  // the rows have a gap now
  EXPECT_EQ(range_of(features).high, 3);
  features.rows = 0;
  EXPECT_EQ(range_of(features).high, 0);
}

TEST(Scale, FollowsTheModel) {
  const std::array<float, 2> pixels = {0, 179}, shares = {0, 0.7F};
  const std::array<std::uint8_t, 2> bytes = {0, 1};
  EXPECT_EQ(in_scale(Features::of(pixels, 1, 2), 255).divisor, 255);
  EXPECT_EQ(in_scale(Features::of(shares, 1, 2), 255).divisor, 1);
  EXPECT_EQ(in_scale(Features::of(bytes, 1, 2, 1), 255).divisor, 255);
  // What has a divisor of its own, or a model without one, keeps it.
  EXPECT_EQ(in_scale(Features::of(bytes, 1, 2, 16), 255).divisor, 16);
  EXPECT_EQ(in_scale(Features::of(pixels, 1, 2), 1).divisor, 1);
  expect_error(ErrorKind::data, {"from 0 to 179", "0 to 16"},
               [&] { in_scale(Features::of(pixels, 1, 2), 16); });
}

}  // namespace
}  // namespace lithe::data
