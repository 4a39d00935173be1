#include "blas/blas.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "blas/fake_blas/paths.h"
#include "data/sample.h"
#include "lithe/blas.h"
#include "support/sanitizer.h"

namespace lithe {
namespace {

using blas::better_core;
using blas::core_note;
using cpu::Isa;

TEST(Blas, KernelsOfAnOlderProcessorHaveBetterOnes) {
  EXPECT_EQ(blas::better_core("Prescott", cpu::Isa::avx512), "SkylakeX");
  EXPECT_EQ(blas::better_core("Zen", cpu::Isa::avx512), "SkylakeX");
  EXPECT_EQ(blas::better_core("Sandybridge", cpu::Isa::avx2), "Haswell");
  const std::string note = blas::core_note("Zen", cpu::Isa::avx512, "unset OPENBLAS_CORETYPE");
  EXPECT_NE(note.find("avx512 unused: unset OPENBLAS_CORETYPE"), std::string::npos) << note;
}

TEST(Blas, KernelsOfThisProcessorOrUnknownOnesHaveNot) {
  EXPECT_EQ(blas::better_core("SkylakeX", cpu::Isa::avx512), "");
  EXPECT_EQ(blas::better_core("SkylakeX", cpu::Isa::avx2), "");
  EXPECT_EQ(blas::better_core("Haswell", cpu::Isa::avx2), "");
  EXPECT_EQ(blas::better_core("Prescott", cpu::Isa::sse4), "");
  EXPECT_EQ(blas::better_core("ARMV8", cpu::Isa::neon), "");
  EXPECT_EQ(blas::better_core("", cpu::Isa::avx512), "");
  EXPECT_EQ(blas::better_core("Processor of 2040", cpu::Isa::avx512), "");
}

// A machine may have none.
TEST(Blas, ThoseFoundAreFilesAndDifferent) {
  std::set<std::string> paths;
  for (const BlasLibrary& blas : find_blas({false, 60, {}})) {
    EXPECT_FALSE(blas.names.empty());
    EXPECT_TRUE(std::filesystem::exists(blas.path)) << blas.path;
    EXPECT_TRUE(paths.insert(blas.path).second) << blas.path;
    if (!blas.problem.empty()) continue;
    EXPECT_TRUE(blas.integer_bits == 32 || blas.integer_bits == 64) << blas.path;
  }
}

// A folder with a good library, a broken one and a text file.
TEST(Blas, BrokenOnesAreListedWithTheReasonAndDoNoHarm) {
  LITHE_SKIP_UNDER_THREAD_SANITIZER();
  const test::TemporaryFolder folder;
  const auto copy = [&](const char* from, const char* to) {
    std::filesystem::copy_file(test::fake_blas(from), folder.path() / to);
  };
  copy("openblas", "libopenblas.so.0");
  copy("crash", "libblis.so.4");
  test::write_bytes(folder.path() / "libblas.so.3", {'h', 'i'});
  std::map<std::string, BlasLibrary> found;
  for (const BlasLibrary& blas : find_blas({true, 60, {folder.path()}}))
    if (blas.owner == folder.path().string())
      found[std::filesystem::path(blas.path).filename().string()] = blas;
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found["libblas.so.3"].problem, "is text, not a library");
  EXPECT_NE(found["libblis.so.4"].problem.find("signal"), std::string::npos);
  const BlasLibrary& good = found["libopenblas.so.0"];
  EXPECT_EQ(good.problem, "");
  EXPECT_GT(good.flops_float32, 0);
#if defined(__x86_64__)
  if (cpu::best_isa() == cpu::Isa::avx512) {
    EXPECT_EQ(good.remedy, "export OPENBLAS_CORETYPE=SkylakeX");
    EXPECT_GT(good.remedied_float32, 0);
  }
#endif
}

// A library that knows this processor, and a variable of the user's that says otherwise.
TEST(Blas, AVariableThatMakesKernelsOldIsToBeUnset) {
#if defined(__x86_64__)
  if (cpu::best_isa() == cpu::Isa::sse4)
    GTEST_SKIP() << "needs a processor with AVX2: no kernels are older than those for SSE4";
  const test::TemporaryFolder folder;
  std::filesystem::copy_file(test::fake_blas("modern"), folder.path() / "libopenblas.so.0");
  ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
  const auto found = find_blas({false, 60, {folder.path()}});
  ::unsetenv("OPENBLAS_CORETYPE");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().owner, folder.path().string());
  EXPECT_EQ(found.front().core, "Prescott");
  EXPECT_EQ(found.front().remedy, "unset OPENBLAS_CORETYPE");
#endif
}

TEST(Blas, WithoutTimeTheyAreListedOnly) {
  for (const BlasLibrary& blas : find_blas({true, 0, {test::fake_blas("hang").parent_path()}})) {
    EXPECT_EQ(blas.flops_float32, 0);
    EXPECT_NE(blas.note, "");
  }
}

}  // namespace
}  // namespace lithe
