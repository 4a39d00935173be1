// Computes a profile from the records of a training. It reads no clock.
#include "lithe/profile.h"

#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "report/quartiles.h"

namespace lithe {

namespace {

using report::Quartiles;
using report::quartiles;

// The steps of a thread without stamps are assumed to be like its stamped ones.
std::vector<double> scales(const ProfileRecords& records) {
  std::vector<double> result;
  for (const ProfileThread& thread : records.threads) {
    const double stamped = std::accumulate(thread.work.begin(), thread.work.end(), 0.0) +
                           std::accumulate(thread.wait.begin(), thread.wait.end(), 0.0);
    result.push_back(stamped > 0 ? thread.steps / stamped : 0);
  }
  return result;
}

// The sum of one item over the threads.
struct Times {
  double slowest = 0, sum = 0, wait = 0;
  std::size_t threads = 0;  // that worked at it
};

Times times(const ProfileRecords& records, const std::vector<double>& scale, std::size_t item) {
  Times result;
  for (std::size_t t = 0; t < records.threads.size(); ++t) {
    const double work = records.threads[t].work[item] * scale[t];
    result.slowest = std::max(result.slowest, work);
    result.sum += work;
    result.wait += records.threads[t].wait[item] * scale[t];
    result.threads += work > 0;
  }
  return result;
}

// The level of memory that this number of bytes for each thread fits in.
const Bandwidth* level_of(double bytes, const Limits& limits, const std::vector<Cache>& caches) {
  for (std::size_t i = 0; i < limits.read.size(); ++i) {
    const bool fits = i < caches.size() && bytes <= static_cast<double>(caches[i].bytes);
    if (fits || i + 1 == limits.read.size()) return &limits.read[i];
  }
  return nullptr;
}

struct Roofs {
  const Limits& limits;
  const std::vector<Cache>& caches;
  double memory_together;
};

// The bandwidth of a level for this number of threads. The first levels belong to each core. Memory
// and the last-level cache are shared; of the latter only the rate of one core is known.
double together(const Bandwidth& level, const Roofs& roofs, std::size_t threads) {
  const std::size_t levels = roofs.limits.read.size();
  const double one = level.bytes_per_second, each = one * static_cast<double>(threads);
  if (&level == &roofs.limits.read[levels - 1])
    return std::clamp(roofs.memory_together, one, std::max(one, each));
  return levels > 2 && &level == &roofs.limits.read[levels - 2] ? one : each;
}

void hold_against_limit(ProfileRow& row, double peak, const Roofs& roofs) {
  const auto threads = static_cast<double>(row.threads);
  const double arithmetic = peak > 0 ? row.operations / (peak * threads) : 0;
  const Bandwidth* level = level_of(row.bytes / threads, roofs.limits, roofs.caches);
  const double moving = level != nullptr ? row.bytes / together(*level, roofs, row.threads) : 0;
  const double least = std::max(arithmetic, moving);
  if (!(least > 0)) return;
  row.limit = arithmetic >= moving ? "arithmetic" : level->level;
  row.of_limit = row.step > 0 ? least / row.step : 0;
}

ProfileRow make_row(const ProfileRecords& records, const std::vector<double>& scale,
                    std::size_t item, double thread_time) {
  const PlanStage& stage = records.plan.stages[item];
  const Times spent = times(records, scale, item);
  ProfileRow row;
  row.name = stage.name, row.kernel = stage.kernel, row.phase = stage.phase;
  row.threads = std::max<std::size_t>(1, stage.shared ? records.threads.size() : 1);
  row.seconds = spent.slowest;
  row.share = thread_time > 0 ? spent.sum / thread_time : 0;
  row.operations = stage.operations, row.bytes = stage.bytes;
  row.wait = spent.wait / static_cast<double>(records.threads.size());
  if (stage.shared && spent.slowest > 0)
    row.imbalance = 1 - spent.sum / static_cast<double>(records.threads.size()) / spent.slowest;
  std::vector<double> steps;
  for (const ProfileStretch& stretch : records.stretches)
    if (stretch.stamped > 0 && !stretch.traced) steps.push_back(stretch.work[item]);
  const Quartiles q = quartiles(std::move(steps));
  row.step_low = q.low, row.step = q.median, row.step_high = q.high;
  if (std::isnan(row.step)) {  // too short a training
    const auto count = static_cast<double>(std::max<std::size_t>(1, records.steps));
    row.step = row.step_low = row.step_high = row.seconds / count;
  }
  if (row.step > 0) row.flops = row.operations / row.step, row.bandwidth = row.bytes / row.step;
  return row;
}

// Where another thread prepares the next batch, the first thread waits for it at the next barrier,
// at most for the time of the preparation.
double waiting_for_data(const Profile& profile, const ProfileRecords& records,
                        const std::vector<double>& scale) {
  double seconds = 0, beside = 0;
  for (std::size_t i = 0; i < profile.rows.size(); ++i) {
    const double waited = records.threads[0].wait[i] * scale[0];
    seconds += std::min(waited, beside);
    if (records.plan.stages[i].barrier) beside = 0;
    if (profile.rows[i].phase != "read") continue;
    const double own = records.threads[0].work[i] * scale[0];
    seconds += own;
    beside += profile.rows[i].seconds - own;
  }
  // The list of stages repeats, so this is the first barrier of the next step.
  for (std::size_t i = 0; i < profile.rows.size() && beside > 0; ++i)
    if (records.plan.stages[i].barrier) {
      seconds += std::min(records.threads[0].wait[i] * scale[0], beside);
      beside = 0;
    }
  return seconds;
}

double step_of(const ProfileStretch& stretch) {
  return stretch.seconds / static_cast<double>(std::max<std::size_t>(1, stretch.steps));
}

// The median over pairs of neighbouring stretches, of which one is stamped. Stretches that other
// programs delayed are left out: both must be at most 1.5 times as long as the fastest tenth.
Quartiles added_by_stamps(const std::vector<ProfileStretch>& stretches) {
  std::vector<double> steps, added;
  for (const ProfileStretch& stretch : stretches) steps.push_back(step_of(stretch));
  std::sort(steps.begin(), steps.end());
  const double most = steps.empty() ? 0 : 1.5 * steps[steps.size() / 10];
  for (std::size_t i = 0; i + 1 < stretches.size(); ++i) {
    const ProfileStretch &a = stretches[i], &b = stretches[i + 1];
    if (a.steps != b.steps || a.traced || b.traced || (a.stamped == 0) == (b.stamped == 0))
      continue;
    const double without = step_of(a.stamped == 0 ? a : b), with = step_of(a.stamped == 0 ? b : a);
    if (without > 0 && std::max(with, without) <= most) added.push_back(with / without - 1);
  }
  return quartiles(added.size() < 3 ? std::vector<double>{} : added);
}

void measure_cost(Profile& profile, const ProfileRecords& records) {
  std::vector<double> plain;
  double stamped = 0, steps = 0;  // of the stretches with stamps
  for (const ProfileStretch& stretch : records.stretches) {
    if (stretch.stamped == 0) {
      plain.push_back(step_of(stretch));
    } else if (!stretch.traced) {
      stamped += static_cast<double>(stretch.stamped);
      steps += static_cast<double>(stretch.steps);
    }
  }
  const Quartiles all = quartiles(plain);
  profile.step_low = all.low, profile.step = all.median, profile.step_high = all.high;
  const Quartiles cost = added_by_stamps(records.stretches);
  profile.cost_low = cost.low, profile.cost = cost.median, profile.cost_high = cost.high;
  if (profile.step > 0 && steps > 0)
    profile.cost_expected =
        stamped / steps * records.stamps_of_a_step * records.stamp_seconds / profile.step;
}

void add_parts(Profile& profile, const ProfileRecords& records, double waiting, double between) {
  const auto add = [&](const char* name, double seconds) {
    profile.parts.push_back({name, seconds, profile.wall > 0 ? seconds / profile.wall : 0});
  };
  if (profile.threads > 1) add("waiting at barriers", waiting);
  add("the loop between steps", between);
  add("starting a stretch", records.starts);
  add("learning rates of the steps", records.learning_rates);
  add("shuffle", records.shuffle);
  add("results, progress", records.between);
  add("averaging the weights", records.averaging);
  add("evaluation", records.evaluation);
  add("steps that --watch looks at", records.watching);
  add("keeping the profile", records.recording);
}

}  // namespace

Profile make_profile(const ProfileRecords& records, const Limits& limits,
                     const std::vector<Cache>& caches, double memory_together) {
  const Roofs roofs{limits, caches, memory_together};
  Profile p;
  const PlanReport& plan = records.plan;
  p.threads = std::max<std::size_t>(1, records.threads.size());
  p.title = fmt::format("{}, batch {}, {}, {} thread{}",
                        plan.bfloat16 ? "bfloat16" : name(plan.precision), plan.batch, plan.isa,
                        p.threads, p.threads == 1 ? "" : "s");
  p.wall = records.wall, p.epochs = records.epochs;
  p.steps = records.steps, p.stamped = records.stamped;
  p.clock = records.clock;
  const double core =
      plan.precision == Precision::float32 ? limits.flops_float32 : limits.flops_float64;
  const auto peak_of = [&](const PlanStage& stage) {
    return stage.bfloat16 && limits.flops_bfloat16 > 0 ? limits.flops_bfloat16 : core;
  };
  p.peak = core * static_cast<double>(p.threads);
  for (const PlanStage& stage : plan.stages)
    p.peak = std::max(p.peak, peak_of(stage) * static_cast<double>(p.threads));
  for (const Bandwidth& level : limits.read)
    p.roofs.push_back({level.level, together(level, roofs, p.threads)});
  const std::vector<double> scale = scales(records);
  const auto threads = static_cast<double>(p.threads);
  double waiting = 0;
  for (std::size_t i = 0; i < plan.stages.size() && !records.threads.empty(); ++i) {
    p.rows.push_back(make_row(records, scale, i, p.wall * threads));
    hold_against_limit(p.rows.back(), peak_of(plan.stages[i]), roofs);
    waiting += p.rows.back().wait;
  }
  const double between =
      records.threads.empty() ? 0 : times(records, scale, plan.stages.size()).sum / threads;
  add_parts(p, records, waiting, between);
  for (const ProfileRow& row : p.rows) p.accounted += row.share;
  for (const ProfilePart& part : p.parts) p.accounted += part.share;
  p.left_over = 1 - p.accounted;
  if (p.wall > 0 && !records.threads.empty()) {
    p.waiting_for_data = waiting_for_data(p, records, scale) / p.wall;
    p.waiting_at_barriers = waiting / p.wall;
  }
  measure_cost(p, records);
  return p;
}

}  // namespace lithe
