// A program of the user's, run and looked into: what it spends its time and memory on, which
// libraries multiply for it, and what makes it slow.
//
//   auto report = lithe::examine_program({.command = {"python3", "train.py"}});
//   for (const auto& finding : report.findings) std::cout << finding.problem << "\n";
//
// docs/doctor-program.md says how each figure comes about, and what is not seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "lithe/blas.h"
#include "lithe/machine_report.h"

namespace lithe {

struct ExamineProgram {
  std::vector<std::string> command;  // the program, looked for in PATH, and its arguments
  // A regular expression (extended, as of POSIX; letters of either case). A line of the program's
  // output that it is found in ends an epoch.
  std::string mark = "^epoch";
  int epochs = 0;        // above 0: the whole run is divided by it, and no line is looked for
  bool try_out = false;  // run the program again with each remedy that is an environment variable
  bool events = true;    // false: sample by timers, as where the system refuses perf_event_open
  // The library that is loaded into the program; empty: where it was installed, or built.
  std::filesystem::path preload;
};

// What processor time goes into.
enum class Activity {
  products,     // matrix products: BLAS, oneDNN, MKL, Eigen
  loops,        // numeric loops: NumPy's ufuncs, PyTorch's kernels, the mathematical library
  copies,       // memcpy and its relatives
  allocation,   // malloc, free, and the system calls by which they get and return memory
  page_faults,  // the system hands out pages at their first touch
  interpreter,  // Python, Julia, Node, R, ...
  framework,    // PyTorch's way from a call to its kernel and back
  waiting,      // threads that spin for work
  kernel,       // the rest of the system's time
  watching,     // Lithe's own counting in the program
  other,        // the program's own code and everything else
};
inline constexpr int kActivities = 11;

// "products", "page faults", ...
const char* name(Activity activity);

struct ActivityShare {
  Activity activity = Activity::other;
  double share = 0;  // of the program's processor time
  // The library or function where most of it was spent: "libopenblas.so.0", "malloc in libc.so.6".
  std::string mostly;
};

// What was asked of the heap; only by those processes that had the library loaded.
struct HeapUse {
  std::uint64_t calls = 0, bytes = 0, frees = 0;
  std::uint64_t largest = 0;       // bytes asked for at once
  std::uint64_t maps = 0;          // mmap without a file, called by the program itself
  std::uint64_t mapped_bytes = 0;  // by those
};

// Between two marks. The first begins with the program, so loading and reading are in it.
struct ProgramEpoch {
  double seconds = 0;
  std::uint64_t faults = 0;  // pages touched for the first time, by the process that wrote the mark
  HeapUse heap;              // `largest` is of the run so far
};

// Its factor is how many times slower it makes the program.
struct ProgramFinding : Finding {
  bool at_most = false;  // the factor is the most that can be gained, not what was measured
  // Environment variables that mend it, those with an empty value by being unset; none where there
  // are none. And how many times as fast the program ran with them; 0: it was not tried.
  std::vector<std::pair<std::string, std::string>> variables = {};
  double tried = 0;
};

// How the time was sampled.
enum class Sampling { events, events_of_user, timers, none };

struct ProgramReport {
  std::vector<std::string> command;
  int status = 0;                               // its exit status
  int signal = 0;                               // that ended it; 0: none did
  double seconds = 0;                           // by the clock
  double user_seconds = 0, system_seconds = 0;  // of all its threads and processes that ended
  // In which its first thread could have run and had no processor.
  double waited_seconds = 0;
  std::uint64_t faults = 0;        // pages touched for the first time
  std::uint64_t memory_bytes = 0;  // most resident at once, in one process
  int threads = 1;                 // most at once, in one process, as seen
  int processes = 1;
  double processors = 1;  // that it may use

  Sampling sampling = Sampling::none;
  std::uint64_t samples = 0;  // that the shares are of
  // Whether those are of the time after the first epoch, or of the whole run.
  bool shares_of_later_epochs = false;
  std::vector<ActivityShare> shares;  // largest first, none of 0

  // What it and the programs that it started loaded: each BLAS, tried (`names` is empty), and paths
  // of OpenMP runtimes; and those paths of either that were in one process together, in the one
  // that had most.
  std::vector<BlasLibrary> blas;
  std::vector<std::string> openmp, blas_together, openmp_together;
  std::vector<std::string> missing;  // what could not be seen, and why: sentences

  bool counted = false;              // whether the heap was
  HeapUse heap;                      // of the whole run
  std::uint64_t peak_bytes = 0;      // of heap alive at once in one process
  std::vector<ProgramEpoch> epochs;  // the first apart from those that follow
  bool divided = false;              // the epochs are the whole run in equal parts

  std::vector<ProgramFinding> findings;  // most costly first
};

// The median of each figure over the epochs but the first; of the first if there is no other.
ProgramEpoch usual_epoch(const ProgramReport& report);

// Runs the program to its end with this process's streams, and looks into it meanwhile; then tries
// the BLAS libraries that it loaded (seconds). While it runs, this process ignores the interrupt
// and quit signals, which reach the program by themselves, and passes on those that ask it to end.
// Throws Error(usage) if there is no such program or it cannot be run, if `mark` is no regular
// expression; Error(machine) if the system refuses a process.
ProgramReport examine_program(const ExamineProgram& options);

}  // namespace lithe
