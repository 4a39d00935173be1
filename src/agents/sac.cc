// Soft actor-critic (Haarnoja, Zhou, Abbeel, Levine, 2018), in the form with two critics, no value
// network, and a temperature that is learned (Haarnoja and others, "Soft actor-critic algorithms
// and applications", 2018).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/distribution.h"
#include "agents/fold.h"
#include "agents/learned_vector.h"
#include "agents/networks.h"
#include "agents/off_policy.h"
#include "agents/pair_of_hands.h"
#include "agents/policy.h"
#include "base/random.h"
#include "lithe/error.h"
#include "lithe/learner.h"
#include "lithe/predictor.h"

namespace lithe::agents {

namespace {

using network::Type;

struct SacOptions {
  explicit SacOptions(const Component& c)
      : common{c.integer("memory"),  c.integer("start"),
               c.integer("every"),   1,
               c.number("discount"), 0},
        batch(c.integer("batch")),
        move(c.number("move")),
        entropy(c.number("entropy")),
        persistence(c.number("persistence")),
        temperature(c.number("temperature")) {}

  OffPolicyOptions common;
  std::size_t batch;
  double move, entropy, persistence, temperature;
};

// One of two networks that say what an action is worth, and its slow twin.
struct Critic {
  Critic(const NetworkForm& form, std::uint64_t seed, const LearnerOptions& learning)
      : online(make_network(form, seed)),
        target(make_network(form, seed)),
        learner(online, learning),
        slope(online, {.batch = learning.batch,
                       .threads = learning.threads,
                       .isa = learning.isa,
                       .input_gradient = true,
                       .updates = false}),
        expected(target, learning.batch, learning.isa),
        gradient(learning.batch) {}

  void visit(const std::string& name, Archive& archive) {
    archive.add(name, online);
    archive.add(name + ".target", target);
    archive.add(name + ".learner", learner);
  }

  Model online, target;
  Learner learner, slope;  // the second learns nothing: it tells how the value changes
  Predictor expected;
  std::span<const float> values;  // that one of them has just told
  std::vector<float> gradient;
  double loss = 0;  // sum over a round
};

class Sac final : public OffPolicy {
 public:
  Sac(const Component& sentence, const Setting& setting);

  Model& policy() override { return policy_; }
  std::string_view answer() const override { return kNumbers; }
  std::span<const Figure> figures() const override { return figures_; }
  void visit(Archive& archive) override;

 private:
  LearnerOptions learning(const Component& sentence, const Setting& setting) const;
  void act() override;
  void learn() override;
  void begin_round() override { first_.loss = second_.loss = policy_loss_ = entropy_ = heat_ = 0; }
  // The same with both critics, side by side.
  template <class Work>
  void with_both(const Work& work) {
    hands_.run([&] { work(first_); }, [&] { work(second_); });
  }
  void end_round(std::uint64_t learned) override;
  void expect(ActionNoise& noise);
  void learn_values(Critic& critic);
  void learn_policy(ActionNoise& noise);
  double temperature() const { return std::exp(static_cast<double>(log_temperature_.values()[0])); }
  std::span<float> numbers_of(std::vector<float>& all, std::size_t i) const {
    return std::span(all).subspan(i * numbers_, numbers_);
  }
  void pair(std::size_t i, const float* state, std::span<const float> action);
  Features pairs() const;

