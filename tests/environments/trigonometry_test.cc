#include "environments/trigonometry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "environments/exponential.h"

namespace lithe::environments {
namespace {

double error(double value, long double exact) {
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact));
}

TEST(Trigonometry, SmallAnglesToAUnitInTheLastPlace) {
  for (double angle = -0.3; angle <= 0.3; angle += 1.7e-5) {
    const auto [sine, cosine] = sine_cosine_small(angle);
    const long double exact = std::sin(static_cast<long double>(angle));
    ASSERT_LE(error(sine, exact), 0x1p-53 * 2 * std::abs(static_cast<double>(exact)) + 1e-300);
    ASSERT_LE(error(cosine, std::cos(static_cast<long double>(angle))), 0x1p-53);
  }
}

TEST(Trigonometry, LargeAngles) {
  for (const double most : {1.0, 7.0, 1000.0, 1e6})
    for (int i = -20000; i <= 20000; ++i) {
      const double angle = most * i / 20000 * 0.99999;
      const auto [sine, cosine] = sine_cosine(angle);
      ASSERT_LE(error(sine, std::sin(static_cast<long double>(angle))), 0x1p-52) << angle;
      ASSERT_LE(error(cosine, std::cos(static_cast<long double>(angle))), 0x1p-52) << angle;
    }
}

TEST(Exponential, OfWhatIsNotPositive) {
  EXPECT_EQ(exponential(0), 1);
  for (double x = -700; x <= 0; x += 0.00371) {
    const long double exact = std::exp(static_cast<long double>(x));
    ASSERT_LE(error(exponential(x), exact), 0x1p-52 * static_cast<double>(exact)) << x;
  }
  EXPECT_LT(exponential(-1e300), 1e-303);
}

TEST(Trigonometry, NotANumberStaysSo) {
  EXPECT_TRUE(std::isnan(sine_cosine(NAN).sine));
  EXPECT_TRUE(std::isnan(sine_cosine(NAN).cosine));
}

}  // namespace
}  // namespace lithe::environments
