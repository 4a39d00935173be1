#include "blas/choice.h"

#include <gtest/gtest.h>

#include "blas/fake_blas/paths.h"
#include "data/sample.h"
#include "support/expect_error.h"

namespace lithe::blas {
namespace {

// A folder of libraries under names that programs ask for.
class FoundBlas : public testing::Test {
 protected:
  void add(const char* from, const char* name) {
    std::filesystem::copy_file(test::fake_blas(from), folder_.path() / name);
  }
  std::vector<BlasFile> files() const { return blas_files({{folder_.path(), "loader"}}); }
  BlasLibrary find(const std::string& name) const { return find_named_blas(name, files()); }
  std::string path(const char* name) const { return (folder_.path() / name).string(); }

  test::TemporaryFolder folder_;
};

TEST_F(FoundBlas, ByItsKind) {
  add("lp64", "libblas.so.3");
  add("openblas", "libopenblas.so.0");
  const BlasLibrary blas = find("openblas");
  EXPECT_EQ(blas.path, std::filesystem::canonical(path("libopenblas.so.0")));
  EXPECT_EQ(blas.kind, "OpenBLAS");
  EXPECT_EQ(blas.integer_bits, 32);
}

// What a file called libblas is, only the library itself can tell.
TEST_F(FoundBlas, UnderANameThatSaysNothing) {
  add("openblas", "libblas.so.3");
  EXPECT_EQ(find("openblas").kind, "OpenBLAS");
}

TEST_F(FoundBlas, ByItsPath) {
  const BlasLibrary blas = find(test::fake_blas("suffixed").string());
  EXPECT_EQ(blas.integer_bits, 64);
  EXPECT_EQ(blas.kind, "BLAS");
  EXPECT_EQ(blas.problem, "");
}

TEST_F(FoundBlas, ABrokenOneIsPassedOverForAnother) {
  add("crash", "libopenblas.so.0");
  add("openblas", "libopenblas64.so.0");
  EXPECT_EQ(find("openblas").path, std::filesystem::canonical(path("libopenblas64.so.0")));
}

TEST_F(FoundBlas, OrElseRefusedWithTheReason) {
  add("crash", "libopenblas.so.0");
  add("lp64", "libblas.so.3");
  test::expect_error(ErrorKind::machine,
                     {"libopenblas.so.0", "signal", "--blas openblas", "libblas.so.3"},
                     [&] { find("openblas"); });
  test::expect_error(ErrorKind::machine, {"lacks the function dgemm_"},
                     [&] { find(test::fake_blas("no_dgemm").string()); });
  test::expect_error(ErrorKind::machine, {"is not there", "here is"},
                     [&] { find("/nowhere/libopenblas.so.0"); });
}

TEST_F(FoundBlas, WhatIsNotThereIsSaidWithHowToGetIt) {
  test::expect_error(ErrorKind::machine,
                     {"no OpenBLAS", "apt install libopenblas0-pthread", "there is no BLAS here"},
                     [&] { find("openblas"); });
  add("openblas", "libopenblas.so.0");
  test::expect_error(ErrorKind::machine, {"no MKL", "pip install mkl", "here is OpenBLAS"},
                     [&] { find("mkl"); });
}

TEST_F(FoundBlas, AWordThatNamesNone) {
  test::expect_error(ErrorKind::usage, {"'opnblas'", "openblas", "native", "path of a library"},
                     [&] { find("opnblas"); });
}

TEST(FastestBlas, IsThatOfThePrecision) {
  BlasLibrary slow, single, twice, broken;
  slow.path = "slow", slow.flops_float32 = slow.flops_float64 = 1;
  single.path = "single", single.flops_float32 = 9, single.flops_float64 = 2;
  twice.path = "twice", twice.flops_float32 = 5, twice.flops_float64 = 4;
  broken.path = "broken", broken.problem = "crashes", broken.flops_float32 = 99;
  const std::vector<BlasLibrary> all = {slow, single, twice, broken};
  EXPECT_EQ(fastest_blas(all, true)->path, "single");
  EXPECT_EQ(fastest_blas(all, false)->path, "twice");
  EXPECT_FALSE(fastest_blas({broken}, true).has_value());
  EXPECT_FALSE(fastest_blas({}, true).has_value());
}

TEST(ShortName, SaysKindVersionAndCore) {
  BlasLibrary blas;
  blas.kind = "OpenBLAS", blas.version = "OpenBLAS 0.3.21 NO_LAPACKE", blas.core = "SkylakeX";
  EXPECT_EQ(short_name(blas), "OpenBLAS 0.3.21 (SkylakeX)");
  blas.kind = "reference", blas.version = blas.core = "";
  EXPECT_EQ(short_name(blas), "reference");
}

}  // namespace
}  // namespace lithe::blas