  SacOptions o_;
  std::uint64_t seed_;
  std::size_t columns_, numbers_;
  Squashed distribution_;
  PairOfHands hands_;
  Model actor_, policy_;
  Learner learner_;
  LearnedVector log_temperature_;
  Predictor chooser_, next_chooser_;
  Critic first_, second_;
  std::vector<float> noise_, drawn_, pairs_, batch_noise_, batch_actions_, gradient_, by_action_;
  std::vector<double> targets_, log_densities_;
  std::vector<std::uint32_t> rows_, in_order_;
  double policy_loss_ = 0, entropy_ = 0, heat_ = 0;
  std::vector<Figure> figures_ = {
      {"value loss", 0}, {"policy loss", 0}, {"entropy", 0}, {"temperature", 0}};
};

std::size_t numbers_of_action(const World& world) {
  if (world.spaces().choices == 0) return world.numbers();
  throw Error(ErrorKind::usage, "sac's actions are numbers, and this environment takes a choice",
              world.environments().name(), "--agent ppo or --agent dqn");
}

Shape in_a_row(std::size_t columns) { return {{columns}}; }

Sac::Sac(const Component& sentence, const Setting& setting)
    : OffPolicy(setting.world, SacOptions(sentence).common),
      o_(sentence),
      seed_(setting.options.seed),
      columns_(setting.world.columns()),
      numbers_(numbers_of_action(setting.world)),
      distribution_(numbers_),
      hands_(setting.options.threads),
      actor_(make_network(
          {in_a_row(columns_), false, setting.options.network, distribution_.outputs(), 0.01},
          seed_)),
      policy_(make_network(
          {in_a_row(columns_), false, setting.options.network, numbers_, 1, "tanh"}, seed_)),
      learner_(actor_, learning(sentence, setting)),
      log_temperature_(1, std::log(o_.temperature), learning(sentence, setting)),
      chooser_(actor_, setting.world.size(), setting.options.isa),
      next_chooser_(actor_, o_.batch, setting.options.isa),
      first_({in_a_row(columns_ + numbers_), false, setting.options.network, 1, 1}, seed_ + 1,
             learning(sentence, setting)),
      second_({in_a_row(columns_ + numbers_), false, setting.options.network, 1, 1}, seed_ + 2,
              learning(sentence, setting)),
      noise_(setting.world.size() * numbers_),
      drawn_(numbers_),
      pairs_(o_.batch * (columns_ + numbers_)),
      batch_noise_(o_.batch * numbers_),
      batch_actions_(o_.batch * numbers_),
      gradient_(o_.batch * distribution_.outputs()),
      by_action_(numbers_),
      targets_(o_.batch),
      log_densities_(o_.batch),
      rows_(o_.batch),
      in_order_(o_.batch) {
  std::iota(in_order_.begin(), in_order_.end(), 0u);
  fold(actor_, policy_);
}

LearnerOptions Sac::learning(const Component& sentence, const Setting& setting) const {
  return {.optimizer = optimizer_of(sentence, "optimizer"),
          .batch = o_.batch,
          .steps = std::max<std::uint64_t>(1, setting.options.steps / o_.common.every),
          .seed = seed_,
          .threads = hands_.threads_each(),
          .isa = setting.options.isa};
}

void Sac::end_round(std::uint64_t learned) {
  fold(actor_, policy_);
  const double looks = static_cast<double>(std::max<std::uint64_t>(1, learned) * o_.batch);
  const double sums[] = {(first_.loss + second_.loss) / 2, policy_loss_, entropy_, heat_};
  for (std::size_t i = 0; i < std::size(sums); ++i) figures_[i].second = sums[i] / looks;
}

// Until it learns it tries everything alike: the share of normal numbers below one is uniform.
void Sac::act() {
  const bool learned = enough();
  const auto outputs = learned ? chooser_.run(shown(), everyone()) : std::span<const float>();
  const std::size_t width = distribution_.outputs();
  for (const std::uint32_t e : everyone()) {
    Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::action, e), time());
    ActionNoise noise(rng, numbers_of(noise_, e), time() > 0 ? o_.persistence : 0);
    if (learned)
      distribution_.sample(outputs.subspan(e * width, width), noise, drawn_, action(e));
    else
      for (float& number : action(e))
        number = static_cast<float>(std::erf(noise.normal() / std::numbers::sqrt2));
  }
}

void Sac::learn() {
  Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::replay, 0), learned());
  replay().draw(rng, rows_);
  ActionNoise noise(rng);
  expect(noise);
  with_both([&](Critic& critic) { learn_values(critic); });
  learn_policy(noise);
}

// A state with an action behind it, as critics take them.
void Sac::pair(std::size_t i, const float* state, std::span<const float> action) {
  float* to = pairs_.data() + i * (columns_ + numbers_);
  std::copy(action.begin(), action.end(), std::copy_n(state, columns_, to));
}

Features Sac::pairs() const {
  return {pairs_.data(), ElementType::float32, o_.batch, columns_ + numbers_,
          (columns_ + numbers_) * sizeof(float)};
}

