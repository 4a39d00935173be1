#include "cpu/denormals.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace lithe::cpu {
namespace {

// Volatile keeps the products between the changes of mode, and from being computed at compile time.
template <typename T>
T half_of_smallest_normal() {
  volatile T smallest = std::numeric_limits<T>::min(), half = T{0.5};
  volatile T product = smallest * half;
  return product;
}

template <typename T>
T double_of_denormal() {
  volatile T denormal = std::numeric_limits<T>::denorm_min(), factor = T{2};
  volatile T product = denormal * factor;
  return product;
}

template <typename T>
void check() {
  EXPECT_GT(half_of_smallest_normal<T>(), 0);
  EXPECT_GT(double_of_denormal<T>(), 0);
  {
    const FlushDenormals flush;
    const T result = half_of_smallest_normal<T>(), operand = double_of_denormal<T>();
    EXPECT_EQ(result, 0);
    EXPECT_EQ(operand, 0);
    { const FlushDenormals nested; }
    EXPECT_EQ(half_of_smallest_normal<T>(), 0)
        << "the inner object must leave the outer one's mode";
  }
  EXPECT_GT(half_of_smallest_normal<T>(), 0);
  EXPECT_GT(double_of_denormal<T>(), 0);
}

TEST(FlushDenormals, WhileItLivesInFloat32) { check<float>(); }
TEST(FlushDenormals, WhileItLivesInFloat64) { check<double>(); }

TEST(FlushDenormals, OnThisThreadAlone) {
  std::thread before([] { EXPECT_GT(half_of_smallest_normal<float>(), 0); });
  before.join();
  float seen = 0;
  std::thread other([&seen] {
    const FlushDenormals flush;
    seen = half_of_smallest_normal<float>();
  });
  other.join();
  EXPECT_EQ(seen, 0);
  EXPECT_GT(half_of_smallest_normal<float>(), 0);
}

}  // namespace
}  // namespace lithe::cpu
