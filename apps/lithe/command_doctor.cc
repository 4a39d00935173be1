// lithe doctor: what makes numeric programs slow on this machine, or one program, or a process that
// runs already.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "command.h"
#include "doctor_output.h"
#include "lithe/doctor.h"
#include "lithe/error.h"
#include "lithe/program_report.h"
#include "output_file.h"
#include "parse.h"
#include "program_output.h"
#include "terminal.h"

namespace lithe::app {

namespace {

struct DoctorCommand {
  bool json = false, all = false, lines = false;
  std::vector<std::string> folders;
  ExamineProgram program;  // what stands after "--": a program and its arguments
  std::string output;      // a file for the report on it
  std::string page;        // and one for the page
  int process = 0;         // one that runs already
  std::string sources;     // a file with texts of its sources
};

int examine_this_machine(const DoctorCommand& command) {
  ExamineMachine options;
  options.blas_folders.assign(command.folders.begin(), command.folders.end());
  const Checkup checkup = examine_machine(options);
  if (command.json)
    fmt::print("{}", checkup_json(checkup));
  else
    print_text(stdout, checkup_text(checkup, command.all));
  return 0;
}

void check_outputs(const DoctorCommand& command) {
  if (!command.output.empty()) check_output(command.output, "--output");
  if (!command.page.empty()) check_output(command.page, "--report");
}

void write_report(const DoctorCommand& command, const ProgramReport& report, std::FILE* to) {
  const std::string text =
      command.json ? program_json(report) : program_text(report, command.lines);
  const std::string folded = command.json ? text : fold(text, terminal_width());
  if (command.output.empty())
    fmt::print(to, "{}", folded);
  else
    base::write_file_atomically(command.output, folded);
  if (!command.page.empty()) base::write_file_atomically(command.page, program_page(report));
}

// An object of JSON: texts by name.
std::map<std::string, std::string> read_sources(const std::string& path) {
  if (path.empty()) return {};
  constexpr std::uint64_t kMostBytes = 64 << 20;
  const auto bytes = base::read_file(path, kMostBytes);
  try {
    return nlohmann::json::parse(bytes).get<std::map<std::string, std::string>>();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::usage, "--sources is not an object of JSON with texts by name", path,
                R"({"cell 1": "x = 1\n"})");
  }
}

int examine_running(const DoctorCommand& command) {
  check_outputs(command);
  catch_interrupt();
  ExamineProcess options;
  options.process = command.process;
  options.events = command.program.events;
  options.begun = [&] {
    fmt::print(stderr, "Examining process {} until it ends, or Ctrl-C\n", command.process);
  };
  options.stop = interrupted;
  options.sources = [&] { return read_sources(command.sources); };
  write_report(command, examine_process(options), stdout);
  return 0;
}

// Standard output is the program's, so the report goes to standard error or into a file. The exit
// status is the program's, as the shell would have it.
int examine_their_program(const DoctorCommand& command) {
  check_outputs(command);
  const ProgramReport report = examine_program(command.program);
  write_report(command, report, stderr);
  constexpr int kSignalled = 128;
  return report.signal != 0 ? kSignalled + report.signal : report.status;
}

}  // namespace

int doctor(const Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  DoctorCommand command;
  if (dashes != arguments.end()) command.program.command.assign(dashes + 1, arguments.end());
  Options app(
      "Finds what makes numeric programs slow on this machine, the most costly first, and what to "
      "do "
      "about it.",
      "lithe doctor");
  app.add_flag("--json", command.json, "print one JSON object");
  app.add_flag("--all", command.all, "print also what was checked and is fine");
  app.add_option("--blas-folder", command.folders,
                 "look for BLAS libraries in this folder too; may be repeated");
  app.add_option("--mark", command.program.mark,
                 "regular expression for the lines of the program's output that end an epoch");
  app.add_option("--epochs", command.program.epochs,
                 "divide the run of the program into this many epochs")
      ->check(Range(1, 1'000'000));
  app.add_option("--budget", command.program.budget,
                 "seconds for running the program's first epochs again, without and with each "
                 "remedy that can be set from outside; 0: it runs once");
  app.add_flag("--stops", command.program.events,
               "sample the program by stopping its threads for microseconds, as is done where "
               "perf_event_open is refused")
      ->sets(false);
  app.add_option("-o,--output", command.output, "write the report on the program into this file");
  app.add_option("--report", command.page,
                 "write a page about the run of the program into this file, in HTML");
  app.add_flag("--lines", command.lines,
               "print all lines of the program's source that take 0.5% of its time or more");
  app.add_option("--pid", command.process,
                 "examine the process of this number, which runs already, until it ends or Ctrl-C")
      ->check(Range(1, 1 << 30));
  app.add_option(
         "--sources", command.sources,
         "read the texts of its sources that are in no file from this file, in JSON, at the "
         "end: an object of texts by name")
      ->hide();
  app.footer("lithe doctor -- PROGRAM ARGUMENTS runs a program and finds what makes it slow.");
  if (const auto status = parse(app, Arguments(arguments.begin(), dashes))) return *status;
  if (app.count("--pid") > 0) {
    if (dashes == arguments.end()) return examine_running(command);
    throw Error(ErrorKind::usage, "--pid is about a process that runs already", "",
                "lithe doctor --pid NUMBER without a program, or -- PROGRAM without --pid");
  }
  if (dashes == arguments.end()) {
    if (!command.page.empty() || command.lines)
      throw Error(ErrorKind::usage,
                  fmt::format("{} is about a program, and there is none after '--'",
                              command.lines ? "--lines" : "--report"),
                  "", "lithe doctor --report page.html -- python3 train.py");
    return examine_this_machine(command);
  }
  if (command.program.command.empty())
    throw Error(ErrorKind::usage, "no program after '--'", "",
                "lithe doctor -- python3 train.py, or lithe doctor alone for the machine");
  if (!(command.program.budget >= 0))
    throw Error(ErrorKind::usage, "--budget is seconds: 0 or more", "",
                "lithe doctor --budget 60 -- python3 train.py");
  return examine_their_program(command);
}

}  // namespace lithe::app
