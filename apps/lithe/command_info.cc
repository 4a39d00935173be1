// lithe info: what this machine is and can do, and what is wrong with it.
#include <fmt/format.h>

#include "command.h"
#include "info_text.h"
#include "lithe/machine_report.h"
#include "parse.h"
#include "terminal.h"

namespace lithe::app {

int info(const Arguments& arguments) {
  Options app("Describes this machine: what it can do, every BLAS on it, and what is wrong.",
              "lithe info");
  bool json = false, again = false, all = false;
  std::vector<std::string> folders;
  app.add_flag("--json", json, "print one JSON object with everything");
  app.add_flag("--all", all, "print everything, which may take more than a screen");
  app.add_flag("--measure", again, "measure the limits of one core again");
  app.add_option("--blas-folder", folders,
                 "look for BLAS libraries in this folder too; may be repeated");
  if (const auto status = parse(app, arguments)) return *status;
  ReportMachine options;
  if (again) options.measure = Measure::again;
  if (all || json) options.blas.seconds = 60;
  options.blas.folders.assign(folders.begin(), folders.end());
  const MachineReport report = report_machine(options);
  if (json)
    fmt::print("{}", info_json(report));
  else
    print_text(stdout, info_text(report, all));
  return 0;
}

}  // namespace lithe::app
