// Runs a program and profiles it from outside: where its time and memory go, which libraries do its
// matrix products, and what makes it slow.
//
//   auto report = lithe::examine_program({.command = {"python3", "train.py"}});
//   for (const auto& finding : report.findings) std::cout << finding.problem << "\n";
//
// docs/doctor-program.md explains how each figure is measured, and what cannot be measured.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lithe/blas.h"
#include "lithe/machine_report.h"

namespace lithe {

struct ExamineProgram {
  std::vector<std::string> command;  // the program, which is searched in PATH, and its arguments
  // A POSIX extended regular expression, case-insensitive. A line of the program's output that
  // matches it ends an epoch.
  std::string mark = "^epoch";
  int epochs = 0;  // above 0: the run is divided into that many equal epochs, and `mark` is ignored
  // Seconds for running the program's first epochs again, without and with each remedy that sets
  // environment variables, with its output discarded. 0: it runs once.
  double budget = 60;
  // false: sample by stopping threads, which is also done where perf_event_open is refused
  bool events = true;
  // The library to load into the program; empty: the installed one, or the one in the build folder.
  std::filesystem::path preload;
};

// A process that runs already. Of its heap, its products and its epochs nothing is known, and
// nothing is tried.
struct ExamineProcess {
  int process = 0;              // its number
  bool events = true;           // false: not sampled, only its stacks are looked at
  std::function<void()> begun;  // called when the examination has begun; may be empty
  std::function<bool()> stop;   // asked some 200 times a second; true ends the examination
  // Texts of sources that are in no file, such as cells of a notebook, by their names in the
  // program. Called at the end; may be empty.
  std::function<std::map<std::string, std::string>()> sources;
};

// What processor time is spent on.
enum class Activity {
  products,     // matrix products: BLAS, oneDNN, MKL, Eigen
  loops,        // numeric loops: NumPy's ufuncs, PyTorch's kernels, the mathematical library
  copies,       // memcpy, memmove, memset
  allocation,   // malloc, free, and their system calls
  page_faults,  // the system maps pages at their first touch
  interpreter,  // Python, Julia, Node, R, ...
  framework,    // PyTorch's code between a call and its kernel
  waiting,      // threads that spin while they wait for work
  kernel,       // all other time in the system
  monitoring,   // Lithe's own counting in the program
  other,        // the program's own code, and everything unknown
};
inline constexpr int kActivities = 11;

// "products", "page faults", ...
const char* name(Activity activity);

// What a thread that does not run waits for.
enum class Wait {
  none,
  disk,         // reading or writing a file, or a page of one
  sync,         // fsync and similar calls: until the disk has it
  pipe,         // another process at the other end
  child,        // the end of a child process
  lock,         // another thread: a lock, a condition, a barrier
  interpreter,  // the lock of Python's interpreter
  sleep,
  network,
  events,     // poll, select, epoll
  terminal,   // a person
  processor,  // other threads or programs have it
  stopped,
  unknown,
};
inline constexpr int kWaits = 14;

// "a lock", "the disk", ...
const char* name(Wait wait);

struct ActivityShare {
  Activity activity = Activity::other;
  double share = 0;  // of the program's processor time
  // The library or function with the most samples: "libopenblas.so.0", "malloc in libc.so.6".
  std::string mostly;
};

// A line of the program's own source code, with the time that it takes: itself, and all that it
// calls outside the program's own code. Of C extensions the line of Python that calls them.
struct ProgramLine {
  std::string file, function, text;
  int line = 0;
  double share = 0;  // of the time of the program's main thread
  // The parts of `share`: in the interpreter, in compiled code, in the system, and not running.
  double interpreter = 0, native = 0, system = 0, waiting = 0;
  using Shares = std::vector<std::pair<std::string, double>>;  // the largest, of the same time
  Shares calls;   // functions that it calls: "json.loads"
  Shares code;    // compiled code below it: "inflate in libz.so.1"
  Shares around;  // functions of others that called it: "pandas.core.apply.apply_standard"
};

struct WaitShare {
  Wait wait = Wait::none;
  double share = 0;  // of the time of the program's main thread
};

// A part of the run: seconds of the main thread, and memory.
struct TimelineBin {
  std::array<double, kActivities> activity{};  // while it ran
  std::array<double, kWaits> wait{};           // while it did not
  double unknown = 0;                          // it ran, and was not sampled
  // Of all processes together, the most that was seen; pages that two processes share count twice.
  // 0: not read in this part.
  std::uint64_t resident_bytes = 0;
};

// The run in parts of equal length, in order, from the start of the program. There are at most 400
// parts; a long run has longer ones.
struct ProgramTimeline {
  double bin_seconds = 0;
  std::vector<TimelineBin> bins;
};

// A function in the tree of stacks (a flame graph), with all that was called from there.
struct FlameNode {
  enum class Kind {
    program,  // the whole
    own,      // the program's own function, at `line`
    library,  // Python of installed packages and of Python itself
    compiled,
    system,
    waiting,
    rest,  // functions that take less than 0.1% of the whole
  };
  Kind kind = Kind::program;
  std::string name;
  std::string file;  // source file, or the library that has the compiled code
  int line = 0;
  // Of the main thread, with all below: in the whole run, and in the epochs after the first. Time
  // in which other programs had the processor is left out.
  double seconds = 0, later_seconds = 0;
  std::vector<FlameNode> children;  // largest first
};
inline constexpr int kFlameKinds = 7;

// "own", "library", ...
const char* name(FlameNode::Kind kind);

// Lines of a source file around costly ones.
struct SourceExcerpt {
  std::string file;
  int first = 1;  // the number of the first line
  std::vector<std::string> lines;
};

// Heap use of the processes that had the library loaded.
struct HeapUse {
  std::uint64_t calls = 0, bytes = 0, frees = 0;
  std::uint64_t largest = 0;       // bytes of one request
  std::uint64_t maps = 0;          // mmap without a file, called by the program itself
  std::uint64_t mapped_bytes = 0;  // by those
};

// Calls of the BLAS by the processes that had the library loaded.
struct ProductUse {
  std::uint64_t calls = 0;
  std::uint64_t flops32 = 0, flops64 = 0;  // arithmetic operations that they ask for
};

// The time between two marks. The first epoch begins with the program and includes its start-up.
struct ProgramEpoch {
  double seconds = 0;
  std::uint64_t faults = 0;  // pages touched for the first time, by the process that wrote the mark
  HeapUse heap;              // `largest`: of the whole run so far
  ProductUse products;
};

// The factor is the slowdown of the whole program: without the cause it is that many times as fast.
struct ProgramFinding : Finding {
  std::optional<ProgramLine> place;  // the line that has it
  std::string instead;               // what to write there
  double low = 0, high = 0;          // the range of the factor; 0: unknown
  // Environment variables that fix it; an empty value means that the variable must be unset.
  std::vector<std::pair<std::string, std::string>> variables = {};
  bool only_if_tried = false;  // nothing but a trial can show it
  bool tries_a_part = false;   // they do a part of the remedy, so a trial shows the least
  bool tried = false;          // `factor` was measured: the program ran with them and without
};

// How the time was sampled.
enum class Sampling { events, events_of_user, stops, none };

struct ProgramReport {
  std::vector<std::string> command;
  int process = 0;     // that was running already; 0: Lithe started it
  int status = 0;      // its exit status
  int signal = 0;      // that ended it, or 0
  double seconds = 0;  // wall time
  double user_seconds = 0,
         system_seconds = 0;       // of all threads and of the child processes that ended
  double waited_seconds = 0;       // its first thread was runnable and had no processor
  std::uint64_t faults = 0;        // pages touched for the first time
  std::uint64_t memory_bytes = 0;  // largest resident size of one process
  int threads = 1;                 // most at once in one process, as observed
  int processes = 1;
  double processors = 1;  // of this machine, that Lithe may use
  int allowed = 0;        // that its main process may use, if it was seen; 0: unknown

