#include "doctor/cases.h"

#include "doctor/healthy.h"

namespace lithe::doctor {
namespace {

using test::has;

class Cases : public test::Healthy {};
class ThreadCases : public test::Healthy {};
class ProcessorCases : public test::Healthy {};
class MemoryCases : public test::Healthy {};

TEST_F(Cases, AHealthyMachineHasNoneAndEachSaysWhatItSaw) {
  EXPECT_TRUE(found().empty());
  const auto cases = all_cases(report_, trials_);
  EXPECT_EQ(cases.size(), 13u);
  for (const Case& one : cases) EXPECT_NE(one.observed, "") << one.name;
}

TEST_F(Cases, WhatWasNotTriedIsNotFound) {
  trials_ = {};
  EXPECT_TRUE(found().empty());
}

TEST_F(Cases, ThoseOfTheReportAreTakenOver) {
  for (const char* name : {"old_kernels", "slow_blas", "hidden_instructions"}) {
    Finding finding;
    finding.name = name;
    finding.problem = "problem";
    finding.remedy = finding.check = "do";
    finding.factor = 2;
    report_.findings = {finding};
    EXPECT_EQ(only().name, name);
  }
}

TEST_F(Cases, WhatCostsNothingIsNoProblem) {
  Finding finding;
  finding.name = "old_kernels";
  finding.factor = 1.02;
  report_.findings = {finding};
  EXPECT_TRUE(found().empty());
}

TEST_F(Cases, WhatStaysComesFirstThenWhatPassesThenWhatCostsSome) {
  Finding kernels;
  kernels.name = "old_kernels";
  kernels.factor = 3;
  report_.findings = {kernels};
  trials_.granted = {4, 0.4, 3.5, 0, 0, 0};  // 10 times slower
  trials_.denormals = {90, 90, 1};
  report_.quota = {2, 0};
  Finding quota;
  quota.name = "quota";
  report_.findings.push_back(quota);
  const auto all = found();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].name, "old_kernels");
  EXPECT_EQ(all[1].name, "quota");
  EXPECT_EQ(all[2].name, "other_programs");
  EXPECT_EQ(all[3].name, "denormals");
}

TEST_F(Cases, ADebugBuild) {
  trials_.build = {false, true, ""};
  report_.limits.flops_float32 = 4.8e9;
  const Finding debug = only();
  EXPECT_EQ(debug.name, "debug_build");
  EXPECT_TRUE(has(debug.problem, "not optimised with assertions")) << debug.problem;
  EXPECT_DOUBLE_EQ(debug.factor, 10);
  EXPECT_TRUE(has(debug.commands.front(), "--preset release"));
  trials_.build = {true, false, "address"};
  EXPECT_TRUE(has(only().problem, "address sanitizer")) << only().problem;
}

TEST_F(ThreadCases, ThatMakeProductsSlower) {
  trials_.blas.products = {{10, 784, 30, 40e-6, 8e-6, 40e-6}, {128, 1024, 1024, 6e-3, 3e-3, 6e-3}};
  const Finding threads = only();
  EXPECT_EQ(threads.name, "threads");
  EXPECT_DOUBLE_EQ(threads.factor, 5);
  EXPECT_EQ(threads.commands, std::vector<std::string>{"export OPENBLAS_NUM_THREADS=1"});
  EXPECT_TRUE(has(threads.evidence, "40 us with the 4 threads")) << threads.evidence;
  EXPECT_EQ(threads.only_if, "");
}

TEST_F(ThreadCases, ThatMakeSmallProductsSlowerAndLargeOnesFaster) {
  trials_.blas.products.front() = {10, 784, 30, 40e-6, 8e-6, 40e-6};
  EXPECT_TRUE(has(only().only_if, "as small as 10x784x30")) << only().only_if;
}

TEST_F(ThreadCases, MoreThanProcessors) {
  report_.settings = {{"OMP_NUM_THREADS", "16", "", "asks for 16 threads on 4 processors"}};
  report_.findings = {{"OMP_NUM_THREADS=16 asks for 16 threads", "unset", 0, "settings"}};
  trials_.blas.by_default = 16;
  trials_.blas.products.back() = {128, 1024, 1024, 8e-3, 3e-3, 8e-4};
  EXPECT_DOUBLE_EQ(only().factor, 10);
  EXPECT_EQ(only().commands, std::vector<std::string>{"unset OMP_NUM_THREADS"});
  // OpenMP as well: its factor is known, so the setting alone is no finding.
  trials_.openmp = {"", 16, 4, 6e-4, 3e-5, 1e-4};
  const auto all = found();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_DOUBLE_EQ(all.front().factor, 20);
  EXPECT_TRUE(has(all.front().problem, "OpenMP works with 16 threads on 4")) << all.front().problem;
}

TEST_F(ThreadCases, FewerThanProcessors) {
  report_.settings = {{"OPENBLAS_NUM_THREADS", "1", "", "leaves 3 of 4 processors to others"}};
  trials_.blas.by_default = 1;
  trials_.blas.products = {{10, 784, 30, 7e-6, 7e-6, 7e-6}, {128, 1024, 1024, 3e-3, 3e-3, 8e-4}};
  EXPECT_DOUBLE_EQ(only().factor, 3.75);
  EXPECT_EQ(only().commands, std::vector<std::string>{"unset OPENBLAS_NUM_THREADS"});
  report_.blas.front().kind = "BLIS";  // takes one unless it is told
  report_.settings.clear();
  EXPECT_EQ(only().commands, std::vector<std::string>{"export BLIS_NUM_THREADS=4"});
}

