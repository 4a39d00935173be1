// Puts together what lithe doctor says of a machine.
#include <chrono>

#include "lithe/doctor.h"

namespace lithe {

Checkup examine_machine(const ExamineMachine& options) {
  const auto start = std::chrono::steady_clock::now();
  Checkup checkup;
  ReportMachine report;
  report.blas.folders = options.blas_folders;
  checkup.report = report_machine(report);
  checkup.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return checkup;
}

}  // namespace lithe