  Sampling sampling = Sampling::none;
  std::uint64_t samples = 0;  // that the shares were computed from
  // Whether the samples are from the epochs after the first, or from the whole run.
  bool shares_of_later_epochs = false;
  std::vector<ActivityShare> shares;  // largest first, none of 0
  // By the clock, of the main thread: lines with 0.5% or more, and what it waits for; largest
  // first.
  std::vector<ProgramLine> lines;
  std::vector<WaitShare> waits;
  bool lines_of_later_epochs = false;  // whether they are of the epochs after the first
  std::vector<SourceExcerpt> sources;  // around `lines`, by file, at most 200 of them
  ProgramTimeline timeline;
  FlameNode flame;  // `seconds` is 0 if nothing was seen

  // Loaded by the program or its child processes: each BLAS, measured (`names` is empty), and the
  // paths of OpenMP runtimes. The last two list the paths loaded in one process, the one with most.
  std::vector<BlasLibrary> blas;
  std::vector<std::string> openmp, blas_in_one_process, openmp_in_one_process;
  std::vector<std::string> missing;  // sentences: what could not be measured, and why

  bool counted = false;  // whether heap calls were counted
  HeapUse heap;          // of the whole run
  ProductUse products;   // of the whole run
  // What the products of a usual epoch, or of the run, need on one core at its measured peak; 0:
  // there were none that were counted.
  double products_need_seconds = 0;
  std::uint64_t peak_bytes = 0;      // of heap alive at once in one process
  std::vector<ProgramEpoch> epochs;  // in order
  bool divided = false;              // the epochs are equal parts of the whole run

  std::vector<ProgramFinding> findings;  // most costly first
};

// The median of each figure over the epochs after the first, or the first epoch if it is the only
// one.
ProgramEpoch usual_epoch(const ProgramReport& report);

// Runs the program to its end with this process's streams and monitors it; then measures the BLAS
// libraries that it loaded, which takes seconds. While the program runs, this process ignores the
// interrupt and quit signals, which the program gets from the terminal, and forwards the signals
// that ask it to terminate. Throws Error(usage) if the program does not exist or cannot be run, or
// if `mark` is not a regular expression; Error(machine) if the system refuses a process.
ProgramReport examine_program(const ExamineProgram& options);

// Examines a running process until it ends or `options.stop` says so; then as examine_program.
// Throws Error(usage) if there is no such process, or this user may not examine it.
ProgramReport examine_process(const ExamineProcess& options);

// The report as one page of HTML that loads nothing: findings, the run over time, a flame graph,
// and the costly lines in their source.
std::string program_page(const ProgramReport& report);

}  // namespace lithe
