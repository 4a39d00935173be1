#include "doctor/findings.h"

#include <gtest/gtest.h>

#include "limits/all_cores.h"
#include "limits/clock_rate.h"

namespace lithe::doctor {
namespace {

// A machine with nothing wrong: four processors of 100 GFLOP/s and a good BLAS.
class FindingsTest : public ::testing::Test {
 protected:
  FindingsTest() {
    report_.identity.instruction_sets = {"sse4", "avx2", "fma", "avx512"};
    report_.identity.usable_cpus = 4;
    report_.identity.hardware_threads = 4;
    report_.limits.flops_float32 = 100e9;
    report_.all_cores.threads = 4;
    report_.all_cores.clock_one_core = report_.all_cores.clock_all_cores = 3e9;
    report_.blas.push_back(library("/lib/libopenblas.so.0", "OpenBLAS", 95e9));
    report_.blas.front().by_loader = true;
  }

  static BlasLibrary library(const std::string& path, const std::string& kind, double flops) {
    BlasLibrary blas;
    blas.path = path;
    blas.names = {path};
    blas.owner = "loader";
    blas.kind = kind;
    blas.integer_bits = 32;
    blas.flops_float32 = flops;
    return blas;
  }

  // The one finding that there must be.
  Finding only() const {
    const auto found = findings(report_);
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? Finding{} : found.front();
  }

