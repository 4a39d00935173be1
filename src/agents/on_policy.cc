#include "agents/on_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agents/memory_check.h"
#include "agents/networks.h"
#include "lithe/cancel.h"
#include "lithe/error.h"

namespace lithe::agents {

namespace {

NetworkSpec spec_of(const AgentContext& context, const OnPolicyOptions& options,
                    std::size_t outputs, double gain) {
  return {.input = context.runner.spaces().observation,
          .standardized = options.normalize_observations,
          .body = context.options.network,
          .outputs = outputs,
          .gain = gain,
          .sequence_length = options.sequence_length > 1 ? options.sequence_length : 0};
}

double variance(std::span<const float> values) {
  double sum = 0, square = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values)
    square += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  return square / static_cast<double>(values.size());
}

LearnerOptions for_one(LearnerOptions options, const ParallelPair& parallel,
                       const OnPolicyOptions& of, std::uint64_t times = 1) {
  options.threads = parallel.threads_each();
  options.steps *= times;
  options.segments = of.sequence_length > 1;
  return options;
}

// Each row holds the observation, once more in sequences, the action and ten more numbers.
std::size_t checked_n_steps(const VectorEnvRunner& runner, const OnPolicyOptions& options) {
  const std::size_t copies = options.sequence_length > 1 ? 2 : 1;
  const std::size_t values = copies * runner.columns() + runner.action_size() + 10;
  check_memory(static_cast<double>(options.n_steps) * static_cast<double>(runner.size()),
               static_cast<double>(values * sizeof(float)), "steps of a rollout", "n_steps");
  return options.n_steps;
}

}  // namespace

std::size_t sequence_length(const AgentContext& context, std::size_t n_steps, std::size_t wanted) {
  if (!has_memory(context.options.network)) return 1;
  if (n_steps % wanted == 0) return wanted;
  throw Error(
      ErrorKind::usage,
      fmt::format("a rollout of {} steps cannot be divided into sequences of {}", n_steps, wanted),
      "sequence_length",
      fmt::format("n_steps={}, say, or a sequence_length that divides it",
                  (n_steps + wanted - 1) / wanted * wanted));
}

std::size_t rollout_rows(const VectorEnvRunner& runner, const OnPolicyOptions& options) {
  return runner.size() * options.n_steps;
}

// The output layer of the policy begins with small weights, so that all actions are about equally
// likely at first.
OnPolicy::OnPolicy(const AgentContext& context, const OnPolicyOptions& options,
                   const LearnerOptions& learner, std::uint64_t value_steps)
    : runner_(context.runner),
      o_(options),
      seed_(context.options.seed),
      rollout_(runner_, checked_n_steps(runner_, o_)),
      parallel_(learner.threads),
      policy_(make_network(spec_of(context, o_, policy_outputs(runner_.spaces()), 0.01), seed_)),
      value_(make_network(spec_of(context, o_, 1, 1), seed_ + 1)),
      values_(make_state_values(value_, runner_, context.options.isa)),
      actor_(policy_, runner_.spaces(), runner_.size(), for_one(learner, parallel_, o_),
             o_.noise_correlation),
      value_learner_(value_, for_one(learner, parallel_, o_, value_steps)),
      sequences_(rollout_, o_.sequence_length, actor_.network().state_size(),
                 values_->state_size()),
      observation_moments_(runner_.columns()),
      return_moments_(1),
      discounted_return_(runner_.size(), 0),
      log_probs_(rollout_.rows()),
      advantages_(rollout_.rows()),
      returns_(rollout_.rows()),
      gradient_(learner.batch * o_.sequence_length) {
  sequences_.let_continue(actor_.learner(), value_learner_);
}

std::size_t OnPolicy::iterate() {
  collect_rollout();
  if (o_.normalize_rewards) normalize_rewards();
  values_->finish(rollout_);
  compute_gae(rollout_.view(), o_.gamma, o_.gae_lambda, advantages_, returns_);
  learn();
  end_if_cancelled();
  if (o_.normalize_observations) update_observation_moments();
  return rollout_.rows();
}

