#include "base/json_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace lithe::base {
namespace {

TEST(NestsTooDeep, CountsOpenBracketsOutsideTexts) {
  const std::string deepest(kDeepestJson, '[');
  EXPECT_FALSE(nests_too_deep(deepest));
  EXPECT_TRUE(nests_too_deep(deepest + "{"));
  EXPECT_FALSE(nests_too_deep("\"" + deepest + "[[\""));
  EXPECT_FALSE(nests_too_deep(R"("a \" )" + deepest + R"([[")"));
  std::string flat;
  for (std::size_t i = 0; i < 3 * kDeepestJson; ++i) flat += "[]{}";
  EXPECT_FALSE(nests_too_deep(flat));
  EXPECT_FALSE(nests_too_deep("]]]]" + deepest));
}

}  // namespace
}  // namespace lithe::base
