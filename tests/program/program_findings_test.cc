#include "program/program_findings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace lithe::program {
namespace {

const ProgramFinding* named(const std::vector<ProgramFinding>& findings, const std::string& name) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&name](const ProgramFinding& f) { return f.name == name; });
  return found == findings.end() ? nullptr : &*found;
}

MachineReport machine() {
  MachineReport around;
  around.identity.usable_cpus = 4;
  around.limits.flops_float32 = 160e9;
  return around;
}

ProgramReport healthy() {
  ProgramReport report;
  report.seconds = 10;
  report.user_seconds = 10;
  report.samples = 10'000;
  report.sampling = Sampling::events;
  report.shares = {{Activity::products, 0.9, "libopenblas.so.0"},
                   {Activity::interpreter, 0.07, "python3.11"},
                   {Activity::other, 0.03, ""}};
  report.counted = true;
  return report;
}

void spend(ProgramReport& report, std::vector<ActivityShare> shares) {
  report.shares = std::move(shares);
}

TEST(ProgramFindings, NothingOfAHealthyProgram) {
  EXPECT_TRUE(program_findings(healthy(), {}, machine()).empty());
}

TEST(ProgramFindings, NothingOfAProgramThatWasNotSampled) {
  ProgramReport report;
  report.seconds = 0.001;
  EXPECT_TRUE(program_findings(report, {}, machine()).empty());
}

TEST(ProgramFindings, NothingOfAProgramThatEndsAtOnce) {
  ProgramReport report = healthy();
  report.seconds = 0.2;
  spend(report, {{Activity::interpreter, 0.5, ""}, {Activity::page_faults, 0.5, ""}});
  EXPECT_TRUE(program_findings(report, {}, machine()).empty());
}

// Without samples of the kernel, what the system does is not known to be the program's calls.
TEST(ProgramFindings, SystemCallsOnlyWhereTheyWereSampled) {
  ProgramReport report = healthy();
  spend(report, {{Activity::kernel, 0.5, "read in libc.so.6"}, {Activity::loops, 0.5, ""}});
  EXPECT_NE(named(program_findings(report, {}, machine()), "system"), nullptr);
  report.sampling = Sampling::events_of_user;
  EXPECT_EQ(named(program_findings(report, {}, machine()), "system"), nullptr);
}

TEST(ProgramFindings, OldKernelsCostAsMuchAsTheProductsTake) {
  BlasLibrary blas;
  blas.path = "/usr/lib/libopenblas.so.0";
  blas.kind = "OpenBLAS";
  blas.core = "Prescott";
  blas.flops_float32 = 30e9;
  blas.remedied_float32 = 150e9;
  blas.remedy = "export OPENBLAS_CORETYPE=SkylakeX";
  ProgramReport report = healthy();
  report.blas = {blas};
  spend(report, {{Activity::products, 0.5, ""}, {Activity::interpreter, 0.5, ""}});
  MachineReport around = machine();
  around.blas = report.blas;
  around.blas[0].names = {blas.path};
  around.blas[0].by_loader = true;
  const auto findings = program_findings(report, {}, around);
  const ProgramFinding* old = named(findings, "old_kernels");
  ASSERT_NE(old, nullptr);
  EXPECT_NEAR(old->factor, 1 / (0.5 + 0.5 / 5), 1e-9);
  ASSERT_EQ(old->variables.size(), 1);
  EXPECT_EQ(old->variables[0].first, "OPENBLAS_CORETYPE");
  EXPECT_EQ(old->variables[0].second, "SkylakeX");
  ASSERT_FALSE(old->commands.empty());
  EXPECT_EQ(old->commands[0], "export OPENBLAS_CORETYPE=SkylakeX");
}

