// The trials on this machine and on libraries made for it. How fast anything is, no test says.
#include "doctor/trials.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "blas/fake_blas/paths.h"
#include "data/sample.h"
#include "support/sanitizer.h"

namespace lithe::doctor {
namespace {

using namespace std::chrono_literals;

TEST(TryGranted, GivesNoMoreThanThereIs) {
  const GrantedTime granted = try_granted();
  EXPECT_GE(granted.threads, 1);
  EXPECT_GT(granted.processors, 0);
  EXPECT_LT(granted.processors, 1.1 * granted.threads);
}

TEST(TryBlasThreads, ALibraryWhoseThreadsWaitForEachOther) {
  LITHE_SKIP_UNDER_THREAD_SANITIZER();
  const BlasThreads threads = try_blas_threads(test::fake_blas("slow_threads"), 2, 60s);
  EXPECT_EQ(threads.problem, "");
  EXPECT_EQ(threads.by_default, 8);
  EXPECT_EQ(threads.all, 2);
  ASSERT_EQ(threads.products.size(), 2u);
  const ProductTrial& small = threads.products.front();
  EXPECT_GT(small.by_default, 0.02);  // what the library sleeps
  EXPECT_GT(small.one, 0);
}

TEST(TryBlasThreads, WithoutThreadsAllAreOne) {
  LITHE_SKIP_UNDER_THREAD_SANITIZER();
  const BlasThreads threads = try_blas_threads(test::fake_blas("lp64"), 2, 60s);
  EXPECT_EQ(threads.by_default, 1);
  EXPECT_EQ(threads.all, 1);
  for (const ProductTrial& product : threads.products) {
    EXPECT_EQ(product.by_default, product.one);
    EXPECT_EQ(product.all, product.one);
  }
}

TEST(TryBlasThreads, ABrokenOneIsTold) {
  EXPECT_NE(try_blas_threads(test::fake_blas("crash"), 2, 60s).problem, "");
  EXPECT_NE(try_blas_threads(test::fake_blas("hang"), 2, 300ms).problem, "");
  EXPECT_NE(try_blas_threads("/nowhere/libblas.so.3", 2, 60s).problem, "");
}

TEST(TryOpenMp, TakesAsManyThreadsAsTheEnvironmentSays) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "GCC's OpenMP is not made for sanitizers: use a release build";
#endif
  const char* before = std::getenv("OMP_NUM_THREADS");
  const std::string saved = before == nullptr ? "" : before;
  ::setenv("OMP_NUM_THREADS", "16", 1);
  const OpenMpThreads threads = try_openmp(2, 60s);
  before == nullptr ? ::unsetenv("OMP_NUM_THREADS") : ::setenv("OMP_NUM_THREADS", saved.c_str(), 1);
  if (!threads.problem.empty())
    GTEST_SKIP() << threads.problem << "; needs GCC's OpenMP: apt-get install libgomp1";
  EXPECT_EQ(threads.by_default, 16);
  EXPECT_GT(threads.default_seconds, 0);
  EXPECT_GT(threads.all_seconds, 0);
  EXPECT_GT(threads.one_seconds, 0);
}

TEST(TryOpenMp, WithoutTheLibraryItSaysSo) {
  EXPECT_NE(try_openmp(2, 60s, "libnowhere.so.9").problem, "");
}

// Real arithmetic on real denormals; how much they cost is the processor's affair.
TEST(TryDenormals, CostsSomethingOrNothing) {
  const DenormalCost cost = try_denormals();
  EXPECT_GT(cost.float32, 0);
  EXPECT_GT(cost.float64, 0);
  EXPECT_GT(cost.flushed, 0);
  volatile float smallest = 1e-40F;
  volatile float kept = smallest * 0.5F;
  EXPECT_GT(kept, 0) << "the mode of this thread must be as before";
}

TEST(TryMemory, OfOneThreadAndOfTwo) {
  MachineIdentity small;
  small.memory_bytes = 1 << 26;
  const MemoryBandwidth memory = try_memory(small, 2);
  EXPECT_EQ(memory.threads, 2);
  EXPECT_GT(memory.one, 1e6);
  EXPECT_GT(memory.all, 1e6);
}

TEST(TryPages, WithEachAdvice) {
  const test::TemporaryFolder root;
  EXPECT_EQ(try_pages(root.path()).bytes, 0u) << "a kernel without huge pages";
  const std::string text = "always [madvise] never\n";
  test::write_bytes(root.path() / "sys/kernel/mm/transparent_hugepage/enabled",
                    {text.begin(), text.end()});
  const HugePages pages = try_pages(root.path());
  EXPECT_EQ(pages.mode, "madvise");
  for (const PageCost& cost : {pages.small, pages.huge, pages.by_default}) {
    EXPECT_GT(cost.touch, 0);
    EXPECT_GT(cost.read, 0);
  }
}

}  // namespace
}  // namespace lithe::doctor
