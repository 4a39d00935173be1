#include "base/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lithe::base {
namespace {

const std::vector<std::string> kNames = {"sigmoid", "tanh", "relu", "identity", "dense"};

TEST(Nearest, FindsASlipOfThePen) {
  EXPECT_EQ(nearest("sigmoid", kNames), "sigmoid");
  EXPECT_EQ(nearest("sigmod", kNames), "sigmoid");    // a letter left out
  EXPECT_EQ(nearest("sigmmoid", kNames), "sigmoid");  // one too many
  EXPECT_EQ(nearest("sigmoit", kNames), "sigmoid");   // another
  EXPECT_EQ(nearest("sigmiod", kNames), "sigmoid");   // two swapped
  EXPECT_EQ(nearest("dens", kNames), "dense");
  EXPECT_EQ(nearest("tahn", kNames), "tanh");
}

TEST(Nearest, CountsASwapAsOne) {
  // Two replacements would be too many for a word of four letters.
  const std::vector<std::string> names = {"abcd"};
  EXPECT_EQ(nearest("abdc", names), "abcd");
  EXPECT_EQ(nearest("abef", names), "");
}

TEST(Nearest, PrefersTheFirstOfEqualOnes) {
  const std::vector<std::string> names = {"batch", "patch"};
  EXPECT_EQ(nearest("catch", names), "batch");
}

TEST(Nearest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("convolution", kNames), "");
  EXPECT_EQ(nearest("x", kNames), "");
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest("sigmoid", {}), "");
  EXPECT_EQ(nearest(std::string(1 << 20, 's'), kNames), "");
}

}  // namespace
}  // namespace lithe::base
