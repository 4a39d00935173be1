// Measures what a remedy brings: runs the first epochs of the program without it and with it, in
// turns, and compares their times.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lithe/program_report.h"
#include "program/launch.h"

namespace lithe::program {

struct Gain {
  double factor = 0, low = 0, high = 0;  // by the medians, and by the runs that were compared
  double fastest = 0;                    // by the fastest run of each, which others disturb least
};

// What a trial of its variables tells of a finding. One that does not help costs nothing.
void take_gain(const Gain& gain, ProgramFinding& finding);

class Trials {
 public:
  // `base`: the environment of all runs, in which the lines of the program are counted. `report`:
  // of the run that was sampled, for the lengths of its epochs. At most options.budget seconds are
  // spent by all trials together.
  Trials(const ExamineProgram& options, Variables base, const ProgramReport& report);
  ~Trials();
  Trials(const Trials&) = delete;
  Trials& operator=(const Trials&) = delete;

  // A program without epochs whose run takes longer than the budget allows is run for a while, and
  // the times are compared in which it came equally far, by the calls of the heap that it made.
  //
  // Where the budget does not suffice for two runs, one with the remedy is compared with the run
  // that was sampled, if no others had the processors then. Nothing where it does not suffice for
  // that, a run fails, or the user interrupts.
  std::optional<Gain> compare(const Variables& remedy);

  // Whether all runs of a comparison were beside other programs, so that it was dropped.
  bool disturbed() const { return all_disturbed_; }

 private:
  double run_seconds() const;  // how long a run will take
  std::optional<double> epoch_seconds(const Variables& remedy);
  std::optional<Gain> compare_with_sampled(const Variables& remedy);
  bool run(const Variables& remedy, double limit);
  std::optional<Gain> compare_pairs(const Variables& remedy);
  std::optional<Gain> compare_progress(const Variables& remedy);

  struct Progress {
    double seconds;
    std::uint64_t calls;  // of the heap
  };
  struct Pair {
    double without, with;
    bool disturbed;
  };
  std::optional<Gain> gain(std::vector<Pair> pairs);

  std::vector<double> later_;  // seconds of each epoch after the first
  bool contended_ = false;     // others had the processors while the program was sampled
  std::vector<double> marks_;  // seconds from the start of the last run to the ends of its epochs
  std::vector<Progress> progress_;  // in the last run
  bool by_progress_ = false, disturbed_ = false, all_disturbed_ = false;
  double run_seconds_ = 0;  // of the last run, if it ended well; otherwise 0

  const ExamineProgram& options_;
  Variables base_;
  double first_ = 0, usual_ = 0;  // seconds of the first epoch, and of each later one
  int epochs_ = 0;                // later ones that are timed; 0: the whole run is
  double left_;                   // seconds of the budget
  struct Signals;
  std::unique_ptr<Signals> signals_;
};

}  // namespace lithe::program