// What each transition's value should be: the reward, and what may be expected of an action that
// the policy would take then, the lower critic's word, with the entropy that is left.
void Sac::expect(ActionNoise& noise) {
  const auto outputs = next_chooser_.run(replay().nexts(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto action = numbers_of(batch_actions_, i);
    log_densities_[i] =
        distribution_.sample(outputs.subspan(i * distribution_.outputs(), distribution_.outputs()),
                             noise, drawn_, action);
    pair(i, reinterpret_cast<const float*>(replay().nexts().row(rows_[i])), action);
  }
  with_both([&](Critic& critic) { critic.values = critic.expected.run(pairs(), in_order_); });
  const double heat = temperature();
  for (std::size_t i = 0; i < rows_.size(); ++i)
    targets_[i] = static_cast<double>(replay().reward(rows_[i])) +
                  static_cast<double>(replay().discount(rows_[i])) *
                      (static_cast<double>(std::min(first_.values[i], second_.values[i])) -
                       heat * log_densities_[i]);
}

void Sac::learn_values(Critic& critic) {
  const auto values = critic.learner.forward(replay().pairs(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double error = static_cast<double>(values[i]) - targets_[i];
    critic.loss += error * error / 2;
    critic.gradient[i] = static_cast<float>(error / static_cast<double>(rows_.size()));
  }
  critic.learner.backward(critic.gradient);
  move_toward(critic.target, critic.online, o_.move);
}

// The loss of a state is temperature * log density - the lower critic's value of the action that
// is drawn there; the gradient goes through the action. The temperature follows the entropy to
// where it is wanted.
void Sac::learn_policy(ActionNoise& noise) {
  const std::size_t width = distribution_.outputs();
  const auto outputs = learner_.forward(replay().states(), rows_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto action = numbers_of(batch_actions_, i);
    log_densities_[i] = distribution_.sample(outputs.subspan(i * width, width), noise,
                                             numbers_of(batch_noise_, i), action);
    pair(i, reinterpret_cast<const float*>(replay().states().row(rows_[i])), action);
  }
  with_both([&](Critic& critic) { critic.values = critic.slope.forward(pairs(), in_order_); });
  const double share = 1 / static_cast<double>(rows_.size()), heat = temperature();
  double surplus = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const float first = first_.values[i], second = second_.values[i];
    first_.gradient[i] = first <= second ? static_cast<float>(-share) : 0;
    second_.gradient[i] = first <= second ? 0 : static_cast<float>(-share);
    policy_loss_ += heat * log_densities_[i] - static_cast<double>(std::min(first, second));
    entropy_ -= log_densities_[i];
    heat_ += heat;
    surplus += log_densities_[i] + o_.entropy * static_cast<double>(numbers_);
  }
  with_both([](Critic& critic) { critic.slope.backward(critic.gradient); });
  const auto by_first = first_.slope.input_gradient(), by_second = second_.slope.input_gradient();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::size_t at = i * (columns_ + numbers_) + columns_;
    for (std::size_t n = 0; n < numbers_; ++n) by_action_[n] = by_first[at + n] + by_second[at + n];
    distribution_.gradient(outputs.subspan(i * width, width), numbers_of(batch_noise_, i),
                           numbers_of(batch_actions_, i), heat * share, by_action_,
                           std::span(gradient_).subspan(i * width, width));
  }
  learner_.backward(gradient_);
  const double by_log_temperature[] = {-surplus * share};
  log_temperature_.learn(by_log_temperature);
}

void Sac::visit(Archive& archive) {
  archive.add("actor", actor_);
  archive.add("actor.learner", learner_);
  archive.add("noise", std::span(noise_));
  log_temperature_.visit("temperature", archive);
  first_.visit("first critic", archive);
  second_.visit("second critic", archive);
  OffPolicy::visit(archive);
  if (archive.reading() && !archive.checking) fold(actor_, policy_);
}

}  // namespace

Row sac() {
  constexpr double kMany = 1e9;
  return {
      {"sac",
       "soft actor-critic with learned temperature (Haarnoja and others, 2018), for actions that "
       "are numbers",
       {optimizer_argument("optimizer", "adam(3e-4)",
                           "of the policy, of both critics and of the temperature"),
        {"memory", "transitions that are remembered", Type::integer, "1000000", 1, kMany},
        {"start", "transitions that must be there before it learns", Type::integer, "1000", 1,
         kMany},
        {"batch", "transitions of a step of learning", Type::integer, "256", 1, 1 << 20},
        {"every", "steps of environments to a step of learning", Type::integer, "1", 1, kMany},
        share_argument("discount", "0.99", "what a reward is worth a step later"),
        share_argument("move", "0.005", "how far target critics follow in a step of learning"),
        {"entropy", "that is wanted, of each number of an action, the more negative the surer",
         Type::number, "-1", -100, 100},
        {"temperature", "what entropy is worth at first", Type::number, "1", 0, 1e6, true},
        persistence_argument()}},
      [](const Component& sentence, const Setting& setting) -> std::unique_ptr<Agent> {
        check_memory(sentence);
        return std::make_unique<Sac>(sentence, setting);
      }};
}

}  // namespace lithe::agents
