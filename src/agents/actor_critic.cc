#include "agents/actor_critic.h"

#include <algorithm>
#include <numeric>

#include "agents/networks.h"

namespace lithe::agents {

namespace {

using network::Type;

constexpr std::size_t kRound = 1000;  // steps of all environments together

LearnerOptions learning(const Component& sentence, std::size_t environments,
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
      discount_(sentence.number("discount")),
      entropy_(sentence.number("entropy")),
      policy_(make_network(
          {spaces.observation, false, options.network, outputs_of_policy(spaces), 0.01}, seed_)),
      value_(make_network({spaces.observation, false, options.network, 1, 1}, seed_ + 1)),
      actor_(policy_, spaces, environments, learning(sentence, environments, options)),
      value_learner_(value_, learning(sentence, environments, options)),
      next_(value_, environments, options.isa),
      everyone_(environments),
      log_densities_(environments),
      gradient_(environments),
      surprise_(environments) {
  std::iota(everyone_.begin(), everyone_.end(), 0u);
}

Features ActorCritic::rows(std::span<const float> states) const {
  return {states.data(), ElementType::float32, everyone_.size(), columns_,
          columns_ * sizeof(float)};
}

void ActorCritic::act(std::span<const float> states, std::span<float> actions) {
  actor_.sample(states, seed_, time_++, actions, log_densities_);
}

// surprise = reward + discount * value of what came next - value of what was
void ActorCritic::learn(const Step& step) {
  const std::size_t n = everyone_.size();
  const double share = 1 / static_cast<double>(n);
  const auto next = next_.run(rows(step.nexts), everyone_);
  const auto values = value_learner_.forward(rows(step.states), everyone_);
  loss_ = entropy_now_ = 0;
  for (std::size_t e = 0; e < n; ++e) {
    const double expected = static_cast<double>(step.rewards[e]) +
                            (step.terminated[e] ? 0 : discount_ * static_cast<double>(next[e]));
    const double surprise = expected - static_cast<double>(values[e]);
    surprise_[e] = static_cast<float>(surprise);
    gradient_[e] = static_cast<float>(-surprise * share);
    loss_ += surprise * surprise / 2 * share;
  }
  value_learner_.backward(gradient_);
  actor_.learn(rows(step.states), step.actions, everyone_,
               [&](std::size_t e, const Likelihood& now) {
                 entropy_now_ += now.entropy * share;
                 return Push{-static_cast<double>(surprise_[e]) * share, -entropy_ * share};
               });
}

void ActorCritic::visit(Archive& archive) {
  archive.add("policy", policy_);
  archive.add("value", value_);
  archive.add("value.learner", value_learner_);
  actor_.visit(archive);
  archive.add("time", time_);
}

namespace {

// In environments in lockstep.
class ActorCriticAgent final : public Agent {
 public:
  ActorCriticAgent(const Component& sentence, const Setting& setting)
      : world_(setting.world),
        core_(sentence, world_.spaces(), world_.size(), setting.options),
        seen_(world_.size() * world_.columns()),
        next_(seen_.size()),
        after_(seen_.size()),
        actions_(world_.size() * world_.numbers()) {}

  std::size_t round() override;
  Model& policy() override { return core_.policy(); }
  std::string_view answer() const override { return core_.answer(); }
  std::span<const Figure> figures() const override { return figures_; }
  void visit(Archive& archive) override { core_.visit(archive); }

 private:
  World& world_;
  ActorCritic core_;
  // What is seen before a step; after it, in the next episode where one has begun; and after it in
  // the same one.
  std::vector<float> seen_, next_, after_, actions_;
  std::vector<Figure> figures_ = {{"value loss", 0}, {"entropy", 0}};
};

std::size_t ActorCriticAgent::round() {
  world_.observe(seen_);
  double loss = 0, entropy = 0;
  std::size_t steps = 0;
  for (; steps < kRound; steps += world_.size()) {
    core_.act(seen_, actions_);
    world_.step(actions_, next_);
    std::copy(next_.begin(), next_.end(), after_.begin());
    for (std::size_t e = 0; e < world_.size(); ++e)
      if (world_.terminated()[e] || world_.truncated()[e])
        std::copy_n(world_.last_observation(e), world_.columns(),
                    after_.data() + e * world_.columns());
    core_.learn({seen_, actions_, world_.rewards(), after_, world_.terminated()});
    std::swap(seen_, next_);
    loss += core_.loss(), entropy += core_.entropy();
  }
  const double looks = static_cast<double>(steps / world_.size());
  figures_[0].second = loss / looks;
  figures_[1].second = entropy / looks;
  return steps;
}

}  // namespace

Row actor_critic() {
  return {{"actor_critic",
           "one-step actor-critic, which learns from every step as it happens (Sutton and Barto, "
           "2018, 13.5)",
           {optimizer_argument("optimizer", "adam(1e-3)", "of the policy and of the values"),
            share_argument("discount", "0.99", "what a reward is worth a step later"),
            {"entropy", "how much it is worth to stay undecided", Type::number, "0.01", 0, 1e6}}},
          [](const Component& sentence, const Setting& setting) -> std::unique_ptr<Agent> {
            return std::make_unique<ActorCriticAgent>(sentence, setting);
          }};
}

}  // namespace lithe::agents
