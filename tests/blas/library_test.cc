#include "blas/library.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "blas/fake_blas/paths.h"
#include "blas/trial.h"
#include "cpu/isa.h"
#include "data/sample.h"
#include "lithe/error.h"
#include "support/sanitizer.h"

namespace lithe::blas {
namespace {

using namespace std::chrono_literals;

// The reason why a library is refused.
std::string refused(const std::filesystem::path& path) {
  try {
    const BlasHandle blas(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::machine);
    EXPECT_EQ(error.where(), path.string());
    EXPECT_NE(error.remedy(), "");
    return error.problem();
  }
  return "";
}

TEST(BlasHandle, TheTwoWidthsOfIntegersAreToldApart) {
  EXPECT_EQ(BlasHandle(test::fake_blas("lp64")).facts().integer_bits, 32);
  // Of the same names: only asking tells.
  EXPECT_EQ(BlasHandle(test::fake_blas("ilp64")).facts().integer_bits, 64);
  const BlasHandle suffixed(test::fake_blas("suffixed"));
  EXPECT_EQ(suffixed.facts().integer_bits, 64);
  EXPECT_EQ(suffixed.facts().interface_name, "sgemm_64_");
  EXPECT_EQ(BlasHandle(test::fake_blas("scipy")).facts().interface_name, "scipy_sgemm_");
}

TEST(BlasHandle, MultipliesByColumns) {
  for (const char* name : {"lp64", "ilp64", "suffixed"}) {
    const BlasHandle blas(test::fake_blas(name));
    const float a[] = {1, 2, 3, 4};   // columns (1, 2) and (3, 4)
    const double b[] = {1, 2, 3, 4};  // likewise
    const float x[] = {10, 100};
    const double y[] = {10, 100};
    float c[2] = {};
    double d[2] = {};
    blas.gemm({.m = 2, .n = 1, .k = 2, .a = a, .lda = 2, .b = x, .ldb = 2, .c = c, .ldc = 2});
    blas.gemm({.m = 2, .n = 1, .k = 2, .a = b, .lda = 2, .b = y, .ldb = 2, .c = d, .ldc = 2});
    EXPECT_EQ(c[0], 310) << name;
    EXPECT_EQ(c[1], 420) << name;
    EXPECT_EQ(d[0], 310) << name;
    EXPECT_EQ(d[1], 420) << name;
  }
}

TEST(BlasHandle, ThreadsAreTakenIntoHand) {
  BlasHandle blas(test::fake_blas("openblas"));
  EXPECT_EQ(blas.facts().kind, "OpenBLAS");
  EXPECT_EQ(blas.facts().threads, 8);
  EXPECT_TRUE(blas.use_threads(1));
  EXPECT_EQ(BlasHandle(test::fake_blas("openblas")).facts().threads, 1) << "the same library";
  EXPECT_TRUE(blas.use_threads(8)) << "it stays loaded, and other tests ask it";
  BlasHandle without(test::fake_blas("lp64"));
  EXPECT_TRUE(without.use_threads(1));
  EXPECT_FALSE(without.use_threads(2));
}

TEST(BlasHandle, WhatCannotServeIsRefusedWithTheReason) {
  EXPECT_NE(refused(test::fake_blas("no_functions")).find("lacks the function sgemm_"),
            std::string::npos);
  EXPECT_NE(refused(test::fake_blas("no_dgemm")).find("lacks the function dgemm_"),
            std::string::npos);
  EXPECT_NE(refused(test::fake_blas("wrong")).find("multiplies wrongly"), std::string::npos);
  EXPECT_NE(refused(test::fake_blas("deaf")).find("multiplies wrongly"), std::string::npos);
  EXPECT_EQ(refused("/nowhere/libblas.so"), "is not there");
  const test::TemporaryFolder folder;
  const std::string text = "INPUT(libopenblas.so)\n";
  const auto path = folder.path() / "libblas.so.3";
  test::write_bytes(path, {text.begin(), text.end()});
  EXPECT_EQ(refused(path), "is text, not a library");
  auto other = test::read_bytes(test::fake_blas("lp64"));
  other[18] = 22;  // e_machine: S/390
  test::write_bytes(path, other);
  EXPECT_NE(refused(path).find("made for S/390"), std::string::npos);
}

TEST(TryBlas, TellsWhatItIsAndHowFast) {
  LITHE_SKIP_UNDER_THREAD_SANITIZER();
  const BlasLibrary blas = try_blas(test::fake_blas("openblas"));
  EXPECT_EQ(blas.problem, "");
  EXPECT_EQ(blas.kind, "OpenBLAS");
  EXPECT_EQ(blas.version, "OpenBLAS 0.0.1 FAKE");
  EXPECT_EQ(blas.core, "Prescott");
  EXPECT_EQ(blas.integer_bits, 32);
  EXPECT_EQ(blas.threads, 8);
  EXPECT_GT(blas.flops_float32, 1e6);
  EXPECT_GT(blas.flops_float64, 1e6);
}

TEST(TryBlas, SurvivesWhateverTheLibraryDoes) {
  const std::string crash = try_blas(test::fake_blas("crash"), {false, 30s, {}}).problem;
  EXPECT_NE(crash.find("signal"), std::string::npos) << crash;
  EXPECT_NE(crash.find("fake: no such processor"), std::string::npos) << crash;
  const std::string hang = try_blas(test::fake_blas("hang"), {false, 300ms, {}}).problem;
  EXPECT_NE(hang.find("did not end"), std::string::npos) << hang;
  EXPECT_NE(try_blas(test::fake_blas("wrong"), {false, 30s, {}}).problem, "");
}

TEST(TryBlas, VariablesReachTheLibraryAndNobodyElse) {
  const BlasTrial trial{false, 30s, {{"OPENBLAS_CORETYPE", "SkylakeX"}}};
  EXPECT_EQ(try_blas(test::fake_blas("openblas"), trial).core, "SkylakeX");
  EXPECT_EQ(try_blas(test::fake_blas("openblas"), {false, 30s, {}}).core, "Prescott");
}

TEST(TryBlas, DebiansReferenceIsKnownAsSuch) {
  const std::filesystem::path path = "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3";
  if (!std::filesystem::exists(path))
    GTEST_SKIP() << "needs the reference BLAS: apt-get install libblas3";
  EXPECT_EQ(try_blas(std::filesystem::canonical(path), {false, 30s, {}}).kind, "reference");
}

TEST(TryBlas, ARealOpenBlasToldToRunOldKernelsIsSlower) {
#if defined(__x86_64__)
  const auto path = test::installed_openblas();
  if (path.empty()) GTEST_SKIP() << "needs an OpenBLAS: apt-get install libopenblas0-pthread";
  const BlasTrial old{true, 30s, {{"OPENBLAS_CORETYPE", "Prescott"}}};
  const BlasLibrary blas = try_blas(path, old);
  ASSERT_EQ(blas.problem, "");
  EXPECT_EQ(blas.core, "Prescott");
  if (cpu::best_isa() != cpu::Isa::avx512)
    GTEST_SKIP() << "needs a processor with AVX-512: the factor is not known for others";
  const BlasTrial fit{true, 30s, {{"OPENBLAS_CORETYPE", "SkylakeX"}}};
  EXPECT_GT(try_blas(path, fit).flops_float32, 1.5 * blas.flops_float32);
#endif
}

}  // namespace
}  // namespace lithe::blas
