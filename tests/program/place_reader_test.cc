#include "program/place_reader.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

TEST(PlaceReader, NamesAreReadable) {
  EXPECT_EQ(readable("malloc"), "malloc");
  EXPECT_EQ(readable("_ZN5Layer8backwardEv"), "Layer::backward");
  EXPECT_EQ(readable("_ZN12_GLOBAL__N_14stepERKSt6vectorIfSaIfEE"), "step");
  EXPECT_EQ(readable("_ZNK3Sum"
                     "clEi"),
            "Sum::operator()");
  EXPECT_EQ(readable("_ZN5train4step17h0123456789abcdefE"), "train::step") << "of Rust";
  EXPECT_EQ(readable("_Znonsense"), "_Znonsense");
  EXPECT_EQ(readable(std::string(500, 'x')).size(), 60);
}

}  // namespace
}  // namespace lithe::program
