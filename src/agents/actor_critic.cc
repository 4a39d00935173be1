#include "agents/actor_critic.h"

#include <algorithm>
#include <numeric>

#include "agents/networks.h"
#include "lithe/cancel.h"

namespace lithe::agents {

namespace {

LearnerOptions learner_options(const Component& sentence, std::size_t environments,
                               const AgentOptions& options) {
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = environments,
          .steps = options.steps / environments,
          .seed = options.seed,
          .threads = options.threads,
          .isa = options.isa};
}

}  // namespace

ActorCritic::ActorCritic(const Component& sentence, const Spaces& spaces, std::size_t environments,
                         const AgentOptions& options)
    : seed_(options.seed),
      columns_(spaces.observation.size()),
      gamma_(sentence.number("gamma")),
      ent_coef_(sentence.number("ent_coef")),
      policy_(make_network(
          {spaces.observation, false, options.network, policy_outputs(spaces), 0.01}, seed_)),
      value_(make_network({spaces.observation, false, options.network, 1, 1}, seed_ + 1)),
      actor_(policy_, spaces, environments, learner_options(sentence, environments, options)),
      value_learner_(value_, learner_options(sentence, environments, options)),
      value_predictor_(value_, environments, options.isa),
      env_rows_(environments),
      log_probs_(environments),
      gradient_(environments),
      td_errors_(environments) {
  std::iota(env_rows_.begin(), env_rows_.end(), 0u);
}

Features ActorCritic::rows(std::span<const float> states) const {
  return {states.data(), ElementType::float32, env_rows_.size(), columns_,
          columns_ * sizeof(float)};
}

void ActorCritic::act(std::span<const float> states, std::span<float> actions) {
  actor_.sample(states, seed_, time_++, actions, log_probs_);
}

// td_error = reward + gamma * value(next state) - value(state)
void ActorCritic::learn(const Step& step) {
  const std::size_t n = env_rows_.size();
  const double share = 1 / static_cast<double>(n);
  const auto next = value_predictor_.run(rows(step.next_states), env_rows_);
  const auto values = value_learner_.forward(rows(step.states), env_rows_);
  value_loss_ = entropy_ = 0;
  for (std::size_t e = 0; e < n; ++e) {
    const double target = static_cast<double>(step.rewards[e]) +
                          (step.terminated[e] ? 0 : gamma_ * static_cast<double>(next[e]));
    const double td_error = target - static_cast<double>(values[e]);
    td_errors_[e] = static_cast<float>(td_error);
    gradient_[e] = static_cast<float>(-td_error * share);
    value_loss_ += td_error * td_error / 2 * share;
  }
  value_learner_.backward(gradient_);
  actor_.learn(
      rows(step.states), step.actions, {env_rows_, env_rows_},
      [&](std::size_t e, const Likelihood& now) {
        entropy_ += now.entropy * share;
        return LossDerivatives{-static_cast<double>(td_errors_[e]) * share, -ent_coef_ * share};
      });
}

void ActorCritic::serialize(Archive& archive) {
  archive.add("policy", policy_);
  archive.add("value", value_);
  archive.add("value.learner", value_learner_);
  actor_.serialize(archive);
  archive.add("time", time_);
}

namespace {

// The agent for a vector of environments.
class ActorCriticAgent final : public Agent {
 public:
  ActorCriticAgent(const Component& sentence, const AgentContext& context)
      : runner_(context.runner),
        core_(sentence, runner_.spaces(), runner_.size(), context.options),
        observations_(runner_.size() * runner_.columns()),
        next_(observations_.size()),
        after_(observations_.size()),
        actions_(runner_.size() * runner_.action_size()) {}

  std::size_t iterate() override;
  Model& policy() override { return core_.policy(); }
  std::string_view action_space() const override { return core_.action_space(); }
  std::span<const Metric> metrics() const override { return metrics_; }
  void serialize(Archive& archive) override { core_.serialize(archive); }

 private:
  VectorEnvRunner& runner_;
  ActorCritic core_;
  // The observations before a step and after it; in `after_` those of the same episode, if a new
  // one has begun.
  std::vector<float> observations_, next_, after_, actions_;
  std::vector<Metric> metrics_ = {{"value_loss", 0}, {"entropy", 0}};
};

std::size_t ActorCriticAgent::iterate() {
  runner_.observe(observations_);
  double loss = 0, entropy = 0;
  std::size_t steps = 0;
  for (; steps < kIterationSteps && !cancelled(); steps += runner_.size()) {
    core_.act(observations_, actions_);
    runner_.step(actions_, next_);
    std::copy(next_.begin(), next_.end(), after_.begin());
    for (std::size_t e = 0; e < runner_.size(); ++e)
      if (runner_.terminated()[e] || runner_.truncated()[e])
        std::copy_n(runner_.last_observation(e), runner_.columns(),
                    after_.data() + e * runner_.columns());
    core_.learn({observations_, actions_, runner_.rewards(), after_, runner_.terminated()});
    std::swap(observations_, next_);
    loss += core_.value_loss(), entropy += core_.entropy();
  }
  const std::size_t updates = std::max<std::size_t>(1, steps / runner_.size());
  metrics_[0].second = loss / static_cast<double>(updates);
  metrics_[1].second = entropy / static_cast<double>(updates);
  return steps;
}

}  // namespace

AgentKind actor_critic() {
  return {{"actor_critic",
           "one-step actor-critic, which learns from every step immediately (Sutton and Barto, "
           "2018, 13.5)",
           {optimizer_argument("optimizer", "adam(1e-3)", "of the policy and the value network"),
            gamma_argument(), ent_coef_argument("0.01")}},
          [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
            return std::make_unique<ActorCriticAgent>(sentence, context);
          }};
}

}  // namespace lithe::agents