TEST_F(ThreadCases, BesideOtherProgramsTheyAreNotBlamed) {
  trials_.blas.products = {{128, 1024, 1024, 6e-3, 3e-3, 6e-3}};
  trials_.granted = {4, 2, 2, 0, 0, 0};
  EXPECT_EQ(only().name, "other_programs");
  // Unless there are more of them than processors.
  trials_.blas.by_default = 8;
  trials_.blas.products = {{128, 1024, 1024, 12e-3, 3e-3, 6e-3}};
  const auto all = found();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.front().name, "threads");
  EXPECT_TRUE(has(all.front().commands.front(), "=4")) << all.front().commands.front();
}

TEST_F(ThreadCases, SettingsOfWhatWasNotMeasuredCostSomePrograms) {
  report_.settings = {{"KMP_BLOCKTIME", "infinite", "", "lets threads spin"}};
  report_.findings = {{"KMP_BLOCKTIME=infinite lets threads spin", "unset", 0, "settings"}};
  report_.findings.front().check = "lithe doctor";
  EXPECT_TRUE(has(only().only_if, "Intel")) << only().only_if;
}

TEST_F(ProcessorCases, AQuotaBelowTheProcessors) {
  report_.quota = {1, 0.5};
  report_.findings = {{"is granted the time of 1 processor", "raise it", 0, "quota"}};
  report_.findings.front().check = "lithe doctor";
  trials_.granted = {4, 1.01, 0, 0, 0.9, 0};
  const Finding quota = only();
  EXPECT_EQ(quota.name, "quota");
  EXPECT_NEAR(quota.factor, 4 / 1.01, 1e-9);
  EXPECT_TRUE(has(quota.evidence, "90% of the periods")) << quota.evidence;
  EXPECT_TRUE(has(quota.evidence, "50% since it began")) << quota.evidence;
}

TEST_F(ProcessorCases, OtherProgramsAndTheHost) {
  trials_.granted = {4, 2, 2, 0, 0, 0};
  EXPECT_EQ(only().name, "other_programs");
  EXPECT_DOUBLE_EQ(only().factor, 2);
  trials_.granted = {4, 3, 0, 1, 0, 0};
  EXPECT_EQ(only().name, "host");
  EXPECT_DOUBLE_EQ(only().factor, 4.0 / 3);
  trials_.granted = {4, 3.9, 1, 0, 0, 0};  // they were no hindrance
  EXPECT_TRUE(found().empty());
}

TEST_F(ProcessorCases, AClockThatHeatOrARuleHoldsBack) {
  report_.all_cores.clock_all_cores = 2e9;
  trials_.granted.hot_events = 7;
  EXPECT_EQ(only().name, "clock");
  EXPECT_TRUE(has(only().problem, "too hot and slowed down 7 times")) << only().problem;
  EXPECT_DOUBLE_EQ(only().factor, 1.5);
  trials_.granted.hot_events = 0;
  report_.findings = {{"runs at 2 GHz and may run at 4", "let it clock up", 2, "clock"}};
  report_.findings.front().check = "lithe doctor";
  trials_.turbo = Turbo::off;
  EXPECT_TRUE(has(only().commands.front(), "boost")) << only().commands.front();
}

TEST_F(MemoryCases, ThreadsThatReadNoMoreThanOne) {
  trials_.memory = {4, 15e9, 15e9};
  EXPECT_EQ(only().name, "bandwidth");
  EXPECT_DOUBLE_EQ(only().factor, 4);
  EXPECT_TRUE(has(only().only_if, "less than 27 operations")) << only().only_if;
  trials_.granted.others = 2;  // they read too
  EXPECT_TRUE(found().empty());
}

TEST_F(MemoryCases, DenormalsCostOnlyWhoeverHasThem) {
  trials_.denormals = {40, 35, 1};
  EXPECT_EQ(only().name, "denormals");
  EXPECT_DOUBLE_EQ(only().factor, 40);
  EXPECT_NE(only().only_if, "");
  EXPECT_TRUE(has(only().evidence, "1.0 while they are flushed to zero")) << only().evidence;
}

TEST_F(MemoryCases, HugePagesThatMustBeAskedFor) {
  trials_.pages.mode = "madvise";
  trials_.pages.by_default = trials_.pages.small;
  EXPECT_EQ(only().name, "huge_pages");
  EXPECT_DOUBLE_EQ(only().factor, 5);
  EXPECT_TRUE(has(only().commands.front(), "GLIBC_TUNABLES")) << only().commands.front();
  trials_.pages.mode = "never";
  EXPECT_TRUE(has(only().commands.front(), "echo madvise")) << only().commands.front();
  trials_.pages.huge = trials_.pages.by_default;  // the kernel made none: nothing is known
  EXPECT_TRUE(found().empty());
}

TEST_F(MemoryCases, TooLittleOfIt) {
  trials_.room.limit = 1e9;
  trials_.room.used = 0.95e9;
  EXPECT_EQ(only().name, "memory");
  trials_.room.used = 0.5e9;
  trials_.room.pages_swapped = 100;
  EXPECT_EQ(only().name, "swap");
  trials_.room.pages_swapped = 0;
  trials_.room.shared = 64 << 20;
  EXPECT_EQ(only().name, "shared_memory");
  EXPECT_NE(only().only_if, "");
}

}  // namespace
}  // namespace lithe::doctor
