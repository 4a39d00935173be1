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
      : OnPolicy(context, common_of(sentence), learner_options(sentence, context)),
        batch_size_(sentence.integer("batch_size")),
        n_epochs_(sentence.integer("n_epochs")),
        clip_range_(sentence.number("clip_range")),
        ent_coef_(sentence.number("ent_coef")),
        order_(rollout().rows()) {}

  std::span<const Metric> metrics() const override { return metrics_; }
  void serialize(Archive& archive) override {
    OnPolicy::serialize(archive);
    archive.add("shuffles", shuffles_);
  }

 private:
  static OnPolicyOptions common_of(const Component& c);
  static LearnerOptions learner_options(const Component& sentence, const AgentContext& context);
  void learn() override;
  template <class Learn>
  void each_batch(const Learn& learn) const;
  void learn_policy(std::span<const std::uint32_t> rows);

  std::size_t batch_size_, n_epochs_;
  double clip_range_, ent_coef_;
  std::vector<std::uint32_t> order_;
  std::uint64_t shuffles_ = 0;
  // Sums over the examples of an iteration; at its end, means.
  enum { kPolicyLoss, kValueLoss, kEntropy, kApproxKl, kClipFraction, kExplainedVariance };
  std::vector<Metric> metrics_ = {{"policy_loss", 0},   {"value_loss", 0},
                                  {"entropy", 0},       {"approx_kl", 0},
                                  {"clip_fraction", 0}, {"explained_variance", 0}};
};

OnPolicyOptions Ppo::common_of(const Component& c) {
  return {c.integer("n_steps"),
          c.number("gamma"),
          c.number("gae_lambda"),
          is_true(c, "normalize_observations"),
          is_true(c, "normalize_rewards"),
          c.number("noise_correlation")};
}

LearnerOptions Ppo::learner_options(const Component& sentence, const AgentContext& context) {
  const std::uint64_t rows = rollout_rows(context.runner, common_of(sentence));
  const std::uint64_t batch = sentence.integer("batch_size");
  const std::uint64_t iterations = (context.options.steps + rows - 1) / rows;
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = std::min(batch, rows),
          .steps = iterations * sentence.integer("n_epochs") * ((rows + batch - 1) / batch),
          .seed = context.options.seed,
          .threads = context.options.threads,
          .isa = context.options.isa};
}

void Ppo::learn() {
  for (Metric& metric : metrics_) metric.second = 0;
  for (std::size_t epoch = 0; epoch < n_epochs_ && !cancelled(); ++epoch) {
    train::shuffle(order_, seed(), ++shuffles_);
    parallel().run_in_parallel(
        [&] { each_batch([&](auto rows) { learn_policy(rows); }); },
        [&] { each_batch([&](auto rows) { metrics_[kValueLoss].second += learn_values(rows); }); });
  }
  for (Metric& metric : metrics_) metric.second /= static_cast<double>(n_epochs_ * order_.size());
  metrics_[kExplainedVariance].second = explained_variance();
}

template <class Learn>
void Ppo::each_batch(const Learn& learn) const {
  const std::span<const std::uint32_t> order(order_);
  for (std::size_t first = 0; first < order.size() && !cancelled(); first += batch_size_)
    learn(order.subspan(first, std::min(batch_size_, order.size() - first)));
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
void Ppo::learn_policy(std::span<const std::uint32_t> rows) {
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
  actor().learn(rollout().features(), rollout().all_actions(), rows, derive);
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
        {"batch_size", "examples of a gradient step", Type::integer, "64", 1, kMany},
        {"n_epochs", "passes over the rollout", Type::integer, "10", 1, 1000},
        gamma_argument(),
        fraction_argument("gae_lambda", "0.95",
                          "of generalized advantage estimation (Schulman and others, 2016)"),
        {"clip_range", "the probability ratio is clipped to 1 - clip_range and 1 + clip_range",
         Type::number, "0.2", 0, 1e6, true},
        ent_coef_argument("0")}},
      [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
        return std::make_unique<Ppo>(sentence, context);
      }};
  for (auto& argument : normalization_arguments())
    kind.declaration.arguments.push_back(std::move(argument));
  return kind;
}

}  // namespace lithe::agents
