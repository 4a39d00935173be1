// Proximal policy optimization (Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal policy
// optimization algorithms", 2017), with details that Huang and others found to matter ("The 37
// implementation details of proximal policy optimization", 2022): advantages are normalized in each
// batch, observations and rewards are normalized, the output layer of the policy begins with small
// weights, and truncated episodes are bootstrapped.
#include <algorithm>
#include <cmath>

#include "agents/on_policy.h"
#include "lithe/cancel.h"
#include "train/shuffle.h"

namespace lithe::agents {

namespace {

using network::Type;

class Ppo final : public OnPolicy {
 public:
  Ppo(const Component& sentence, const AgentContext& context)
      : OnPolicy(context, common_of(sentence, context), learner_options(sentence, context)),
        batch_(learner_options(sentence, context).batch),
        n_epochs_(sentence.integer("n_epochs")),
        clip_range_(sentence.number("clip_range")),
        ent_coef_(sentence.number("ent_coef")),
        order_(sequences().size()) {
    for (std::vector<std::uint32_t>* rows : {&policy_rows_, &value_rows_})
      rows->reserve(batch_ * sequences().length());
  }

  std::span<const Metric> metrics() const override { return metrics_; }
  void serialize(Archive& archive) override {
    OnPolicy::serialize(archive);
    archive.add("shuffles", shuffles_);
  }

 private:
  static OnPolicyOptions common_of(const Component& c, const AgentContext& context);
  static LearnerOptions learner_options(const Component& sentence, const AgentContext& context);
  void learn() override;
  template <class Learn>
  void each_batch(std::vector<std::uint32_t>& rows, const Learn& learn) const;
  void learn_policy(const Minibatch& batch);

