#include "lithe/cancel.h"

#include <gtest/gtest.h>

#include <thread>

namespace lithe {
namespace {

TEST(Cancel, NothingIsAskedWithoutAScope) {
  EXPECT_FALSE(can_be_cancelled());
  EXPECT_FALSE(cancelled());
  EXPECT_NO_THROW(end_if_cancelled());
}

TEST(Cancel, AScopeIsAskedAndRemembers) {
  int asked = 0;
  {
    CancelScope scope([&] { return ++asked == 1; });
    EXPECT_TRUE(can_be_cancelled());
    EXPECT_TRUE(cancelled());
    EXPECT_TRUE(cancelled());
    EXPECT_THROW(end_if_cancelled(), Cancelled);
    EXPECT_EQ(asked, 1);
  }
  EXPECT_FALSE(cancelled());
}

TEST(Cancel, TheQuestionIsNotAskedAllTheTime) {
  int asked = 0;
  CancelScope scope([&] { return ++asked > 1; });
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(cancelled());
  EXPECT_EQ(asked, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(31));
  EXPECT_TRUE(cancelled());
}

TEST(Cancel, AnInnerScopeEndsWithTheOuterOne) {
  CancelScope outer([] { return false; });
  CancelScope inner([] { return false; });
  EXPECT_FALSE(cancelled());
  outer.cancel();
  EXPECT_TRUE(cancelled());
}

TEST(Cancel, AnotherThreadHasNoScopeUnlessItIsShared) {
  int asked = 0;
  CancelScope scope([&] {
    ++asked;
    return false;
  });
  std::thread([&, shared = CancelShare::current()] {
    EXPECT_FALSE(can_be_cancelled());
    const CancelShare share(shared);
    EXPECT_TRUE(can_be_cancelled());
    EXPECT_FALSE(cancelled());
    EXPECT_EQ(asked, 0);  // the owner alone asks
    scope.cancel();
    EXPECT_TRUE(cancelled());
  }).join();
  EXPECT_TRUE(cancelled());
}

}  // namespace
}  // namespace lithe
