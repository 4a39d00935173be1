// Deep Q-learning (Mnih and others, "Human-level control through deep reinforcement learning",
// 2015), with later extensions: double Q-learning (van Hasselt, Guez, Silver, 2016), dueling
// networks (Wang and others, 2016), n-step returns and prioritized replay (Hessel and others,
// "Rainbow", 2018).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "agents/export_policy.h"
#include "agents/networks.h"
#include "agents/off_policy.h"
#include "agents/policy.h"
#include "base/random.h"
#include "lithe/error.h"
#include "lithe/learner.h"
#include "lithe/predictor.h"

namespace lithe::agents {

namespace {

using network::Type;

struct DqnOptions {
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  explicit DqnOptions(const Component& c)
      : common{.buffer_size = c.integer("buffer_size"),
               .learning_starts = c.integer("learning_starts"),
               .train_freq = c.integer("train_freq"),
               .n_steps = c.integer("n_steps"),
               .gamma = c.number("gamma"),
               .priority_exponent = c.number("priority_exponent")},
        batch_size(c.integer("batch_size")),
        target_update_interval(c.integer("target_update_interval")),
        final_epsilon(c.number("final_epsilon")),
        exploration_fraction(c.number("exploration_fraction")),
        huber_delta(c.number("huber_delta") > 0 ? c.number("huber_delta") : kNone),
        double_q(is_true(c, "double_q")),
        dueling(is_true(c, "dueling")) {}

  OffPolicyOptions common;
  std::size_t batch_size, target_update_interval;
  double final_epsilon, exploration_fraction, huber_delta;
  bool double_q, dueling;
};

class Dqn final : public OffPolicy {
 public:
  Dqn(const Component& sentence, const AgentContext& context);

  Model& policy() override { return policy_; }
  std::string_view action_space() const override { return kDiscrete; }
  std::span<const Metric> metrics() const override { return metrics_; }
  void serialize(Archive& archive) override;

 private:
  void update_policy() {
    o_.dueling ? export_dueling_policy(online_, policy_) : export_policy(online_, policy_);
  }
  void act() override;
  void learn() override;
  void compute_targets();
  void add_gradient(std::size_t i, std::span<const float> outputs);
  void begin_iteration() override { loss_ = q_value_ = 0; }
  void end_iteration(std::uint64_t gradient_steps) override;
  void q_values(std::span<const float> outputs, std::span<double> values) const;
  double epsilon() const;

