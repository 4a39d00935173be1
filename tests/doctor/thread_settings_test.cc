#include "doctor/thread_settings.h"

#include <gtest/gtest.h>

#include <map>

namespace lithe::doctor {
namespace {

std::vector<ThreadSetting> settings(const std::map<std::string, std::string>& variables,
                                    double processors = 4) {
  return thread_settings(
      [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
      },
      processors);
}

std::string problem(const std::string& name, const std::string& value, double processors = 4) {
  const auto found = settings({{name, value}}, processors);
  EXPECT_EQ(found.size(), 1u) << name;
  return found.empty() ? "" : found.front().problem;
}

TEST(ThreadSettings, OnlyThoseThatAreSetEachWithItsMeaning) {
  EXPECT_TRUE(settings({}).empty());
  const auto found =
      settings({{"MKL_NUM_THREADS", "4"}, {"HOME", "/"}, {"KMP_AFFINITY", "compact"}});
  ASSERT_EQ(found.size(), 2u);
  for (const ThreadSetting& set : found) {
    EXPECT_NE(set.meaning, "");
    EXPECT_EQ(set.problem, "");
  }
}

TEST(ThreadSettings, MoreThreadsThanProcessors) {
  EXPECT_EQ(problem("OMP_NUM_THREADS", "4"), "");
  EXPECT_EQ(problem("OMP_NUM_THREADS", "4,2"), "");
  EXPECT_NE(problem("OMP_NUM_THREADS", "5,1").find("5 threads on 4"), std::string::npos);
  EXPECT_NE(problem("OPENBLAS_NUM_THREADS", "64").find("64 threads"), std::string::npos);
  EXPECT_EQ(problem("BLIS_NUM_THREADS", "2", 1.5), "") << "a quota may be part of a processor";
  EXPECT_NE(problem("BLIS_NUM_THREADS", "3", 1.5), "");
}

TEST(ThreadSettings, OneThreadOfManyAndNonsense) {
  EXPECT_NE(problem("MKL_NUM_THREADS", "1").find("leaves 3 of 4"), std::string::npos);
  EXPECT_EQ(problem("MKL_NUM_THREADS", "1", 1), "");
  for (const char* value : {"0", "-2", "many", "1.5", "99999999999"})
    EXPECT_NE(problem("OMP_NUM_THREADS", value).find("no number"), std::string::npos) << value;
}

TEST(ThreadSettings, WhatIsForFindingErrors) {
  EXPECT_NE(problem("PYTHONMALLOC", "debug"), "");
  EXPECT_EQ(problem("PYTHONMALLOC", "pymalloc"), "");
  EXPECT_NE(problem("MALLOC_PERTURB_", "165"), "");
  EXPECT_EQ(problem("MALLOC_CHECK_", "0"), "");
}

TEST(ThreadSettings, SpinningAndTwoRuntimes) {
  EXPECT_NE(problem("OMP_WAIT_POLICY", "ACTIVE"), "");
  EXPECT_EQ(problem("OMP_WAIT_POLICY", "passive"), "");
  EXPECT_NE(problem("KMP_BLOCKTIME", "infinite"), "");
  EXPECT_NE(problem("KMP_BLOCKTIME", "5000"), "");
  EXPECT_EQ(problem("KMP_BLOCKTIME", "0"), "");
  EXPECT_NE(problem("GOMP_SPINCOUNT", "infinite"), "");
  EXPECT_NE(problem("KMP_DUPLICATE_LIB_OK", "TRUE"), "");
  EXPECT_EQ(problem("KMP_DUPLICATE_LIB_OK", "FALSE"), "");
}

}  // namespace
}  // namespace lithe::doctor
