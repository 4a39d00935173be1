#include "machine/blas.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "lithe/machine.h"

namespace lithe {
namespace {

using machine::core_note;
using machine::Isa;

TEST(Blas, KernelsOfAnOlderProcessorAreNoted) {
  EXPECT_NE(core_note("Prescott", Isa::avx512).find("OPENBLAS_CORETYPE=SkylakeX"),
            std::string::npos);
  EXPECT_NE(core_note("Zen", Isa::avx512).find("avx512"), std::string::npos);
  EXPECT_NE(core_note("Sandybridge", Isa::avx2).find("OPENBLAS_CORETYPE=Haswell"),
            std::string::npos);
}

TEST(Blas, KernelsOfThisProcessorOrUnknownOnesAreNot) {
  EXPECT_EQ(core_note("SkylakeX", Isa::avx512), "");
  EXPECT_EQ(core_note("SkylakeX", Isa::avx2), "");
  EXPECT_EQ(core_note("Haswell", Isa::avx2), "");
  EXPECT_EQ(core_note("Prescott", Isa::sse4), "");
  EXPECT_EQ(core_note("ARMV8", Isa::neon), "");
  EXPECT_EQ(core_note("", Isa::avx512), "");
  EXPECT_EQ(core_note("Processor of 2040", Isa::avx512), "");
}

// A machine may have none.
TEST(Blas, ThoseFoundAreFilesAndDifferent) {
  std::set<std::string> paths;
  for (const BlasLibrary& blas : find_blas()) {
    EXPECT_FALSE(blas.name.empty());
    EXPECT_TRUE(std::filesystem::exists(blas.path)) << blas.path;
    EXPECT_TRUE(paths.insert(blas.path).second) << blas.path;
  }
}

}  // namespace
}  // namespace lithe