TEST(ProgramFindings, AllocationSaysHowMuchAnEpoch) {
  ProgramReport report = healthy();
  ProgramEpoch epoch;
  epoch.heap.bytes = std::uint64_t{21} << 30;
  epoch.heap.calls = 625'000;
  report.epochs = {epoch, epoch};
  spend(report, {{Activity::loops, 0.75, ""},
                 {Activity::page_faults, 0.15, ""},
                 {Activity::allocation, 0.1, ""}});
  const auto findings = program_findings(report, {}, machine());
  const ProgramFinding* heap = named(findings, "allocation");
  ASSERT_NE(heap, nullptr);
  EXPECT_NE(heap->problem.find("21 GiB an epoch in 625,000 calls"), std::string::npos)
      << heap->problem;
  EXPECT_NEAR(heap->low, 1 / 0.75, 1e-9);
  EXPECT_GT(heap->factor, heap->low);
  EXPECT_LT(heap->factor, heap->high);
  EXPECT_TRUE(heap->estimated);
}

TEST(ProgramFindings, OverheadLeavesSpinningThreadsOut) {
  ProgramReport report = healthy();
  report.user_seconds = 20;
  spend(report, {{Activity::waiting, 0.5, "__sched_yield in libc.so.6"},
                 {Activity::interpreter, 0.3, ""},
                 {Activity::products, 0.2, ""}});
  const auto findings = program_findings(report, {}, machine());
  const ProgramFinding* overhead = named(findings, "overhead");
  ASSERT_NE(overhead, nullptr);
  EXPECT_NE(overhead->problem.find("60%"), std::string::npos) << overhead->problem;
  EXPECT_NEAR(overhead->high, 1 / 0.4, 1e-9);
  EXPECT_LT(overhead->factor, overhead->high);
  const ProgramFinding* spinning = named(findings, "spinning");
  ASSERT_NE(spinning, nullptr);
  EXPECT_LE(spinning->factor, 1);
  EXPECT_EQ(findings.front().name, "overhead");  // most costly first
  const auto one = std::find(spinning->variables.begin(), spinning->variables.end(),
                             std::pair<std::string, std::string>("OMP_NUM_THREADS", "1"));
  EXPECT_NE(one, spinning->variables.end());
}

TEST(ProgramFindings, OverheadIsOfTheTimeThatItRuns) {
  ProgramReport report = healthy();
  spend(report, {{Activity::interpreter, 1, ""}});
  report.waits = {{Wait::sleep, 0.9}};
  EXPECT_EQ(named(program_findings(report, {}, machine()), "overhead"), nullptr);
  report.waits = {{Wait::sleep, 0.5}};
  const auto findings = program_findings(report, {}, machine());
  const ProgramFinding* overhead = named(findings, "overhead");
  ASSERT_NE(overhead, nullptr);
  EXPECT_NEAR(overhead->high, 2, 1e-9);
}

TEST(ProgramFindings, ALittleAllocationIsUsual) {
  ProgramReport report = healthy();
  spend(report, {{Activity::products, 0.93, ""}, {Activity::page_faults, 0.07, ""}});
  const auto findings = program_findings(report, {}, machine());
  ASSERT_NE(named(findings, "allocation"), nullptr);
  EXPECT_TRUE(named(findings, "allocation")->only_if_tried);
  spend(report, {{Activity::products, 0.8, ""}, {Activity::page_faults, 0.2, ""}});
  EXPECT_FALSE(named(program_findings(report, {}, machine()), "allocation")->only_if_tried);
}

// What one thread would need is the work of all that do not spin.
TEST(ProgramFindings, SpinningCostsWhatOneThreadWouldSave) {
  ProgramReport report = healthy();
  report.user_seconds = 19;
  spend(report, {{Activity::waiting, 0.8, "libgomp.so.1"}, {Activity::framework, 0.2, ""}});
  const auto findings = program_findings(report, {}, machine());
  ASSERT_NE(named(findings, "spinning"), nullptr);
  EXPECT_NEAR(named(findings, "spinning")->factor, 10 / (0.2 * 19), 0.01);
  EXPECT_FALSE(named(findings, "spinning")->only_if_tried);
  ProgramReport beside_others = report;
  beside_others.waited_seconds = 3;
  EXPECT_EQ(named(program_findings(beside_others, {}, machine()), "spinning")->factor, 0);
  spend(report, {{Activity::waiting, 0.3, "libgomp.so.1"}, {Activity::products, 0.7, ""}});
  EXPECT_TRUE(named(program_findings(report, {}, machine()), "spinning")->only_if_tried);
}

