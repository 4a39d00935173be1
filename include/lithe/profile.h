// Where the time of a training goes, and how close each part comes to the limit of the machine.
//
//   lithe::Trainer trainer(model, data.train, data.test, {.batch = 10, .profile = true});
//   for (int epoch = 0; epoch < 10; ++epoch) trainer.run_epoch();
//   auto machine = lithe::identify_machine();
//   auto limits = lithe::machine_limits(machine);
//   auto profile = lithe::make_profile(trainer.profile(), machine, limits);
//   std::cout << lithe::profile_table(profile);
//
// Every other stretch of an epoch (a fiftieth of it) is stamped: each thread reads a clock after
// each stage and each wait of a step. The stretches between are not stamped; the difference is what
// stamping costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lithe/machine.h"
#include "lithe/trainer.h"

namespace lithe {

// Seconds that one thread spent in stamped steps: in each stage of the plan, waiting at the barrier
// before it, and, last of `work`, in the loop between two steps.
struct ProfileThread {
  std::vector<double> work, wait;
  double steps = 0;  // in all steps, stamped or not
};

// A stretch of steps that ran without a break.
struct ProfileStretch {
  std::size_t steps = 0, stamped = 0;
  double seconds = 0;  // of the first thread, steps alone
  bool traced = false;
  std::vector<double> work, wait;  // of a stamped step: the slowest thread's work, the mean wait
};

struct ProfileEvent {
  std::size_t thread = 0, step = 0, stage = 0;  // as many as stages: the loop between two steps
  bool waiting = false;
  double begin = 0, end = 0;  // seconds from the first event
};

// What a training has noted.
struct ProfileRecords {
  PlanReport plan;
  std::string clock;
  double stamp_seconds = 0;     // of reading it
  double stamps_of_a_step = 0;  // that the busiest thread makes
  std::size_t epochs = 0, steps = 0, stamped = 0;
  // Of the epochs, begin to end, on the first thread: all of it, and its parts.
  double wall = 0;
  double shuffle = 0;         // a new order
  double learning_rates = 0;  // and what else the updates of a stretch need
  double starts = 0;          // waking the threads, making the first batch of a stretch ready
  double loop = 0;            // the steps
  double between = 0;         // results of a stretch, and whoever watches
  double averaging = 0;       // of the weights
  double evaluation = 0;      // on test and validation examples
  double watching = 0;        // steps that are looked at by a plan of their own, and what they show
  double recording = 0;       // sums of the profile itself
  std::vector<ProfileThread> threads;
  std::vector<ProfileStretch> stretches;  // the latest, in their order
  std::vector<ProfileEvent> events;       // of some steps, by thread
};

// What one operation of the plan costs. Times are estimates over all steps from the stamped ones.
struct ProfileRow {
  std::string name, kernel, phase;
  std::size_t threads = 1;  // that share it
  double seconds = 0;       // of its slowest thread
  double share = 0;         // of the time of all threads, 0 to 1
  double step = 0, step_low = 0,
         step_high = 0;              // seconds a step: median and quartiles of stretches
  double operations = 0, bytes = 0;  // a step; operations of products alone
  double flops = 0, bandwidth = 0;   // a second
  std::string limit;                 // "arithmetic" or the level of memory: "L2"
  double of_limit = 0;               // the time that the limit allows over the time it takes
  double wait = 0;                   // seconds at the barrier before it, mean of the threads
  double imbalance = 0;              // 1 - mean over the threads / slowest
};

struct ProfilePart {
  std::string name;
  double seconds = 0, share = 0;
};

struct ProfileRoof {
  std::string name;  // "L1", "L2", "L3", "memory"
  double bytes_per_second = 0;
};

struct Profile {
  std::string title;  // "float64, batch 10, avx512, 1 thread"
  double wall = 0;
  std::size_t epochs = 0, steps = 0, stamped = 0, threads = 1;
  std::string clock;
  std::vector<ProfileRow> rows;
  std::vector<ProfilePart> parts;  // what is not an operation of the plan, waiting included
  double left_over = 0;            // share of the wall time that none of them has
  double accounted = 0;            // 1 - left_over
  double waiting_for_data = 0;     // share: packing and augmenting, or waiting for who does it
  double waiting_at_barriers = 0;  // share
  double step = 0, step_low = 0, step_high = 0;  // seconds: median and quartiles of stretches
  // What stamping adds to a step, as a share: the median over pairs of neighbouring stretches, one
  // stamped, one not, and its quartiles; not a number if there are fewer than three pairs.
  double cost = 0, cost_low = 0, cost_high = 0;
  double cost_expected = 0;  // stamps a step times what one costs alone
  double peak = 0;           // operations a second of its threads
  std::vector<ProfileRoof> roofs;
  std::optional<std::uint64_t> allocations;   // during the epochs, where the caller counted them
  std::vector<std::string> allocation_sites;  // where from: call stacks, innermost first
};

// `limits` are those of one core of this machine, with the instruction set of the training. If the
// training had several threads, what all cores read from memory at once is measured, which takes
// half a second. Throws Error(machine) if threads are refused.
Profile make_profile(const ProfileRecords& records, const MachineIdentity& machine,
                     const Limits& limits);

// The same as a pure function of measured limits. Arithmetic and what each core has its own cache
// of grow with the threads that share a stage; the last level of cache is taken as measured with
// one core. So is memory, unless `memory_together` says what all cores read at once
// (AllCoresLimits::read_memory; 0: unknown): then n threads that share a stage are taken to read n
// times as much as one, but no more than that.
Profile make_profile(const ProfileRecords& records, const Limits& limits,
                     const std::vector<Cache>& caches, double memory_together = 0);

std::string profile_table(const Profile& profile);  // text, at most 100 characters wide
std::string profile_json(const Profile& profile);
std::string draw_roofline(const Profile& profile);         // SVG
std::string profile_trace(const ProfileRecords& records);  // JSON for Perfetto or Chrome
std::string profile_folded(const Profile& profile);        // stacks, for flame graphs

// What became slower or faster from one profile to another, told from noise by the quartiles of
// each. Throws Error(data) where a text is not what profile_json() writes; `where` names it.
struct ProfileChange {
  std::string name;
  double before = 0, after = 0;  // seconds a step, medians; 0: it is in one of them alone
  double factor = 1;             // after / before
  // More than 3% of it and half a percent of the step, and each median outside the other's
  // quartiles.
  bool certain = false;
};
struct ProfileComparison {
  std::string before, after;           // titles
  ProfileChange step;                  // the whole step
  std::vector<ProfileChange> changes;  // by operation, the largest difference in seconds first
};
Profile read_profile(const std::string& text, const std::string& where);
ProfileComparison compare_profiles(const Profile& before, const Profile& after);
std::string comparison_text(const ProfileComparison& comparison);

}  // namespace lithe
