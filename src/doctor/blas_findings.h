// What is wrong with the BLAS libraries of a machine.
#pragma once

#include <vector>

#include "lithe/machine_report.h"

namespace lithe::doctor {

// Of the libraries, each held against what a core can do. Several that share a fault are one
// finding.
std::vector<Finding> blas_findings(const MachineReport& report);

}  // namespace lithe::doctor