  std::size_t batch_, n_epochs_;  // batch_: examples of a step
  double clip_range_, ent_coef_;
  std::vector<std::uint32_t> order_, policy_rows_, value_rows_;
  std::uint64_t shuffles_ = 0;
  // Sums over the examples of an iteration; at its end, means.
  enum { kPolicyLoss, kValueLoss, kEntropy, kApproxKl, kClipFraction, kExplainedVariance };
  std::vector<Metric> metrics_ = {{"policy_loss", 0},   {"value_loss", 0},
                                  {"entropy", 0},       {"approx_kl", 0},
                                  {"clip_fraction", 0}, {"explained_variance", 0}};
};

OnPolicyOptions Ppo::common_of(const Component& c, const AgentContext& context) {
  return {c.integer("n_steps"),
          c.number("gamma"),
          c.number("gae_lambda"),
          is_true(c, "normalize_observations"),
          is_true(c, "normalize_rewards"),
          c.number("noise_correlation"),
          sequence_length(context, c.integer("n_steps"), c.integer("sequence_length"))};
}

LearnerOptions Ppo::learner_options(const Component& sentence, const AgentContext& context) {
  const OnPolicyOptions common = common_of(sentence, context);
  const std::uint64_t rows = rollout_rows(context.runner, common);
  const std::uint64_t iterations = (context.options.steps + rows - 1) / rows;
  const std::uint64_t examples = rows / common.sequence_length;
  const std::uint64_t wanted = sentence.integer("batch_size") / common.sequence_length;
  const std::uint64_t batch = std::clamp<std::uint64_t>(wanted, 1, examples);
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = batch,
          .steps = iterations * sentence.integer("n_epochs") * ((examples + batch - 1) / batch),
          .seed = context.options.seed,
          .threads = context.options.threads,
          .isa = context.options.isa};
}

void Ppo::learn() {
  for (Metric& metric : metrics_) metric.second = 0;
  for (std::size_t epoch = 0; epoch < n_epochs_ && !cancelled(); ++epoch) {
    train::shuffle(order_, seed(), ++shuffles_);
    parallel().run_in_parallel(
        [&] { each_batch(policy_rows_, [&](const Minibatch& batch) { learn_policy(batch); }); },
        [&] {
          each_batch(value_rows_, [&](const Minibatch& batch) {
            metrics_[kValueLoss].second += learn_values(batch);
          });
        });
  }
  for (Metric& metric : metrics_)
    metric.second /= static_cast<double>(n_epochs_ * rollout().rows());
  metrics_[kExplainedVariance].second = explained_variance();
}

template <class Learn>
void Ppo::each_batch(std::vector<std::uint32_t>& rows, const Learn& learn) const {
  const std::span<const std::uint32_t> order(order_);
  for (std::size_t first = 0; first < order.size() && !cancelled(); first += batch_)
    learn(
        sequences().minibatch(order.subspan(first, std::min(batch_, order.size() - first)), rows));
}

// The mean and the standard deviation of the advantages of a batch.
std::pair<double, double> moments(std::span<const float> values,
                                  std::span<const std::uint32_t> rows) {
  double sum = 0, square = 0;
  for (const std::uint32_t row : rows) sum += static_cast<double>(values[row]);
  const double mean = sum / static_cast<double>(rows.size());
  for (const std::uint32_t row : rows) {
    const double difference = static_cast<double>(values[row]) - mean;
    square += difference * difference;
  }
  return {mean, std::sqrt(square / static_cast<double>(rows.size())) + 1e-8};
}

// The objective of one example is min(ratio * A, clip(ratio) * A), where ratio is the probability
// of the action divided by its probability in the rollout. The gradient is 0 if the second is
// smaller.
void Ppo::learn_policy(const Minibatch& batch) {
  const std::span<const std::uint32_t> rows = batch.rows;
  const auto [mean, deviation] = moments(advantages(), rows);
  const double share = 1 / static_cast<double>(rows.size());
  const auto derive = [&, mean = mean, deviation = deviation](std::size_t i,
                                                              const Likelihood& now) {
    const double advantage = (static_cast<double>(advantages()[rows[i]]) - mean) / deviation;
    const double log_ratio = now.log_prob - static_cast<double>(log_probs()[rows[i]]);
    const double ratio = std::exp(log_ratio);
    const double clipped = std::clamp(ratio, 1 - clip_range_, 1 + clip_range_);
    metrics_[kPolicyLoss].second -= std::min(ratio * advantage, clipped * advantage);
    metrics_[kEntropy].second += now.entropy;
    metrics_[kApproxKl].second += ratio - 1 - log_ratio;
    metrics_[kClipFraction].second += ratio != clipped;
    const bool flat = clipped * advantage < ratio * advantage;
    return LossDerivatives{flat ? 0 : -advantage * ratio * share, -ent_coef_ * share};
  };
  actor().learn(sequences().features(), rollout().all_actions(), batch, derive);
}

}  // namespace

AgentKind ppo() {
  constexpr double kMany = 1 << 20;
  AgentKind kind = {
      {"ppo",
       "proximal policy optimization (Schulman and others, 2017)",
       {optimizer_argument("optimizer", "adam(3e-4, epsilon=1e-5, clip_norm=0.5)",
                           "of the policy and the value network"),
        n_steps_argument("2048"),
        {"batch_size", "steps of the rollout in a gradient step", Type::integer, "64", 1, kMany},
        {"n_epochs", "passes over the rollout", Type::integer, "10", 1, 1000},
        gamma_argument(),
        fraction_argument("gae_lambda", "0.95",
                          "of generalized advantage estimation (Schulman and others, 2016)"),
        {"clip_range", "the probability ratio is clipped to 1 - clip_range and 1 + clip_range",
         Type::number, "0.2", 0, 1e6, true},
        ent_coef_argument("0")}},
      [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
        return std::make_unique<Ppo>(sentence, context);
      },
      /*takes_memory=*/true};
  for (auto& argument : normalization_arguments())
    kind.declaration.arguments.push_back(std::move(argument));
  kind.declaration.arguments.push_back(
      {"sequence_length",
       "steps of a sequence that a network with rnn, lstm or gru learns from; its gradient goes "
       "back through them",
       Type::integer, "32", 2, kMany});
  return kind;
}

}  // namespace lithe::agents
