#include "base/figure.h"

#include <gtest/gtest.h>

namespace lithe::base {
namespace {

TEST(Figure, HasNoExponentWhereAPersonWritesNone) {
  EXPECT_EQ(figure(2499910), "2499910");
  EXPECT_EQ(figure(-2499910.4), "-2499910");
  EXPECT_EQ(figure(80680.4, 4), "80680");
  EXPECT_EQ(figure(999999.7), "1000000");
  EXPECT_EQ(figure(12795.25), "12795.2");
  EXPECT_EQ(figure(0.0125), "0.0125");
  EXPECT_EQ(figure(0), "0");
}

TEST(Figure, HasOneForWhatIsVeryLargeOrSmall) {
  EXPECT_EQ(figure(3e-7), "3e-07");
  EXPECT_EQ(figure(1.5e30), "1.5e+30");
}

}  // namespace
}  // namespace lithe::base
