// A machine with nothing wrong, for tests that make one thing wrong.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "doctor/cases.h"

namespace lithe::test {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Four processors of 100 GFLOP/s and 3 GHz, and a good BLAS whose threads help.
class Healthy : public ::testing::Test {
 protected:
  Healthy() {
    report_.identity.usable_cpus = 4;
    report_.identity.hardware_threads = 4;
    report_.identity.instruction_sets = {"sse4", "avx2", "fma"};
    report_.limits.isa = "avx2";
    report_.limits.flops_float32 = 100e9;
    report_.all_cores.threads = 4;
    report_.all_cores.flops_float32 = 400e9;
    report_.all_cores.clock_one_core = report_.all_cores.clock_all_cores = 3e9;
    BlasLibrary blas;
    blas.path = "/lib/libblas.so.3";
    blas.names = {blas.path};
    blas.by_loader = true;
    blas.kind = "OpenBLAS";
    blas.core = "Haswell";
    blas.flops_float32 = 95e9;
    report_.blas.push_back(blas);
    trials_.granted = {4, 3.99, 0.05, 0, 0, 0};
    trials_.blas = {blas.path,
                    "",
                    4,
                    4,
                    {{10, 784, 30, 7e-6, 7e-6, 7e-6}, {128, 1024, 1024, 8e-4, 3e-3, 8e-4}}};
    trials_.openmp = {"", 4, 4, 3e-5, 3e-5, 1e-4};
    trials_.denormals = {1, 1, 1};
    trials_.memory = {4, 15e9, 40e9};
    trials_.pages.mode = "always";
    trials_.pages.bytes = 64 << 20;
    trials_.pages.huge = trials_.pages.by_default = {5e-3, 8e-9};
    trials_.pages.small = {25e-3, 11e-9};
    trials_.room.available = trials_.room.all = 8e9;
    trials_.room.shared = 4e9;
  }

  std::vector<Finding> found() const {
    return doctor::findings_of(doctor::all_cases(report_, trials_));
  }

  // The one finding that there must be.
  Finding only() const {
    const auto all = found();
    EXPECT_EQ(all.size(), 1u);
    if (all.empty()) return {};
    EXPECT_NE(all.front().remedy, "");
    EXPECT_NE(all.front().check, "");
    return all.front();
  }

  MachineReport report_;
  MachineTrials trials_;
};

}  // namespace lithe::test
