// Soft actor-critic (Haarnoja, Zhou, Abbeel, Levine, 2018), with two critics, no value network and
// a learned temperature (Haarnoja and others, "Soft actor-critic algorithms and applications",
// 2018).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/distribution.h"
#include "agents/export_policy.h"
#include "agents/off_policy.h"
#include "agents/parallel_pair.h"
#include "agents/policy.h"
#include "agents/sac_critic.h"
#include "agents/trainable_vector.h"
#include "base/random.h"
#include "lithe/error.h"
#include "lithe/learner.h"
#include "lithe/predictor.h"

namespace lithe::agents {

namespace {

using network::Type;

struct SacOptions {
  explicit SacOptions(const Component& c)
      : common{.buffer_size = c.integer("buffer_size"),
               .learning_starts = c.integer("learning_starts"),
               .train_freq = c.integer("train_freq"),
               .n_steps = 1,
               .gamma = c.number("gamma"),
               .priority_exponent = 0},
        batch_size(c.integer("batch_size")),
        tau(c.number("tau")),
        target_entropy(c.number("target_entropy")),
        initial_temperature(c.number("initial_temperature")),
        noise_correlation(c.number("noise_correlation")) {}

  OffPolicyOptions common;
  std::size_t batch_size;
  double tau, target_entropy, initial_temperature, noise_correlation;
};

class Sac final : public OffPolicy {
 public:
  Sac(const Component& sentence, const AgentContext& context);

  Model& policy() override { return policy_; }
  std::string_view action_space() const override { return kContinuous; }
  std::span<const Metric> metrics() const override { return metrics_; }
  void serialize(Archive& archive) override;

 private:
  LearnerOptions learner_options(const Component& sentence, const AgentContext& context) const;
  void act() override;
  void learn() override;
  void begin_iteration() override {
    critic1_.loss = critic2_.loss = actor_loss_ = entropy_ = temperature_sum_ = 0;
  }
  // Does the same work for both critics, in parallel.
  template <class Work>
  void for_both_critics(const Work& work) {
    parallel_.run_in_parallel([&] { work(critic1_); }, [&] { work(critic2_); });
  }
  void end_iteration(std::uint64_t gradient_steps) override;
  void compute_targets(ActionNoise& noise);
  void update_critic(SacCritic& critic);
  void update_actor(ActionNoise& noise);
  double temperature() const { return std::exp(static_cast<double>(log_temperature_.values()[0])); }
  std::span<float> action_of(std::vector<float>& all, std::size_t i) const {
    return std::span(all).subspan(i * action_size_, action_size_);
  }
  void set_pair(std::size_t i, const float* state, std::span<const float> action);
  Features pairs() const;