  DqnOptions o_;
  std::uint64_t seed_, total_steps_;
  std::size_t n_actions_,
      width_;  // of the network's outputs: a dueling network has one more, the first
  Model online_, target_, policy_;
  Learner learner_;
  Predictor actor_, next_online_, next_target_;
  std::vector<std::uint32_t> rows_;
  std::vector<float> weights_, gradient_;
  std::vector<double> values_, targets_;
  double loss_ = 0, q_value_ = 0;
  std::vector<Metric> metrics_ = {{"loss", 0}, {"q_value", 0}, {"epsilon", 0}};
};

NetworkSpec spec_of(const AgentContext& context, std::size_t outputs) {
  return {context.runner.spaces().observation, false, context.options.network, outputs, 1};
}

std::size_t actions_of(const VectorEnvRunner& runner) {
  if (runner.spaces().choices > 0) return runner.spaces().choices;
  throw Error(ErrorKind::usage,
              "dqn needs discrete actions, but the actions of this environment are continuous",
              runner.environments().name(), "--agent ppo or --agent sac");
}

Dqn::Dqn(const Component& sentence, const AgentContext& context)
    : OffPolicy(context.runner, DqnOptions(sentence).common),
      o_(sentence),
      seed_(context.options.seed),
      total_steps_(context.options.steps),
      n_actions_(actions_of(context.runner)),
      width_(n_actions_ + o_.dueling),
      online_(make_network(spec_of(context, width_), seed_)),
      target_(make_network(spec_of(context, width_), seed_)),
      policy_(make_network(spec_of(context, n_actions_), seed_)),
      learner_(online_, {.optimizer = optimizer_of(sentence, "optimizer"),
                         .batch = o_.batch_size,
                         .steps = std::max<std::uint64_t>(1, total_steps_ / o_.common.train_freq),
                         .seed = seed_,
                         .threads = context.options.threads,
                         .isa = context.options.isa}),
      actor_(online_, context.runner.size(), context.options.isa),
      next_online_(online_, o_.batch_size, context.options.isa),
      next_target_(target_, o_.batch_size, context.options.isa),
      rows_(o_.batch_size),
      weights_(o_.batch_size),
      gradient_(o_.batch_size * width_),
      values_(n_actions_),
      targets_(o_.batch_size) {
  update_policy();
}

void Dqn::end_iteration(std::uint64_t gradient_steps) {
  update_policy();
  const double examples =
      static_cast<double>(std::max<std::uint64_t>(1, gradient_steps) * o_.batch_size);
  metrics_[0].second = loss_ / examples;
  metrics_[1].second = q_value_ / examples;
  metrics_[2].second = epsilon();
}

// The probability of a random action falls linearly from 1 to final_epsilon, and stays there.
double Dqn::epsilon() const {
  const double done = static_cast<double>(steps()) / static_cast<double>(total_steps_);
  if (done >= o_.exploration_fraction) return o_.final_epsilon;
  return 1 + (o_.final_epsilon - 1) * done / o_.exploration_fraction;
}

// The first output of a dueling network is the value of the state; the others are the advantages of
// the actions, less their mean.
void Dqn::q_values(std::span<const float> outputs, std::span<double> values) const {
  if (!o_.dueling) {
    std::copy(outputs.begin(), outputs.end(), values.begin());
    return;
  }
  const auto advantages = outputs.subspan(1);
  const double mean =
      std::accumulate(advantages.begin(), advantages.end(), 0.0) / static_cast<double>(n_actions_);
  for (std::size_t i = 0; i < n_actions_; ++i)
    values[i] = static_cast<double>(outputs[0]) + static_cast<double>(advantages[i]) - mean;
}

void Dqn::act() {
  const auto outputs = actor_.run(observations(), env_rows());
  const double probability = epsilon();
  for (const std::uint32_t e : env_rows()) {
    Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::action, e), time());
    const auto own = outputs.subspan(e * width_ + o_.dueling, n_actions_);
    const std::size_t best =
        static_cast<std::size_t>(std::max_element(own.begin(), own.end()) - own.begin());
    const bool explore = rng.uniform_open() < probability;
    const auto any = static_cast<std::size_t>(rng.uniform_open() * static_cast<double>(n_actions_));
    action(e)[0] = static_cast<float>(explore ? std::min(any, n_actions_ - 1) : best);
  }
}

void Dqn::learn() {
  Rng rng =
      Rng::of_step(seed_, base::make_stream(base::StreamPurpose::replay, 0), gradient_steps());
  replay().sample(rng, rows_);
  // The exponent beta of the importance weights grows from 0.4 to 1 over the training.
  const double done =
      std::min(1.0, static_cast<double>(steps()) / static_cast<double>(total_steps_));
  replay().importance_weights(rows_, 0.4 + 0.6 * done, weights_);
  compute_targets();
  const auto outputs = learner_.forward(replay().states(), rows_);
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    add_gradient(i, outputs.subspan(i * width_, width_));
  learner_.backward(gradient_);
  if ((gradient_steps() + 1) % o_.target_update_interval == 0) move_toward(target_, online_, 1);
}

