#include "agents/off_policy.h"

#include <numeric>

namespace lithe::agents {

namespace {

constexpr std::size_t kRound = 1000;  // steps of all environments together

}  // namespace

OffPolicy::OffPolicy(World& world, const OffPolicyOptions& options)
    : world_(world),
      o_(options),
      replay_({o_.memory, world.columns(), world.numbers(), o_.priority}),
      together_(o_.steps, world.size(), world.columns(), world.numbers(), o_.discount),
      seen_(world.size() * world.columns()),
      next_(seen_.size()),
      actions_(world.size() * world.numbers()),
      everyone_(world.size()) {
  std::iota(everyone_.begin(), everyone_.end(), 0u);
}

Features OffPolicy::shown() const {
  return {seen_.data(), ElementType::float32, world_.size(), world_.columns(),
          world_.columns() * sizeof(float)};
}

std::span<float> OffPolicy::action(std::size_t environment) {
  return std::span(actions_).subspan(environment * world_.numbers(), world_.numbers());
}

std::size_t OffPolicy::round() {
  begin_round();
  const std::uint64_t learned = learned_, steps = steps_;
  world_.observe(seen_);
  while (steps_ - steps < kRound) {
    act();
    ++time_;
    remember();
    std::swap(seen_, next_);
    const std::uint64_t due = steps_ / o_.every;
    steps_ += world_.size();
    for (std::uint64_t i = due; i < steps_ / o_.every && enough(); ++i) {
      learn();
      ++learned_;
    }
  }
  end_round(learned_ - learned);
  return steps_ - steps;
}

void OffPolicy::remember() {
  world_.step(actions_, next_);
  const std::size_t columns = world_.columns();
  for (std::size_t e = 0; e < world_.size(); ++e) {
    const bool terminated = world_.terminated()[e] != 0;
    const bool ended = terminated || world_.truncated()[e] != 0;
    const float* next = ended ? world_.last_observation(e) : next_.data() + e * columns;
    together_.add({e,
                   {seen_.data() + e * columns, action(e).data(), world_.rewards()[e], next, 0},
                   terminated,
                   ended},
                  replay_);
  }
}

void OffPolicy::visit(Archive& archive) {
  replay_.visit(archive);
  together_.visit(archive);
  archive.add("time", time_);
  archive.add("steps", steps_);
  archive.add("learned", learned_);
}

}  // namespace lithe::agents
