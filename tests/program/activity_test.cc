#include "program/activity.h"

#include <gtest/gtest.h>

#include <string>

namespace lithe::program {
namespace {

Spot at(std::string_view file, std::string_view function = "") {
  Spot spot;
  spot.file = file;
  spot.function.name = function;
  return spot;
}

Spot between(std::string_view file, std::string_view before, std::string_view after) {
  Spot spot;
  spot.file = file;
  spot.function = {"", before, after};
  return spot;
}

Spot in_kernel(std::string_view file, std::string_view function, bool after_system_call) {
  Spot spot = at(file, function);
  spot.in_kernel = true;
  spot.after_system_call = after_system_call;
  return spot;
}

TEST(Activity, ByTheLibrary) {
  EXPECT_EQ(activity_at(at("/usr/lib/libopenblas.so.0")), Activity::products);
  EXPECT_EQ(activity_at(at("/v/numpy.libs/libscipy_openblas64_-99b71e71.so")), Activity::products);
  EXPECT_EQ(activity_at(at("/usr/lib/libdnnl.so.2")), Activity::products);
  EXPECT_EQ(activity_at(at("/o/libmkl_avx512.so.2")), Activity::products);
  EXPECT_EQ(activity_at(at("/usr/bin/python3.11")), Activity::interpreter);
  EXPECT_EQ(activity_at(at("/usr/lib/libpython3.11.so.1.0")), Activity::interpreter);
  EXPECT_EQ(activity_at(at("/usr/bin/node")), Activity::interpreter);
  EXPECT_EQ(activity_at(at("/usr/bin/pythonic-thing")), Activity::other);
  EXPECT_EQ(activity_at(at("/p/_multiarray_umath.cpython-311-x86_64-linux-gnu.so")),
            Activity::loops);
  EXPECT_EQ(activity_at(at("/usr/lib/libm.so.6", "exp")), Activity::loops);
  EXPECT_EQ(activity_at(at("/usr/lib/libgomp.so.1")), Activity::waiting);
  EXPECT_EQ(activity_at(at("/t/libiomp5.so")), Activity::waiting);
  EXPECT_EQ(activity_at(at("/usr/lib/lithe/lithe_preload.so")), Activity::monitoring);
  EXPECT_EQ(activity_at(at("[vdso]")), Activity::kernel);
  EXPECT_EQ(activity_at(at("/home/me/a.out", "main")), Activity::other);
}

TEST(Activity, ByTheFunction) {
  for (const char* name : {"malloc", "__libc_malloc", "_int_malloc", "_int_free", "cfree", "calloc",
                           "malloc_consolidate", "munmap", "__madvise", "sysmalloc"})
    EXPECT_EQ(activity_at(at("/lib/libc.so.6", name)), Activity::allocation) << name;
  for (const char* name : {"memcpy", "__memmove_avx512_unaligned_erms", "__memset_evex_unaligned"})
    EXPECT_EQ(activity_at(at("/lib/libc.so.6", name)), Activity::copies) << name;
  EXPECT_EQ(activity_at(at("/lib/libc.so.6", "__sched_yield")), Activity::waiting);
  EXPECT_EQ(activity_at(at("/lib/libc.so.6", "strlen")), Activity::other);
  EXPECT_EQ(activity_at(at("/a/prog", "_ZN5Eigen8internal11gebp_kernelIddlE")), Activity::products);
  EXPECT_EQ(activity_at(at("/a/prog", "blas_thread_server")), Activity::waiting);
  const char* torch = "/t/libtorch_cpu.so";
  EXPECT_EQ(activity_at(at(torch, "_ZN2at4_ops6linear4callERKNS_6TensorE")), Activity::framework);
  EXPECT_EQ(activity_at(at(torch, "_ZN2at6native4AVX210add_kernelE")), Activity::loops);
  EXPECT_EQ(activity_at(at(torch, "mkl_blas_avx512_sgemm_kernel_0")), Activity::products);
  EXPECT_EQ(activity_at(at(torch)), Activity::loops);
  EXPECT_EQ(activity_at(at("/t/libc10.so")), Activity::framework);
}

TEST(Activity, WithoutANameByItsNeighbours) {
  const char* c = "/lib/libc.so.6";
  EXPECT_EQ(activity_at(between(c, "__default_morecore", "malloc")), Activity::allocation);
  EXPECT_EQ(activity_at(between(c, "malloc", "strlen")), Activity::other);
  EXPECT_EQ(activity_at(between(c, "", "malloc")), Activity::other);
}

TEST(Activity, OfTheSystem) {
  const char* c = "/lib/libc.so.6";
  EXPECT_EQ(activity_at(in_kernel("/p/numpy.so", "", false)), Activity::page_faults);
  EXPECT_EQ(activity_at(in_kernel("", "", false)), Activity::page_faults);
  EXPECT_EQ(activity_at(in_kernel(c, "__munmap", true)), Activity::allocation);
  EXPECT_EQ(activity_at(in_kernel(c, "sched_yield", true)), Activity::waiting);
  EXPECT_EQ(activity_at(in_kernel(c, "read", true)), Activity::kernel);
  EXPECT_EQ(activity_at(in_kernel("/lib/ld-linux-x86-64.so.2", "mmap64", true)), Activity::kernel);
  EXPECT_EQ(activity_at(in_kernel("/lib/libgomp.so.1", "", true)), Activity::waiting);
}

TEST(Activity, CodeMadeAtRunTime) {
  EXPECT_EQ(activity_at(at(""), true), Activity::products);
  EXPECT_EQ(activity_at(at(""), false), Activity::other);
}

TEST(Activity, SpinLoopsAreTheirThreads) {
  Spot spot = at("/usr/lib/libopenblas.so.0");
  spot.in_spin_loop = true;
  EXPECT_EQ(activity_at(spot), Activity::waiting);
}

TEST(Activity, OpenMpRuntimes) {
  EXPECT_EQ(openmp_kind("libgomp.so.1"), "libgomp");
  EXPECT_EQ(openmp_kind("libgomp-a34b3233.so.1"), "libgomp");
  EXPECT_EQ(openmp_kind("libomp.so.5"), "libomp");
  EXPECT_EQ(openmp_kind("libomp5.so"), "libomp");
  EXPECT_EQ(openmp_kind("libiomp5.so"), "libiomp5");
  EXPECT_EQ(openmp_kind("libompd.so"), "");
  EXPECT_EQ(openmp_kind("libomp.txt"), "");
}

TEST(Activity, EachHasAName) {
  for (int i = 0; i < kActivities; ++i)
    EXPECT_FALSE(std::string(name(static_cast<Activity>(i))).empty());
}

}  // namespace
}  // namespace lithe::program
