// A report about this machine, made in some seconds, with findings about what makes programs slow.
//
//   const auto report = lithe::report_machine();
//   for (const auto& finding : report.findings) std::cout << finding.problem << "\n";
#pragma once

#include <string>
#include <vector>

#include "lithe/blas.h"
#include "lithe/machine.h"

namespace lithe {

// The peak of all processors that this program may use, with one thread on each.
struct AllCoresLimits {
  int threads = 1;
  double flops_float32 = 0, flops_float64 = 0;  // a second
  double read_memory = 0;                       // bytes a second; 0: too little memory to measure
  // Cycles a second: of one processor while the others are idle, and of the slowest one right after
  // all of them did arithmetic at their peak.
  double clock_one_core = 0, clock_all_cores = 0;
  // During the measurement: processors kept busy by other programs, and processors taken by the
  // host of a virtual machine.
  double others = 0, stolen = 0;
};

// The quota of processor time of a container or service.
struct Quota {
  double processors = 0;       // whose time it is granted; 0: no quota
  double stopped_periods = 0;  // fraction of the periods so far in which it was stopped
};

// An environment variable that sets the threads or the kernels of libraries.
struct ThreadSetting {
  std::string variable, value, meaning;
  std::string problem;  // what is wrong with it on this machine; usually empty
};

// Something that makes programs slow here.
struct Finding {
  std::string problem, remedy;  // sentences
  double factor = 0;            // the slowdown of what it concerns, as measured; 0: unknown
  std::string name = {};        // of the kind of fault, for scripts: "old_kernels", "quota"
  std::string evidence = {};    // what was measured, and how
  // Command lines that fix it, in order; empty where none does.
  std::vector<std::string> commands = {};
  std::string check = {};  // a command line that shows whether it helped
  // Which programs it concerns ("it makes numbers below 1e-38"); empty if it concerns all of them.
  std::string only_if = {};
  bool estimated = false;  // the factor was derived from the processor's data, not measured
};

struct MachineReport {
  MachineIdentity identity;
  Limits limits;  // of one core
  AllCoresLimits all_cores;
  double most_clock = 0;  // highest cycles a second according to the system; 0: unknown
  std::string governor;   // the system's frequency governor; may be empty
  Quota quota;
  std::vector<std::string> unused_sets;  // instruction sets that no kernel of Lithe's uses
  std::vector<ThreadSetting> settings;
  std::vector<BlasLibrary> blas;
  std::vector<Finding> findings;  // most costly first
};

struct ReportMachine {
  Measure measure = Measure::if_unknown;  // the limits of one core
  FindBlas blas;
};

// Takes some seconds, most of them for the BLAS libraries. Throws Error(machine) if the system
// refuses threads or processes.
MachineReport report_machine(const ReportMachine& options = {});

}  // namespace lithe