void OnPolicy::collect_rollout() {
  rollout_.begin(runner_);
  values_->begin();
  const std::size_t n = runner_.size();
  for (std::size_t t = 0; t < o_.n_steps; ++t) {
    end_if_cancelled();
    sequences_.note(t, actor_.network(), *values_);
    values_->before(rollout_, t);
    actor_.sample(rollout_.observations(t), seed_, steps_++, rollout_.actions(t),
                  std::span(log_probs_).subspan(t * n, n));
    rollout_.step(runner_, t);
    values_->behind(rollout_, t, runner_);
    for (std::size_t e = 0; e < n; ++e)
      if (rollout_.ended()[t * n + e]) actor_.network().begin(e);
  }
  sequences_.finish();
}

// Divides the rewards by the running standard deviation of the discounted returns.
void OnPolicy::normalize_rewards() {
  const std::span<float> rewards = rollout_.rewards();
  for (std::size_t row = 0; row < rewards.size(); ++row) {
    double& sum = discounted_return_[row % runner_.size()];
    sum = o_.gamma * sum + static_cast<double>(rewards[row]);
    const float current = static_cast<float>(sum);
    return_moments_.add(&current);
    if (rollout_.ended()[row]) sum = 0;
  }
  const float scale = static_cast<float>(1 / return_moments_.deviation(0));
  for (float& reward : rewards) reward *= scale;
}

// Observations are normalized by the moments of all observations up to now, in the `standardize`
// layer of the networks. The moments change after learning, so that they are the same within an
// iteration.
void OnPolicy::update_observation_moments() {
  const Features features = rollout_.features();
  for (std::size_t row = 0; row < rollout_.rows(); ++row)
    observation_moments_.add(reinterpret_cast<const float*>(features.row(row)));
  for (Model* model : {&policy_, &value_}) {
    const StandardizeValues to = standardize_values_of(*model);
    for (std::size_t n = 0; n < runner_.columns(); ++n) {
      to.means[n] = static_cast<float>(observation_moments_.mean(n));
      to.deviations[n] = static_cast<float>(observation_moments_.deviation(n));
    }
  }
}

double OnPolicy::learn_values(const Minibatch& batch) {
  const auto values = value_learner_.forward(sequences_.features(), batch.examples);
  const std::span<const std::uint32_t> rows = batch.rows;
  double loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double error = static_cast<double>(values[i]) - static_cast<double>(returns_[rows[i]]);
    loss += error * error / 2;
    gradient_[i] = static_cast<float>(error / static_cast<double>(rows.size()));
  }
  value_learner_.backward(std::span(gradient_).first(rows.size()));
  return loss;
}

double OnPolicy::explained_variance() const {
  const double total = variance(returns_);
  return total > 0 ? 1 - variance(advantages_) / total : 0;
}

void OnPolicy::serialize(Archive& archive) {
  archive.add("policy", policy_);
  archive.add("value", value_);
  archive.add("value.learner", value_learner_);
  actor_.serialize(archive);
  values_->serialize(archive);
  for (const auto& [name, moments] : {std::pair("observation_moments", &observation_moments_),
                                      std::pair("return_moments", &return_moments_)}) {
    archive.add(fmt::format("{}.means", name), moments->means());
    archive.add(fmt::format("{}.squares", name), moments->squares());
    archive.add(fmt::format("{}.count", name), std::span(&moments->counted(), 1));
  }
  archive.add("discounted_return", std::span(discounted_return_));
  archive.add("steps", steps_);
}

network::Argument n_steps_argument(const char* fallback) {
  return {"n_steps", "steps of each environment in a rollout", network::Type::integer, fallback, 1,
          1 << 20};
}
std::vector<network::Argument> normalization_arguments() {
  return {
      noise_correlation_argument(),
      flag_argument("normalize_observations", "true",
                    "normalize observations by their running mean and standard deviation"),
      flag_argument("normalize_rewards", "true",
                    "divide rewards by the running standard deviation of the discounted returns")};
}

}  // namespace lithe::agents
