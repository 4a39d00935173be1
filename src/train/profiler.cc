#include "train/profiler.h"

#include <algorithm>
#include <limits>

namespace lithe::train {

namespace {

// The share of a step that stamps may add.
constexpr double kCost = 0.01;
// The first stamped stretches are traced, each in the place of the one before: the last of them has
// warm caches.
constexpr std::size_t kTraced = 4;

constexpr std::size_t ring_size(std::size_t items) {
  constexpr std::size_t kBytes = 4 << 20, kLeast = 64, kMost = 1024;
  return std::clamp(kBytes / (items * 2 * sizeof(std::uint64_t)), kLeast, kMost);
}

// Beginning and end of a step, and after each wait and each piece of work.
double stamps(const plan::Description& plan) {
  double count = 2;
  for (const plan::StageInfo& stage : plan.stages)
    count += stage.barrier && plan.threads > 1 ? 2 : 1;
  return count;
}

double seconds(std::uint64_t ticks, double tick) {
  return static_cast<double>(static_cast<std::int64_t>(ticks)) * tick;
}

}  // namespace

Profiler::Profiler(base::TickClock clock, const plan::Description& plan)
    : clock_(clock),
      length_(clock),
      tick_at_first_(length_.seconds()),
      stamp_seconds_(base::stamp_seconds(clock)),
      stamps_of_a_step_(stamps(plan)),
      items_(plan.stages.size() + 1),
      recorder_(clock, plan.threads, plan.stages.size()),
      least_step_(std::numeric_limits<double>::infinity()),
      work_(plan.threads * items_),
      wait_(plan.threads * items_),
      thread_steps_(plan.threads),
      ring_(ring_size(items_)),
      ring_work_(ring_.size() * items_),
      ring_wait_(ring_.size() * items_) {}

std::uint64_t Profiler::since_last() {
  const std::uint64_t now = clock_.now(), passed = now - last_;
  last_ = now;
  return passed;
}

void Profiler::begin_epoch() {
  ++epochs_;
  in_epoch_ = 0;
  epoch_from_ = last_ = clock_.now();
}

void Profiler::end_epoch() { wall_ += clock_.now() - epoch_from_; }

void Profiler::end(Part part) { parts_[static_cast<std::size_t>(part)] += since_last(); }

// Every other stretch is stamped, and the other ones in the next epoch; in a stretch as many steps
// as are cheap enough. The distance is odd, so that both buffers that a plan packs ahead into
// occur.
plan::Stamping Profiler::next_stamping() const {
  if ((in_epoch_ + epochs_) % 2 != 0) return {};
  std::size_t every = 1;
  while (stamps_of_a_step_ * stamp_seconds_ > kCost * least_step_ * static_cast<double>(every))
    every += 2;
  return {every, stamped_stretches_ < kTraced};
}

void Profiler::begin_stretch() {
  recorder_.stamping = next_stamping();
  ++in_epoch_;
}

void Profiler::end_stretch(std::size_t steps) {
  const std::uint64_t run = since_last();
  const plan::Recorder::Thread& first = recorder_.thread(0);
  const std::uint64_t loop = first.steps_until - first.steps_from;
  starts_ += run - loop;
  loop_ += loop;
  steps_ += steps;
  stamped_ += first.stamped;
  const bool stamped = recorder_.stamping.every != 0;
  if (!stamped)
    least_step_ = std::min(least_step_, seconds(loop, tick_at_first_) /
                                            static_cast<double>(std::max<std::size_t>(1, steps)));
  for (std::size_t t = 0; t < recorder_.threads().size(); ++t) {
    const plan::Recorder::Thread& thread = recorder_.thread(t);
    thread_steps_[t] += thread.steps_until - thread.steps_from;
    for (std::size_t i = 0; i < items_ && stamped; ++i) {
      work_[t * items_ + i] += thread.work[i];
      wait_[t * items_ + i] += thread.wait[i];
    }
  }
  keep({steps, first.stamped, loop, stamped && recorder_.stamping.trace});
  stamped_stretches_ += stamped;
  recording_ += since_last();
}

void Profiler::keep(const Stretch& stretch) {
  const std::size_t at = kept_++ % ring_.size();
  ring_[at] = stretch;
  for (std::size_t i = 0; i < items_ && stretch.stamped > 0; ++i) {
    std::uint64_t work = 0, wait = 0;
    for (const plan::Recorder::Thread& thread : recorder_.threads()) {
      work = std::max(work, thread.work[i]);
      wait += thread.wait[i];
    }
    ring_work_[at * items_ + i] = work;
    ring_wait_[at * items_ + i] = wait;
  }
}

std::vector<ProfileStretch> Profiler::stretches(double tick) const {
  std::vector<ProfileStretch> result;
  const std::size_t count = std::min(kept_, ring_.size());
  const auto threads = static_cast<double>(recorder_.threads().size());
  for (std::size_t k = kept_ - count; k < kept_; ++k) {
    const std::size_t at = k % ring_.size();
    const Stretch& s = ring_[at];
    ProfileStretch one{s.steps, s.stamped, seconds(s.ticks, tick), s.traced, {}, {}};
    const double each = tick / static_cast<double>(std::max<std::uint64_t>(1, s.stamped));
    for (std::size_t i = 0; i < items_ && s.stamped > 0; ++i) {
      one.work.push_back(seconds(ring_work_[at * items_ + i], each));
      one.wait.push_back(seconds(ring_wait_[at * items_ + i], each / threads));
    }
    result.push_back(std::move(one));
  }
  return result;
}

std::vector<ProfileEvent> Profiler::events(double tick) const {
  std::vector<ProfileEvent> result;
  std::uint64_t first = ~std::uint64_t{0};
  for (const auto& thread : recorder_.threads())
    if (thread.event_count > 0) first = std::min(first, thread.events[0].begin);
  for (std::size_t t = 0; t < recorder_.threads().size(); ++t) {
    const plan::Recorder::Thread& thread = recorder_.threads()[t];
    for (std::size_t i = 0; i < thread.event_count; ++i) {
      const plan::Event& e = thread.events[i];
      result.push_back({t, e.step, e.stage, e.waiting, seconds(e.begin - first, tick),
                        seconds(e.end - first, tick)});
    }
  }
  return result;
}

ProfileRecords Profiler::records(PlanReport plan) const {
  const double tick = length_.seconds();
  const auto part = [&](Part p) { return seconds(parts_[static_cast<std::size_t>(p)], tick); };
  ProfileRecords r;
  r.plan = std::move(plan);
  r.clock = clock_.name;
  r.stamp_seconds = stamp_seconds_;
  r.stamps_of_a_step = stamps_of_a_step_;
  r.epochs = epochs_, r.steps = steps_, r.stamped = stamped_;
  r.wall = seconds(wall_, tick);
  r.shuffle = part(Part::shuffle), r.learning_rates = part(Part::learning_rates),
  r.between = part(Part::between);
  r.averaging = part(Part::averaging), r.evaluation = part(Part::evaluation);
  r.watching = part(Part::watching);
  r.starts = seconds(starts_, tick), r.loop = seconds(loop_, tick);
  r.recording = seconds(recording_, tick);
  for (std::size_t t = 0; t < thread_steps_.size(); ++t) {
    ProfileThread thread;
    for (std::size_t i = 0; i < items_; ++i) {
      thread.work.push_back(seconds(work_[t * items_ + i], tick));
      thread.wait.push_back(seconds(wait_[t * items_ + i], tick));
    }
    thread.steps = seconds(thread_steps_[t], tick);
    r.threads.push_back(std::move(thread));
  }
  r.stretches = stretches(tick);
  r.events = events(tick);
  return r;
}

}  // namespace lithe::train