  MachineReport report_;
};

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST_F(FindingsTest, AGoodMachineHasNone) { EXPECT_TRUE(findings(report_).empty()); }

TEST_F(FindingsTest, KernelsOfAnOlderProcessorWithTheMeasuredFactor) {
  BlasLibrary& blas = report_.blas.front();
  blas.core = "Prescott";
  blas.flops_float32 = 20e9;
  blas.remedied_float32 = 90e9;
  blas.remedy = "export OPENBLAS_CORETYPE=SkylakeX";
  report_.blas.push_back(blas);  // another name of the same package
  const Finding found = only();
  EXPECT_DOUBLE_EQ(found.factor, 4.5);
  EXPECT_TRUE(has(found.problem, "Prescott")) << found.problem;
  EXPECT_EQ(found.name, "old_kernels");
  EXPECT_TRUE(has(found.evidence, "20 GFLOP/s, 90 with the remedy")) << found.evidence;
  EXPECT_TRUE(has(found.problem, "and 1 other run kernels")) << found.problem;
  EXPECT_EQ(found.commands, std::vector<std::string>{"export OPENBLAS_CORETYPE=SkylakeX"});
  EXPECT_TRUE(has(found.check, "lithe info")) << found.check;
  report_.settings = {{"OPENBLAS_CORETYPE", "Nehalem", "", ""}};
  EXPECT_TRUE(has(only().remedy, "OPENBLAS_CORETYPE is Nehalem now")) << only().remedy;
}

TEST_F(FindingsTest, KernelsThatAVariableMadeOld) {
  BlasLibrary& blas = report_.blas.front();
  blas.core = "Prescott";
  blas.flops_float32 = 20e9;
  blas.remedied_float32 = 90e9;
  blas.remedy = "unset OPENBLAS_CORETYPE";
  report_.blas.push_back(blas);  // another package, held back by the same variable
  report_.blas.back().version = "OpenBLAS of NumPy";
  report_.settings = {{"OPENBLAS_CORETYPE", "Prescott", "", ""}};
  const Finding found = only();
  EXPECT_EQ(found.commands, std::vector<std::string>{"unset OPENBLAS_CORETYPE"});
  EXPECT_TRUE(has(found.remedy, "OPENBLAS_CORETYPE=Prescott")) << found.remedy;
  EXPECT_DOUBLE_EQ(found.factor, 4.5);
}

TEST_F(FindingsTest, TheReferenceInPlaceOfABetterOne) {
  report_.blas.push_back(library("/lib/blas/libblas.so.3", "reference", 2e9));
  EXPECT_TRUE(findings(report_).empty()) << "nobody gets it unasked";
  report_.blas.back().by_loader = true;
  EXPECT_TRUE(has(only().problem, "reference BLAS")) << only().problem;
  EXPECT_TRUE(has(only().remedy, "/lib/libopenblas.so.0")) << only().remedy;
  EXPECT_DOUBLE_EQ(only().factor, 47.5);
  report_.blas.erase(report_.blas.begin());
  EXPECT_EQ(only().commands, std::vector<std::string>{"sudo apt-get install libopenblas0-pthread"});
  EXPECT_DOUBLE_EQ(only().factor, 50);
  EXPECT_TRUE(only().estimated) << "nothing better was there to measure";
}

// Debian's choice between libraries: one of them is better.
TEST_F(FindingsTest, TheReferenceByDebiansAlternatives) {
  const std::string folder = "/usr/lib/x86_64-linux-gnu";
  BlasLibrary reference = library(folder + "/blas/libblas.so.3.11.0", "reference", 2e9);
  reference.names = {folder + "/libblas.so.3", folder + "/blas/libblas.so.3"};
  reference.by_loader = true;
  // A little faster, and no alternative.
  report_.blas.front() = library(folder + "/libopenblasp-r0.3.21.so", "OpenBLAS", 96e9);
  report_.blas.push_back(library(folder + "/openblas-pthread/libblas.so.3", "OpenBLAS", 95e9));
  report_.blas.push_back(reference);
  EXPECT_EQ(only().commands, std::vector<std::string>{
                                 "sudo update-alternatives --set libblas.so.3-x86_64-linux-gnu " +
                                 folder + "/openblas-pthread/libblas.so.3"});
  // The user's own variable is what chooses it.
  report_.settings = {{"LD_LIBRARY_PATH", "/opt/lib:" + folder + "/", "", ""}};
  EXPECT_EQ(only().commands, std::vector<std::string>{"unset LD_LIBRARY_PATH"});
}

TEST_F(FindingsTest, ALibraryWithOtherIntegersIsNoRemedy) {
  report_.blas.front().integer_bits = 64;
  report_.blas.push_back(library("/lib/blas/libblas.so.3", "reference", 2e9));
  report_.blas.back().by_loader = true;
  EXPECT_FALSE(has(only().remedy, "/lib/libopenblas.so.0")) << only().remedy;
}

TEST_F(FindingsTest, ABrokenLibraryAndTooManyThreads) {
  report_.blas.front().threads = 64;
  EXPECT_TRUE(has(only().problem, "64 threads on 4")) << only().problem;
  report_.blas.front().threads = 4;
  report_.blas.front().problem = "is text, not a library";
  EXPECT_TRUE(has(only().problem, "is text")) << only().problem;
}

TEST_F(FindingsTest, AQuotaBelowTheProcessors) {
  report_.quota = {1.5, 0.4};
  report_.identity.usable_cpus = 1.5;
  EXPECT_TRUE(has(only().problem, "1.5 processors and sees 4")) << only().problem;
  EXPECT_TRUE(has(only().evidence, "40%")) << only().evidence;
  EXPECT_TRUE(has(only().commands.front(), "OMP_NUM_THREADS=1")) << only().commands.front();
  report_.quota = {8, 0};
  EXPECT_TRUE(findings(report_).empty());
}

TEST_F(FindingsTest, OtherProgramsTheHostAndFiguresMeasuredUnderLoad) {
  report_.all_cores.others = 2;
  EXPECT_TRUE(has(only().problem, "2.0 of 4 processors")) << only().problem;
  report_.all_cores.others = 0;
  report_.all_cores.stolen = 1;
  EXPECT_TRUE(has(only().problem, "the host took")) << only().problem;
  report_.all_cores.stolen = 0;
  report_.limits.under_load = true;
  EXPECT_TRUE(has(only().commands.front(), "--measure")) << only().commands.front();
}

TEST_F(FindingsTest, AClockThatDropsOrIsHeldLow) {
  report_.all_cores.clock_all_cores = 2e9;
  EXPECT_DOUBLE_EQ(only().factor, 1.5);
  report_.all_cores.clock_all_cores = 3e9;
  report_.most_clock = 6e9;
  report_.governor = "powersave";
  EXPECT_TRUE(has(only().problem, "powersave")) << only().problem;
}

TEST_F(FindingsTest, AVirtualMachineThatHidesInstructions) {
  report_.identity.instruction_sets = {"sse4"};
  EXPECT_TRUE(findings(report_).empty());
  report_.identity.virtual_machine = true;
  EXPECT_TRUE(has(only().problem, "AVX2")) << only().problem;
  EXPECT_DOUBLE_EQ(only().factor, 0) << "nobody knows the processor below";
  report_.identity.vendor = "AuthenticAMD";
  report_.identity.family = 25;
  report_.identity.model = 17;  // Zen 4: 32 operations a cycle, at 3 GHz
  EXPECT_TRUE(has(only().problem, "AVX-512")) << only().problem;
  EXPECT_NEAR(only().factor, 0.96, 1e-9);
  report_.limits.flops_float32 = 24e9;
  report_.blas.front().flops_float32 = 23e9;
  EXPECT_DOUBLE_EQ(only().factor, 4);
  EXPECT_TRUE(only().estimated);
  report_.identity.virtual_machine = false;
  EXPECT_TRUE(has(only().commands.front(), "/proc/cmdline")) << only().commands.front();
  report_.identity.instruction_sets.push_back("avx512");
  EXPECT_TRUE(findings(report_).empty());
}

// Whoever reads a finding can do something and see whether it helped.
TEST_F(FindingsTest, EachHasANameAndAWayToCheck) {
  report_.settings = {{"OMP_NUM_THREADS", "9", "", "is wrong"}};
  report_.quota = {1.5, 0.4};
  report_.all_cores.others = report_.all_cores.stolen = 2;
  report_.all_cores.clock_all_cores = 2e9;
  report_.most_clock = 6e9;
  report_.limits.under_load = true;
  report_.blas.front().threads = 64;
  report_.blas.push_back(library("/lib/blas/libblas.so.3", "reference", 2e9));
  report_.blas.back().by_loader = true;
  report_.blas.push_back(library("/lib/libblis.so.4", "BLIS", 0));
  report_.blas.back().problem = "is text, not a library";
  const auto found = findings(report_);
  EXPECT_EQ(found.size(), 10u);
  for (const Finding& finding : found) {
    EXPECT_NE(finding.name, "") << finding.problem;
    EXPECT_NE(finding.remedy, "") << finding.problem;
    EXPECT_NE(finding.check, "") << finding.problem;
  }
}

TEST_F(FindingsTest, MostCostlyFirst) {
  report_.settings = {{"OMP_NUM_THREADS", "9", "", "is wrong"}};
  report_.all_cores.clock_all_cores = 2e9;
  report_.blas.front().flops_float32 = 5e9;
  const auto found = findings(report_);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_DOUBLE_EQ(found[0].factor, 20);
  EXPECT_DOUBLE_EQ(found[1].factor, 1.5);
  EXPECT_DOUBLE_EQ(found[2].factor, 0);
}

TEST(UnusedSets, AreThoseWithoutKernels) {
  const std::vector<std::string> present = {"sse4", "avx2", "fma", "avx512", "avx512_bf16", "sve"};
  EXPECT_EQ(unused_sets(present), (std::vector<std::string>{"avx512_bf16", "sve"}));
}

TEST(ClockRate, IsThatOfAProcessor) {
  const double rate = limits::clock_rate(100);
  EXPECT_GT(rate, 2e8);
  EXPECT_LT(rate, 1.2e10);
}

TEST(AllCores, IsNotLessThanNothing) {
  MachineIdentity small;
  small.memory_bytes = 1 << 26;
  const AllCoresLimits limits = limits::measure_all_cores(small, "auto");
  EXPECT_GE(limits.threads, 1);
  EXPECT_GT(limits.flops_float32, 1e8);
  EXPECT_GT(limits.flops_float64, 1e8);
  EXPECT_GT(limits.read_memory, 1e7);
  EXPECT_GT(limits.clock_all_cores, 1e8);
}

}  // namespace
}  // namespace lithe::doctor
