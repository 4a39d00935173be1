// What the program's own lines spend the time of its main thread on.
#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "lithe/program_report.h"
#include "program/code_quality.h"
#include "program/place_reader.h"
#include "program/stack_counts.h"

namespace lithe::program {

// Shares of the time of the main thread, by the clock.
struct Spent {
  double all = 0, interpreter = 0, native = 0, system = 0, waiting = 0;
  double unknown = 0;                          // it ran, but was not sampled then
  double collecting = 0;                       // garbage
  std::array<double, kActivities> activity{};  // while it runs; what was not sampled is in none
  std::array<double, kWaits> wait{};

  double operator[](Activity what) const { return activity[static_cast<std::size_t>(what)]; }
  double operator[](Wait what) const { return wait[static_cast<std::size_t>(what)]; }
  void add(const Spent& other, double times = 1);
  void shrink(double to);  // all of it to this part
  // Divides what is unknown as what is known.
  void spread();
};

// Time in code that a compiler could translate better, and what would remain of it.
struct Translated {
  double share = 0;
  double likely = 0, least = 0, most = 0;
  double old = 0, scalar = 0, sums = 0;  // parts of `share`, as in NarrowLoop

  void add(const Translated& other);
  void grow(double factor);
};

struct LineFacts : Spent {
  std::string file, function;
  int line = 0;
  bool python = false;
  std::map<std::string, double> calls;        // the function that the line calls: "json.loads"
  std::map<std::string, double> inside;       // all functions of Python's below it, each once
  std::map<std::string, double> native_code;  // "inflate in libz.so.1"
  Translated unoptimised, narrow;
  // In loops of compiled code over numbers that do not lie side by side, and those of them whose
  // instructions tell that they are far apart.
  double in_steps = 0, in_large_steps = 0;
  // Functions of others between it and the next of the program's own lines that called it, and
  // that line: "pandas.core.apply.apply_standard", called by line 12.
  std::map<std::string, double> around;
  std::map<std::pair<std::string, int>, double> callers;
};

// A line with all that the program's own functions below it take.
struct InclusiveLine {
  double all = 0;
  double depth = 0;  // of its frame among the program's own, 0 for the outermost, on average
};

struct ProgramFacts : Spent {
  double seconds = 0;             // that the shares are of
  int python_minor = 0;           // of CPython 3.x, the x; 0: not Python
  std::vector<LineFacts> lines;   // most costly first
  std::vector<LineFacts> others;  // of other threads and processes, in shares of the same time
  bool later = false;             // the shares are of the epochs after the first
  double wanted = 0;     // threads of Python that run or wait for the interpreter, on average
  double processes = 0;  // others whose first threads run, or wait for a processor, on average
  std::vector<double> memory_rates;  // bytes a second beyond the caches, at some moments
  double alone = 0;                  // the main thread waits and nothing else of the program runs
  std::map<std::tuple<std::string, int, std::string>, InclusiveLine>
      inclusive;  // file, line, function
};

// `main`: the process whose first thread counts.
// `quality` may be null.
ProgramFacts program_facts(const StackCounts& stacks, pid_t main, PlaceReader& places,
                           CodeQuality* quality = nullptr);

// Whether a source file belongs to the program, and not to Python or an installed package.
bool is_own_source(std::string_view path);

// The same of code. The text of `python3 -c` is the program's; functions that libraries make of
// texts have its file name too.
bool is_own_code(const PythonCode& code);

// "json.decoder.raw_decode" of a function in ".../lib/python3.11/json/decoder.py".
std::string python_name(std::string_view file, std::string_view function);

}  // namespace lithe::program
