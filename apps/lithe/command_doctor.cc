// lithe doctor: what makes numeric programs slow on this machine, or one program.
#include <fmt/format.h>

#include <algorithm>

#include "command.h"
#include "doctor_output.h"
#include "lithe/doctor.h"
#include "lithe/error.h"
#include "parse.h"

namespace lithe::app {

namespace {

struct DoctorCommand {
  bool json = false, all = false;
  std::vector<std::string> folders;
  Arguments program;  // what stands after "--": a program and its arguments
};

int examine_this_machine(const DoctorCommand& command) {
  ExamineMachine options;
  options.blas_folders.assign(command.folders.begin(), command.folders.end());
  const Checkup checkup = examine_machine(options);
  fmt::print("{}", command.json ? checkup_json(checkup) : checkup_text(checkup, command.all));
  return 0;
}

// The place of lithe::examine_program.
int examine_their_program(const DoctorCommand& command) {
  throw Error(ErrorKind::usage, "programs cannot be looked into yet", command.program.front());
}

}  // namespace

int doctor(const Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  DoctorCommand command;
  if (dashes != arguments.end()) command.program.assign(dashes + 1, arguments.end());
  CLI::App app("What makes numeric programs slow here, most costly first, and what to do.",
               "lithe doctor");
  app.add_flag("--json", command.json, "print one JSON object");
  app.add_flag("--all", command.all, "also what was looked at and found fine");
  app.add_option("--blas-folder", command.folders, "look for BLAS libraries in this folder too");
  if (const auto status = parse(app, Arguments(arguments.begin(), dashes))) return *status;
  if (dashes == arguments.end()) return examine_this_machine(command);
  if (command.program.empty())
    throw Error(ErrorKind::usage, "no program after '--'", "",
                "lithe doctor -- python3 train.py, or lithe doctor alone for the machine");
  return examine_their_program(command);
}

}  // namespace lithe::app