// The target of each transition: reward + gamma^n * the Q-value of the best action in the next
// state.
void Dqn::compute_targets() {
  const auto target_outputs = next_target_.run(replay().next_states(), rows_);
  const auto choosing =
      o_.double_q ? next_online_.run(replay().next_states(), rows_) : target_outputs;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto own = choosing.subspan(i * width_ + o_.dueling, n_actions_);
    const auto best = std::max_element(own.begin(), own.end()) - own.begin();
    q_values(target_outputs.subspan(i * width_, width_), values_);
    targets_[i] =
        static_cast<double>(replay().reward(rows_[i])) +
        static_cast<double>(replay().discount(rows_[i])) * values_[static_cast<std::size_t>(best)];
  }
}

// The gradient of the Huber loss of transition i by its row of outputs.
void Dqn::add_gradient(std::size_t i, std::span<const float> outputs) {
  const auto taken = static_cast<std::size_t>(*replay().action(rows_[i]));
  q_values(outputs, values_);
  const double error = values_[taken] - targets_[i];
  const double clipped = std::clamp(error, -o_.huber_delta, o_.huber_delta);
  const double slope =
      clipped * static_cast<double>(weights_[i]) / static_cast<double>(rows_.size());
  float* own = gradient_.data() + i * width_;
  own[taken + o_.dueling] += static_cast<float>(slope);
  if (o_.dueling) {
    own[0] = static_cast<float>(slope);
    for (std::size_t c = 0; c < n_actions_; ++c)
      own[1 + c] -= static_cast<float>(slope / static_cast<double>(n_actions_));
  }
  replay().set_error(rows_[i], error);
  loss_ += clipped * (error - clipped / 2);
  q_value_ += values_[taken];
}

void Dqn::serialize(Archive& archive) {
  archive.add("online", online_);
  archive.add("target", target_);
  archive.add("online.learner", learner_);
  OffPolicy::serialize(archive);
  if (archive.reading() && !archive.checking) update_policy();
}

}  // namespace

AgentKind dqn() {
  constexpr double kMany = 1e9;
  return {
      {"dqn",
       "deep Q-learning (Mnih and others, 2015), for discrete actions",
       {optimizer_argument("optimizer", "adam(2.5e-4)", "of the Q-network"),
        {"buffer_size", "transitions in the replay buffer", Type::integer, "10000", 1, kMany},
        {"learning_starts", "transitions in the replay buffer before the first gradient step",
         Type::integer, "1000", 1, kMany},
        {"batch_size", "transitions of a gradient step", Type::integer, "128", 1, 1 << 20},
        {"train_freq", "environment steps per gradient step", Type::integer, "10", 1, kMany},
        {"target_update_interval",
         "gradient steps between copies of the Q-network to the target network; the paper has "
         "10000, "
         "with a replay buffer of a million; with a small interval the Q-values may diverge",
         Type::integer, "500", 1, kMany},
        {"n_steps", "steps of the n-step returns", Type::integer, "1", 1, 1000},
        gamma_argument(),
        fraction_argument("final_epsilon", "0.05",
                          "final probability of a random action, which begins at 1"),
        fraction_argument("exploration_fraction", "0.5",
                          "fraction of the training over which epsilon falls to final_epsilon"),
        fraction_argument("priority_exponent", "0",
                          "exponent of prioritized replay, 0.6 in the paper (Schaul and others, "
                          "2016); 0: uniform sampling"),
        {"huber_delta",
         "TD errors above this have a linear loss (Huber loss): 1 in the paper, whose rewards are "
         "clipped to 1; 0: squared error. If returns are far above delta, the rare large errors of "
         "failures hardly count and the Q-values may diverge",
         Type::number, "0", 0, 1e9},
        flag_argument(
            "double_q", "false",
            "double Q-learning: the online network chooses the action, the target network "
            "evaluates it (van Hasselt and others, 2016)"),
        flag_argument("dueling", "false",
                      "dueling network: separate state values and advantages (Wang and others, "
                      "2016)")}},
      [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
        check_buffer(sentence);
        return std::make_unique<Dqn>(sentence, context);
      }};
}

}  // namespace lithe::agents
