#include "agents/on_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/memory.h"
#include "agents/networks.h"

namespace lithe::agents {

namespace {

NetworkForm form_of(const Setting& setting, bool standardized, std::size_t outputs, double gain) {
  return {setting.world.spaces().observation, standardized, setting.options.network, outputs, gain};
}

double variance(std::span<const float> values) {
  double sum = 0, square = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values)
    square += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  return square / static_cast<double>(values.size());
}

LearnerOptions of_one(LearnerOptions learning, const PairOfHands& hands, std::uint64_t times = 1) {
  learning.threads = hands.threads_each();
  learning.steps *= times;
  return learning;
}

// Of each step of an environment what is seen, what is done, and nine numbers beside.
std::size_t horizon_that_fits(const World& world, std::size_t horizon) {
  check_room(static_cast<double>(horizon) * static_cast<double>(world.size()),
             static_cast<double>((world.columns() + world.numbers() + 9) * sizeof(float)),
             "steps of a round", "horizon");
  return horizon;
}

}  // namespace

std::size_t rows_of_round(const World& world, const OnPolicyOptions& options) {
  return world.size() * options.horizon;
}

// The last layer of the policy is small, so that all actions are tried at first.
OnPolicy::OnPolicy(const Setting& setting, const OnPolicyOptions& options,
                   const LearnerOptions& learning, std::uint64_t value_steps)
    : world_(setting.world),
      o_(options),
      seed_(setting.options.seed),
      rollout_(world_, horizon_that_fits(world_, o_.horizon)),
      hands_(learning.threads),
      policy_(make_network(
          form_of(setting, o_.normalize_observations, outputs_of_policy(world_.spaces()), 0.01),
          seed_)),
      value_(make_network(form_of(setting, o_.normalize_observations, 1, 1), seed_ + 1)),
      value_predictor_(value_, kValueBatch, setting.options.isa),
      actor_(policy_, world_.spaces(), world_.size(), of_one(learning, hands_), o_.persistence),
      value_learner_(value_, of_one(learning, hands_, value_steps)),
      seen_(world_.columns()),
      gains_(1),
      gain_(world_.size(), 0),
      log_densities_(rollout_.rows()),
      advantages_(rollout_.rows()),
      returns_(rollout_.rows()),
      gradient_(learning.batch) {}

std::size_t OnPolicy::round() {
  act();
  if (o_.normalize_rewards) scale_rewards();
  rollout_.value_all(value_predictor_);
  estimate_advantages(rollout_.happened(), o_.discount, o_.lambda, advantages_, returns_);
  learn();
  if (o_.normalize_observations) note_observations();
  return rollout_.rows();
}

void OnPolicy::act() {
  rollout_.begin(world_);
  const std::size_t n = world_.size();
  for (std::size_t t = 0; t < o_.horizon; ++t) {
    actor_.sample(rollout_.observations(t), seed_, steps_++, rollout_.actions(t),
                  std::span(log_densities_).subspan(t * n, n));
    rollout_.step(world_, t, value_predictor_);
  }
}

// Rewards are divided by the deviation of what they add up to, discounted.
void OnPolicy::scale_rewards() {
  const std::span<float> rewards = rollout_.rewards();
  for (std::size_t row = 0; row < rewards.size(); ++row) {
    double& gain = gain_[row % world_.size()];
    gain = o_.discount * gain + static_cast<double>(rewards[row]);
    const float known = static_cast<float>(gain);
    gains_.add(&known);
    if (rollout_.ended()[row]) gain = 0;
  }
  const float scale = static_cast<float>(1 / gains_.deviation(0));
  for (float& reward : rewards) reward *= scale;
}

// What was learned from is the past of what will be seen: states are brought to mean 0 and
// deviation 1 by all that were seen up to now. The networks know nothing else of it.
void OnPolicy::note_observations() {
  const Features features = rollout_.features();
  for (std::size_t row = 0; row < rollout_.rows(); ++row)
    seen_.add(reinterpret_cast<const float*>(features.row(row)));
  for (Model* model : {&policy_, &value_}) {
    const Standardization to = standardization_of(*model);
    for (std::size_t n = 0; n < world_.columns(); ++n) {
      to.means[n] = static_cast<float>(seen_.mean(n));
      to.deviations[n] = static_cast<float>(seen_.deviation(n));
    }
  }
}

double OnPolicy::learn_values(std::span<const std::uint32_t> rows) {
  const auto values = value_learner_.forward(rollout_.features(), rows);
  double loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double error = static_cast<double>(values[i]) - static_cast<double>(returns_[rows[i]]);
    loss += error * error / 2;
    gradient_[i] = static_cast<float>(error / static_cast<double>(rows.size()));
  }
  value_learner_.backward(std::span(gradient_).first(rows.size()));
  return loss;
}

double OnPolicy::foreseen() const {
  const double all = variance(returns_);
  return all > 0 ? 1 - variance(advantages_) / all : 0;
}

void OnPolicy::visit(Archive& archive) {
  archive.add("policy", policy_);
  archive.add("value", value_);
  archive.add("value.learner", value_learner_);
  actor_.visit(archive);
  for (const auto& [name, moments] : {std::pair("seen", &seen_), std::pair("gains", &gains_)}) {
    archive.add(fmt::format("{}.means", name), moments->means());
    archive.add(fmt::format("{}.squares", name), moments->squares());
    archive.add(fmt::format("{}.count", name), std::span(&moments->counted(), 1));
  }
  archive.add("gain", std::span(gain_));
  archive.add("steps", steps_);
}

network::Argument horizon_argument(const char* fallback) {
  return {"horizon", "steps of each environment in a round", network::Type::integer, fallback, 1,
          1 << 20};
}
network::Argument discount_argument() {
  return share_argument("discount", "0.99", "what a reward is worth a step later");
}
std::vector<network::Argument> late_arguments() {
  return {persistence_argument(),
          yes_or_no("normalize_observations", "true",
                    "bring what is observed to mean 0 and deviation 1"),
          yes_or_no("normalize_rewards", "true", "bring what rewards add up to to deviation 1")};
}

}  // namespace lithe::agents
