// REINFORCE with a baseline (Williams, "Simple statistical gradient-following algorithms for
// connectionist reinforcement learning", 1992): the gradient of log_prob * (return - baseline),
// over complete episodes.
#include <algorithm>
#include <cmath>

#include "agents/on_policy.h"
#include "lithe/cancel.h"

namespace lithe::agents {

namespace {

using network::Type;

class Reinforce final : public OnPolicy {
 public:
  Reinforce(const Component& sentence, const AgentContext& context)
      : OnPolicy(context, common_of(sentence), learner_options(sentence, context),
                 sentence.integer("value_gradient_steps")),
        value_gradient_steps_(sentence.integer("value_gradient_steps")),
        ent_coef_(sentence.number("ent_coef")) {
    complete_.reserve(rollout().rows());
  }

  std::span<const Metric> metrics() const override { return metrics_; }

 private:
  static OnPolicyOptions common_of(const Component& c) {
    return {c.integer("n_steps"),
            c.number("gamma"),
            1,
            is_true(c, "normalize_observations"),
            is_true(c, "normalize_rewards"),
            c.number("noise_correlation")};
  }
  static LearnerOptions learner_options(const Component& sentence, const AgentContext& context);
  void learn() override;
  void learn_policy(double share);
  void find_complete_episodes();

  std::size_t value_gradient_steps_;
  double ent_coef_;
  std::vector<std::uint32_t> complete_;  // rows of the episodes that ended in the rollout
  enum { kPolicyLoss, kValueLoss, kEntropy, kExplainedVariance };
  std::vector<Metric> metrics_ = {
      {"policy_loss", 0}, {"value_loss", 0}, {"entropy", 0}, {"explained_variance", 0}};
};

LearnerOptions Reinforce::learner_options(const Component& sentence, const AgentContext& context) {
  const std::uint64_t rows = rollout_rows(context.runner, common_of(sentence));
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = rows,
          .steps = (context.options.steps + rows - 1) / rows,
          .seed = context.options.seed,
          .threads = context.options.threads,
          .isa = context.options.isa};
}

// The returns of the other episodes are not known yet.
void Reinforce::find_complete_episodes() {
  complete_.clear();
  const RolloutView view = rollout().view();
  for (std::size_t e = 0; e < view.environments; ++e) {
    bool ends = false;
    for (std::size_t t = view.steps; t-- > 0;) {
      const std::size_t row = t * view.environments + e;
      ends = ends || view.ended[row] != 0;
      if (ends) complete_.push_back(static_cast<std::uint32_t>(row));
    }
  }
  std::sort(complete_.begin(), complete_.end());
}

void Reinforce::learn() {
  for (Metric& metric : metrics_) metric.second = 0;
  find_complete_episodes();
  if (complete_.empty()) return;
  const double share = 1 / static_cast<double>(complete_.size());
  parallel().run_in_parallel(
      [&] { learn_policy(share); },
      [&] {
        for (std::size_t i = 0; i < value_gradient_steps_ && !cancelled(); ++i)
          metrics_[kValueLoss].second = learn_values({complete_, complete_}) * share;
      });
  metrics_[kExplainedVariance].second = explained_variance();
}

void Reinforce::learn_policy(double share) {
  actor().learn(rollout().features(), rollout().all_actions(), {complete_, complete_},
                [&](std::size_t i, const Likelihood& now) {
                  const double advantage = static_cast<double>(advantages()[complete_[i]]);
                  metrics_[kPolicyLoss].second -= advantage * now.log_prob * share;
                  metrics_[kEntropy].second += now.entropy * share;
                  return LossDerivatives{-advantage * share, -ent_coef_ * share};
                });
}

}  // namespace

AgentKind reinforce() {
  AgentKind kind = {
      {"reinforce",
       "policy gradient of complete episodes with a learned baseline (Williams, 1992)",
       {optimizer_argument("optimizer", "adam(3e-3)", "of the policy and the value network"),
        n_steps_argument("1000"),
        gamma_argument(),
        {"value_gradient_steps", "gradient steps of the value network for one of the policy",
         Type::integer, "20", 0, 10'000},
        ent_coef_argument("0")}},
      [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
        return std::make_unique<Reinforce>(sentence, context);
      }};
  for (auto& argument : normalization_arguments())
    kind.declaration.arguments.push_back(std::move(argument));
  return kind;
}

}  // namespace lithe::agents
