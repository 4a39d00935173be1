// Everything that can be told of a machine in some seconds, and what is wrong with it.
//
//   const auto report = lithe::report_machine();
//   for (const auto& finding : report.findings) std::cout << finding.problem << "\n";
#pragma once

#include <string>
#include <vector>

#include "lithe/blas.h"
#include "lithe/machine.h"

namespace lithe {

// All processors that this program may use at once, with a thread each.
struct TogetherLimits {
  int threads = 1;
  double flops_float32 = 0, flops_float64 = 0;  // a second
  double read_memory = 0;                       // bytes a second; 0: there was no memory for it
  // Cycles a second: of one processor, the others being free; and of the slowest of all, right
  // after each did arithmetic at its peak.
  double clock_alone = 0, clock_together = 0;
  // Processors that other programs kept busy meanwhile, and that the host of a virtual machine
  // took.
  double others = 0, stolen = 0;
};

// How a container or service is held back.
struct Quota {
  double processors = 0;       // whose time it is granted; 0: nothing limits it
  double stopped_periods = 0;  // the share of its periods in which it was stopped, so far
};

// An environment variable by which libraries are told how to use threads or which kernels to run.
struct ThreadSetting {
  std::string variable, value, meaning;
  std::string problem;  // what is wrong with it on this machine; mostly empty
};

// Something that makes programs slow here.
struct Finding {
  std::string problem, remedy;  // sentences
  double factor = 0;  // how many times slower it makes what it concerns, as measured; 0: unknown
  std::string name = {};      // of the kind of fault, for programs: "old_kernels", "quota"
  std::string evidence = {};  // what was measured, and how
  // What mends it, one command line after the other, to be copied; empty where no command does.
  std::vector<std::string> commands = {};
  std::string check = {};  // a command line that shows whether it helped
  // What a program must do before it costs anything ("makes numbers below 1e-38"); empty if it
  // costs everyone.
  std::string only_if = {};
  bool estimated = false;  // the factor follows from what is known of processors
};

struct MachineReport {
  MachineIdentity identity;
  Limits limits;  // of one core
  TogetherLimits together;
  double most_clock = 0;  // cycles a second that the system says it may reach; 0: it does not say
  std::string governor;   // the system's rule for choosing a frequency; may be empty
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
