// Proximal policy optimization (Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal policy
// optimization algorithms", 2017), with the details that Huang and others found to matter ("The 37
// implementation details of proximal policy optimization", 2022): advantages of mean 0 and
// deviation 1 in each batch, states and rewards brought to a common scale, the last layer of the
// policy small at first, values told from states that were cut short.
#include <algorithm>
#include <cmath>

#include "agents/on_policy.h"
#include "train/shuffle.h"

namespace lithe::agents {

namespace {

using network::Type;

class Ppo final : public OnPolicy {
 public:
  Ppo(const Component& sentence, const Setting& setting)
      : OnPolicy(setting, common_of(sentence), learning(sentence, setting)),
        batch_(sentence.integer("batch")),
        epochs_(sentence.integer("epochs")),
        clip_(sentence.number("clip")),
        entropy_(sentence.number("entropy")),
        order_(rollout().rows()) {}

  std::span<const Figure> figures() const override { return figures_; }
  void visit(Archive& archive) override {
    OnPolicy::visit(archive);
    archive.add("shuffles", shuffles_);
  }

 private:
  static OnPolicyOptions common_of(const Component& c);
  static LearnerOptions learning(const Component& sentence, const Setting& setting);
  void learn() override;
  template <class Learn>
  void each_batch(const Learn& learn) const;
  void learn_policy(std::span<const std::uint32_t> rows);

  std::size_t batch_, epochs_;
  double clip_, entropy_;
  std::vector<std::uint32_t> order_;
  std::uint64_t shuffles_ = 0;
  // Sums over the examples of a round's batches; at its end, means.
  enum { policy_loss, value_loss, entropy, divergence, clipped, foreseen_share };
  std::vector<Figure> figures_ = {{"policy loss", 0}, {"value loss", 0}, {"entropy", 0},
                                  {"divergence", 0},  {"clipped", 0},    {"foreseen", 0}};
};

OnPolicyOptions Ppo::common_of(const Component& c) {
  return {c.integer("horizon"),
          c.number("discount"),
          c.number("lambda"),
          is_yes(c, "normalize_observations"),
          is_yes(c, "normalize_rewards"),
          c.number("persistence")};
}

LearnerOptions Ppo::learning(const Component& sentence, const Setting& setting) {
  const std::uint64_t rows = rows_of_round(setting.world, common_of(sentence));
  const std::uint64_t batch = sentence.integer("batch");
  const std::uint64_t rounds = (setting.options.steps + rows - 1) / rows;
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = std::min(batch, rows),
          .steps = rounds * sentence.integer("epochs") * ((rows + batch - 1) / batch),
          .seed = setting.options.seed,
          .threads = setting.options.threads,
          .isa = setting.options.isa};
}

void Ppo::learn() {
  for (Figure& figure : figures_) figure.second = 0;
  for (std::size_t epoch = 0; epoch < epochs_; ++epoch) {
    train::shuffle(order_, seed(), ++shuffles_);
    hands().run(
        [&] { each_batch([&](auto rows) { learn_policy(rows); }); },
        [&] { each_batch([&](auto rows) { figures_[value_loss].second += learn_values(rows); }); });
  }
  for (Figure& figure : figures_) figure.second /= static_cast<double>(epochs_ * order_.size());
  figures_[foreseen_share].second = foreseen();
}

template <class Learn>
void Ppo::each_batch(const Learn& learn) const {
  const std::span<const std::uint32_t> order(order_);
  for (std::size_t first = 0; first < order.size(); first += batch_)
    learn(order.subspan(first, std::min(batch_, order.size() - first)));
}

// Mean and deviation of a batch's advantages.
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

// The objective of one example is min(ratio * A, clip(ratio) * A), ratio being how much likelier
// the action has become: where the second is the smaller, nothing is to be gained by going on.
void Ppo::learn_policy(std::span<const std::uint32_t> rows) {
  const auto [mean, deviation] = moments(advantages(), rows);
  const double share = 1 / static_cast<double>(rows.size());
  const auto look = [&, mean = mean, deviation = deviation](std::size_t i, const Likelihood& now) {
    const double advantage = (static_cast<double>(advantages()[rows[i]]) - mean) / deviation;
    const double change = now.log_density - static_cast<double>(log_densities()[rows[i]]);
    const double ratio = std::exp(change);
    const double bounded = std::clamp(ratio, 1 - clip_, 1 + clip_);
    figures_[policy_loss].second -= std::min(ratio * advantage, bounded * advantage);
    figures_[entropy].second += now.entropy;
    figures_[divergence].second += ratio - 1 - change;
    figures_[clipped].second += ratio != bounded;
    const bool enough = bounded * advantage < ratio * advantage;
    return Push{enough ? 0 : -advantage * ratio * share, -entropy_ * share};
  };
  actor().learn(rollout().features(), rollout().all_actions(), rows, look);
}

}  // namespace

Row ppo() {
  constexpr double kMany = 1 << 20;
  Row row = {{"ppo",
              "proximal policy optimization (Schulman and others, 2017)",
              {optimizer_argument("optimizer", "adam(3e-4, epsilon=1e-5, clip_norm=0.5)",
                                  "of the policy and of the values"),
               horizon_argument("2048"),
               {"batch", "examples of a step of learning", Type::integer, "64", 1, kMany},
               {"epochs", "times that each example of a round is learned from", Type::integer, "10",
                1, 1000},
               discount_argument(),
               share_argument("lambda", "0.95",
                              "of generalised advantage estimation (Schulman and others, 2016)"),
               {"clip", "how far an action's probability may move in a round, as a share of itself",
                Type::number, "0.2", 0, 1e6, true},
               {"entropy", "how much it is worth to stay undecided", Type::number, "0", 0, 1e6}}},
             [](const Component& sentence, const Setting& setting) -> std::unique_ptr<Agent> {
               return std::make_unique<Ppo>(sentence, setting);
             }};
  for (auto& argument : late_arguments()) row.declaration.arguments.push_back(std::move(argument));
  return row;
}

}  // namespace lithe::agents