  SacOptions o_;
  std::uint64_t seed_;
  std::size_t columns_, action_size_;
  SquashedGaussian distribution_;
  ParallelPair parallel_;
  Model actor_, policy_;
  Learner learner_;
  TrainableVector log_temperature_;
  Predictor predictor_, next_predictor_;
  SacCritic critic1_, critic2_;
  std::vector<float> noise_, acting_noise_, pairs_, batch_noise_, batch_actions_, gradient_,
      d_action_;
  std::vector<double> targets_, log_probs_;
  std::vector<std::uint32_t> rows_, in_order_;
  double actor_loss_ = 0, entropy_ = 0, temperature_sum_ = 0;
  std::vector<Metric> metrics_ = {
      {"critic_loss", 0}, {"actor_loss", 0}, {"entropy", 0}, {"temperature", 0}};
};

std::size_t action_size_of(const VectorEnvRunner& runner) {
  if (runner.spaces().choices == 0) return runner.action_size();
  throw Error(ErrorKind::usage,
              "sac needs continuous actions, but the actions of this environment are discrete",
              runner.environments().name(), "--agent ppo or --agent dqn");
}

Shape flat_shape(std::size_t columns) { return {{columns}}; }

Sac::Sac(const Component& sentence, const AgentContext& context)
    : OffPolicy(context.runner, SacOptions(sentence).common),
      o_(sentence),
      seed_(context.options.seed),
      columns_(context.runner.columns()),
      action_size_(action_size_of(context.runner)),
      distribution_(action_size_),
      parallel_(context.options.threads),
      actor_(make_network(
          {flat_shape(columns_), false, context.options.network, distribution_.outputs(), 0.01},
          seed_)),
      policy_(make_network(
          {flat_shape(columns_), false, context.options.network, action_size_, 1, "tanh"}, seed_)),
      learner_(actor_, learner_options(sentence, context)),
      log_temperature_(1, std::log(o_.initial_temperature), learner_options(sentence, context)),
      predictor_(actor_, context.runner.size(), context.options.isa),
      next_predictor_(actor_, o_.batch_size, context.options.isa),
      critic1_({flat_shape(columns_ + action_size_), false, context.options.network, 1, 1},
               seed_ + 1, learner_options(sentence, context)),
      critic2_({flat_shape(columns_ + action_size_), false, context.options.network, 1, 1},
               seed_ + 2, learner_options(sentence, context)),
      noise_(context.runner.size() * action_size_),
      acting_noise_(action_size_),
      pairs_(o_.batch_size * (columns_ + action_size_)),
      batch_noise_(o_.batch_size * action_size_),
      batch_actions_(o_.batch_size * action_size_),
      gradient_(o_.batch_size * distribution_.outputs()),
      d_action_(action_size_),
      targets_(o_.batch_size),
      log_probs_(o_.batch_size),
      rows_(o_.batch_size),
      in_order_(o_.batch_size) {
  std::iota(in_order_.begin(), in_order_.end(), 0u);
  export_policy(actor_, policy_);
}

LearnerOptions Sac::learner_options(const Component& sentence, const AgentContext& context) const {
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = o_.batch_size,
          .steps = std::max<std::uint64_t>(1, context.options.steps / o_.common.train_freq),
          .seed = seed_,
          .threads = parallel_.threads_each(),
          .isa = context.options.isa};
}

void Sac::end_iteration(std::uint64_t gradient_steps) {
  export_policy(actor_, policy_);
  const double examples =
      static_cast<double>(std::max<std::uint64_t>(1, gradient_steps) * o_.batch_size);
  const double sums[] = {(critic1_.loss + critic2_.loss) / 2, actor_loss_, entropy_,
                         temperature_sum_};
  for (std::size_t i = 0; i < std::size(sums); ++i) metrics_[i].second = sums[i] / examples;
}

// Before the first gradient step actions are uniform: the normal distribution function of the
// noise.
void Sac::act() {
  const bool trained = ready();
  const auto outputs =
      trained ? predictor_.run(observations(), env_rows()) : std::span<const float>();
  const std::size_t width = distribution_.outputs();
  for (const std::uint32_t e : env_rows()) {
    Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::action, e), time());
    ActionNoise noise(rng, action_of(noise_, e), time() > 0 ? o_.noise_correlation : 0);
    if (trained)
      distribution_.sample(outputs.subspan(e * width, width), noise, acting_noise_, action(e));
    else
      for (float& number : action(e))
        number = static_cast<float>(std::erf(noise.normal() / std::numbers::sqrt2));
  }
}

void Sac::learn() {
  Rng rng =
      Rng::of_step(seed_, base::make_stream(base::StreamPurpose::replay, 0), gradient_steps());
  replay().sample(rng, rows_);
  ActionNoise noise(rng);
  compute_targets(noise);
  for_both_critics([&](SacCritic& critic) { update_critic(critic); });
  update_actor(noise);
}

// Writes the input i of the critics: a state, followed by an action.
void Sac::set_pair(std::size_t i, const float* state, std::span<const float> action) {
  float* to = pairs_.data() + i * (columns_ + action_size_);
  std::copy(action.begin(), action.end(), std::copy_n(state, columns_, to));
}

Features Sac::pairs() const {
  return {pairs_.data(), ElementType::float32, o_.batch_size, columns_ + action_size_,
          (columns_ + action_size_) * sizeof(float)};
}