TEST(ProgramFindings, ProcessesWithThreadsOfTheirOwn) {
  ProgramReport report = healthy();
  report.processors = 2;
  report.user_seconds = 19;
  report.openmp = {"/usr/lib/libgomp.so.1"};
  spend(report, {{Activity::waiting, 0.6, "libgomp.so.1"}, {Activity::products, 0.4, ""}});
  ProgramFacts facts;
  facts.processes = 4;
  const auto findings = program_findings(report, facts, machine());
  EXPECT_EQ(named(findings, "spinning"), nullptr);
  ASSERT_NE(named(findings, "oversubscription"), nullptr);
  EXPECT_NEAR(named(findings, "oversubscription")->factor, 10 / (0.4 * 19 / 2), 0.01);
  EXPECT_FALSE(named(findings, "oversubscription")->variables.empty());
}

TEST(ProgramFindings, FewerProcessorsThanThereAre) {
  ProgramReport report = healthy();
  report.processors = 4;
  report.openmp = {"/usr/lib/libgomp.so.1"};
  EXPECT_EQ(named(program_findings(report, {}, machine()), "confined"), nullptr);
  report.allowed = 1;
  const auto findings = program_findings(report, {}, machine());
  ASSERT_NE(named(findings, "confined"), nullptr);
  EXPECT_GT(named(findings, "confined")->factor, 1.5);
  EXPECT_LT(named(findings, "confined")->factor, 4);
  report.allowed = 4;
  EXPECT_EQ(named(program_findings(report, {}, machine()), "confined"), nullptr);
}

TEST(ProgramFindings, ManyProcessorsAskForATrial) {
  ProgramReport report = healthy();
  report.user_seconds = 35;
  EXPECT_EQ(named(program_findings(report, {}, machine()), "threads"), nullptr);
  report.openmp = {"/usr/lib/libgomp.so.1"};
  EXPECT_NE(named(program_findings(report, {}, machine()), "threads"), nullptr);
}

TEST(ProgramFindings, TwoOfAKind) {
  ProgramReport report = healthy();
  report.blas_in_one_process = {"/usr/lib/openblas/libblas.so.3",
                                "/usr/lib/openblas/libopenblas.so.0"};
  EXPECT_EQ(named(program_findings(report, {}, machine()), "two_blas"), nullptr)
      << "parts of one package";
  // NumPy and SciPy from PyPI bring one each.
  report.blas_in_one_process = {"/venv/site-packages/numpy.libs/libscipy_openblas64_-1.so",
                                "/venv/site-packages/scipy.libs/libscipy_openblas-2.so"};
  EXPECT_EQ(named(program_findings(report, {}, machine()), "two_blas"), nullptr);
  report.blas_in_one_process.push_back("/usr/lib/openblas/libblas.so.3");
  report.openmp = {"/usr/lib/libgomp.so.1", "/venv/libiomp5.so"};
  EXPECT_EQ(named(program_findings(report, {}, machine()), "two_openmp"), nullptr)
      << "of two processes";
  report.openmp_in_one_process = report.openmp;
  const auto findings = program_findings(report, {}, machine());
  ASSERT_NE(named(findings, "two_blas"), nullptr);
  EXPECT_NE(named(findings, "two_blas")->problem.find("2 BLAS"), std::string::npos);
  ASSERT_NE(named(findings, "two_openmp"), nullptr);
  EXPECT_NE(named(findings, "two_openmp")->problem.find("libiomp5"), std::string::npos);
}

TEST(ProgramFindings, SettingsThatAreWrong) {
  MachineReport around = machine();
  around.settings = {{"OMP_NUM_THREADS", "64", "threads", "is more than there are processors"},
                     {"OMP_DYNAMIC", "true", "whether", ""}};
  const auto findings = program_findings(healthy(), {}, around);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].commands, std::vector<std::string>{"unset OMP_NUM_THREADS"});
}

}  // namespace
}  // namespace lithe::program
