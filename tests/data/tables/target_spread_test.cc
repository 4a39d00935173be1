#include "data/tables/target_spread.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lithe/error.h"

namespace lithe::data {
namespace {

TargetSpread spread(double middle, double half) {
  TargetSpread result;
  for (int i = 0; i < 100; ++i) result.add(middle + (i % 2 == 0 ? half : -half));
  return result;
}

TEST(TargetSpread, KnowsMeanAndDeviationWithoutCancellation) {
  EXPECT_DOUBLE_EQ(spread(1.7e9, 3).mean(), 1.7e9);
  EXPECT_NEAR(spread(1.7e9, 3).deviation(), 3, 1e-6);
  EXPECT_EQ(spread(1.7e9, 3).step(), 128);
}

TEST(TargetSpread, IsLostWhereFloatsAreFartherApartThanAHundredthOfTheDeviation) {
  EXPECT_TRUE(spread(1.7e9, 12'700).is_lost());
  EXPECT_FALSE(spread(1.7e9, 12'900).is_lost());
  EXPECT_TRUE(spread(-1.7e9, 12'700).is_lost());
  EXPECT_FALSE(spread(0, 1e-9).is_lost());
  EXPECT_FALSE(spread(1.7e9, 0).is_lost());  // constant
  EXPECT_FALSE(TargetSpread().is_lost());
}

TEST(TargetSpread, TheErrorNamesTheTarget) {
  const std::vector<TargetSpread> both = {spread(0, 1), spread(1.7e9, 100)};
  const std::vector<std::string> names = {"one", "when"};
  EXPECT_NO_THROW(check_spread(std::span(both).first(1), names, "t.csv"));
  try {
    check_spread(both, names, "t.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problem(),
              "the target \"when\" has values near 1.7e+09 with a standard deviation of 100, and "
              "32 bits tell numbers there apart only if they differ by 128");
    EXPECT_EQ(error.remedy(), "subtract 1.7e+09 from each value of the target");
  }
}

}  // namespace
}  // namespace lithe::data