// The target of each transition: reward + gamma * (the lower Q-value of an action that is sampled
// in the next state - alpha * its log probability).
void Sac::compute_targets(ActionNoise& noise) {
  const auto outputs = next_predictor_.run(replay().next_states(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto action = action_of(batch_actions_, i);
    log_probs_[i] =
        distribution_.sample(outputs.subspan(i * distribution_.outputs(), distribution_.outputs()),
                             noise, acting_noise_, action);
    set_pair(i, reinterpret_cast<const float*>(replay().next_states().row(rows_[i])), action);
  }
  for_both_critics([&](SacCritic& critic) {
    critic.q_values = critic.target_predictor.run(pairs(), in_order_);
  });
  const double alpha = temperature();
  for (std::size_t i = 0; i < rows_.size(); ++i)
    targets_[i] = static_cast<double>(replay().reward(rows_[i])) +
                  static_cast<double>(replay().discount(rows_[i])) *
                      (static_cast<double>(std::min(critic1_.q_values[i], critic2_.q_values[i])) -
                       alpha * log_probs_[i]);
}

void Sac::update_critic(SacCritic& critic) {
  const auto values = critic.learner.forward(replay().pairs(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double error = static_cast<double>(values[i]) - targets_[i];
    critic.loss += error * error / 2;
    critic.gradient[i] = static_cast<float>(error / static_cast<double>(rows_.size()));
  }
  critic.learner.backward(critic.gradient);
  move_toward(critic.target, critic.online, o_.tau);
}

// The loss of a state is alpha * log_prob - the lower Q-value of an action that is sampled there;
// the gradient passes through the action. The temperature alpha is updated toward the target
// entropy.
void Sac::update_actor(ActionNoise& noise) {
  const std::size_t width = distribution_.outputs();
  const auto outputs = learner_.forward(replay().states(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto action = action_of(batch_actions_, i);
    log_probs_[i] = distribution_.sample(outputs.subspan(i * width, width), noise,
                                         action_of(batch_noise_, i), action);
    set_pair(i, reinterpret_cast<const float*>(replay().states().row(rows_[i])), action);
  }
  for_both_critics([&](SacCritic& critic) {
    critic.q_values = critic.differentiator.forward(pairs(), in_order_);
  });
  const double share = 1 / static_cast<double>(rows_.size()), alpha = temperature();
  double surplus = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const float first = critic1_.q_values[i], second = critic2_.q_values[i];
    critic1_.gradient[i] = first <= second ? static_cast<float>(-share) : 0;
    critic2_.gradient[i] = first <= second ? 0 : static_cast<float>(-share);
    actor_loss_ += alpha * log_probs_[i] - static_cast<double>(std::min(first, second));
    entropy_ -= log_probs_[i];
    temperature_sum_ += alpha;
    surplus += log_probs_[i] + o_.target_entropy * static_cast<double>(action_size_);
  }
  for_both_critics([](SacCritic& critic) { critic.differentiator.backward(critic.gradient); });
  const auto d_action1 = critic1_.differentiator.input_gradient(),
             d_action2 = critic2_.differentiator.input_gradient();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::size_t at = i * (columns_ + action_size_) + columns_;
    for (std::size_t n = 0; n < action_size_; ++n)
      d_action_[n] = d_action1[at + n] + d_action2[at + n];
    distribution_.gradient(outputs.subspan(i * width, width), action_of(batch_noise_, i),
                           action_of(batch_actions_, i), alpha * share, d_action_,
                           std::span(gradient_).subspan(i * width, width));
  }
  learner_.backward(gradient_);
  const double gradient[] = {-surplus * share};
  log_temperature_.update(gradient);
}

void Sac::serialize(Archive& archive) {
  archive.add("actor", actor_);
  archive.add("actor.learner", learner_);
  archive.add("noise", std::span(noise_));
  log_temperature_.serialize("log_temperature", archive);
  critic1_.serialize("critic1", archive);
  critic2_.serialize("critic2", archive);
  OffPolicy::serialize(archive);
  if (archive.reading() && !archive.checking) export_policy(actor_, policy_);
}

}  // namespace

AgentKind sac() {
  constexpr double kMany = 1e9;
  return {{"sac",
           "soft actor-critic with learned temperature (Haarnoja and others, 2018), for continuous "
           "actions",
           {optimizer_argument("optimizer", "adam(3e-4)",
                               "of the policy, of both critics and of the temperature"),
            {"buffer_size", "transitions in the replay buffer", Type::integer, "1000000", 1, kMany},
            {"learning_starts", "transitions in the replay buffer before the first gradient step",
             Type::integer, "1000", 1, kMany},
            {"batch_size", "transitions of a gradient step", Type::integer, "256", 1, 1 << 20},
            {"train_freq", "environment steps per gradient step", Type::integer, "1", 1, kMany},
            gamma_argument(),
            fraction_argument("tau", "0.005", "soft update coefficient of the target critics"),
            {"target_entropy",
             "target entropy of each component of an action: -1 in the paper; lower values explore "
             "less",
             Type::number, "-1", -100, 100},
            {"initial_temperature", "initial value of the temperature alpha", Type::number, "1", 0,
             1e6, true},
            noise_correlation_argument()}},
          [](const Component& sentence, const AgentContext& context) -> std::unique_ptr<Agent> {
            check_buffer(sentence);
            return std::make_unique<Sac>(sentence, context);
          }};
}

}  // namespace lithe::agents
