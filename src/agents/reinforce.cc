// REINFORCE with a baseline (Williams, "Simple statistical gradient-following algorithms for
// connectionist reinforcement learning", 1992): of each whole episode, what came after an action,
// less what was expected there, says how much likelier it should become.
#include <algorithm>
#include <cmath>

#include "agents/on_policy.h"

namespace lithe::agents {

namespace {

using network::Type;

class Reinforce final : public OnPolicy {
 public:
  Reinforce(const Component& sentence, const Setting& setting)
      : OnPolicy(setting, common_of(sentence), learning(sentence, setting),
                 sentence.integer("value_steps")),
        value_steps_(sentence.integer("value_steps")),
        entropy_(sentence.number("entropy")) {
    whole_.reserve(rollout().rows());
  }

  std::span<const Figure> figures() const override { return figures_; }

 private:
  static OnPolicyOptions common_of(const Component& c) {
    return {c.integer("horizon"),
            c.number("discount"),
            1,
            is_yes(c, "normalize_observations"),
            is_yes(c, "normalize_rewards"),
            c.number("persistence")};
  }
  static LearnerOptions learning(const Component& sentence, const Setting& setting);
  void learn() override;
  void learn_policy(double share);
  void find_whole_episodes();

  std::size_t value_steps_;
  double entropy_;
  std::vector<std::uint32_t> whole_;  // rows of episodes that ended in the round
  enum { policy_loss, value_loss, entropy, foreseen_share };
  std::vector<Figure> figures_ = {
      {"policy loss", 0}, {"value loss", 0}, {"entropy", 0}, {"foreseen", 0}};
};

LearnerOptions Reinforce::learning(const Component& sentence, const Setting& setting) {
  const std::uint64_t rows = rows_of_round(setting.world, common_of(sentence));
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = rows,
          .steps = (setting.options.steps + rows - 1) / rows,
          .seed = setting.options.seed,
          .threads = setting.options.threads,
          .isa = setting.options.isa};
}

// Of the others nobody knows yet how they end.
void Reinforce::find_whole_episodes() {
  whole_.clear();
  const Happened happened = rollout().happened();
  for (std::size_t e = 0; e < happened.environments; ++e) {
    bool ends = false;
    for (std::size_t t = happened.steps; t-- > 0;) {
      const std::size_t row = t * happened.environments + e;
      ends = ends || happened.ended[row] != 0;
      if (ends) whole_.push_back(static_cast<std::uint32_t>(row));
    }
  }
  std::sort(whole_.begin(), whole_.end());
}

void Reinforce::learn() {
  for (Figure& figure : figures_) figure.second = 0;
  find_whole_episodes();
  if (whole_.empty()) return;
  const double share = 1 / static_cast<double>(whole_.size());
  hands().run([&] { learn_policy(share); },
              [&] {
                for (std::size_t i = 0; i < value_steps_; ++i)
                  figures_[value_loss].second = learn_values(whole_) * share;
              });
  figures_[foreseen_share].second = foreseen();
}

void Reinforce::learn_policy(double share) {
  actor().learn(rollout().features(), rollout().all_actions(), whole_,
                [&](std::size_t i, const Likelihood& now) {
                  const double advantage = static_cast<double>(advantages()[whole_[i]]);
                  figures_[policy_loss].second -= advantage * now.log_density * share;
                  figures_[entropy].second += now.entropy * share;
                  return Push{-advantage * share, -entropy_ * share};
                });
}

}  // namespace

Row reinforce() {
  Row row = {
      {"reinforce",
       "policy gradients of whole episodes, against a baseline that is learned (Williams, 1992)",
       {optimizer_argument("optimizer", "adam(3e-3)", "of the policy and of the baseline"),
        horizon_argument("1000"),
        discount_argument(),
        {"value_steps", "steps that the baseline learns for one of the policy", Type::integer, "20",
         0, 10'000},
        {"entropy", "how much it is worth to stay undecided", Type::number, "0", 0, 1e6}}},
      [](const Component& sentence, const Setting& setting) -> std::unique_ptr<Agent> {
        return std::make_unique<Reinforce>(sentence, setting);
      }};
  for (auto& argument : late_arguments()) row.declaration.arguments.push_back(std::move(argument));
  return row;
}

}  // namespace lithe::agents
