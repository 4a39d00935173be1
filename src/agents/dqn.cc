// Deep Q-learning (Mnih and others, "Human-level control through deep reinforcement learning",
// 2015), with what was found to help since: double (van Hasselt, Guez, Silver, 2016), duelling
// (Wang and others, 2016), several steps at once and draws by priority (Hessel and others,
// "Rainbow", 2018).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "agents/fold.h"
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
      : common{c.integer("memory"), c.integer("start"),   c.integer("every"),
               c.integer("steps"),  c.number("discount"), c.number("priority")},
        batch(c.integer("batch")),
        target(c.integer("target")),
        exploration(c.number("exploration")),
        exploring(c.number("exploring")),
        bound(c.number("bound") > 0 ? c.number("bound") : kNone),
        doubled(is_yes(c, "double")),
        duelling(is_yes(c, "duelling")) {}

  OffPolicyOptions common;
  std::size_t batch, target;
  double exploration, exploring, bound;
  bool doubled, duelling;
};

class Dqn final : public OffPolicy {
 public:
  Dqn(const Component& sentence, const Setting& setting);

  Model& policy() override { return policy_; }
  std::string_view answer() const override { return kChoice; }
  std::span<const Figure> figures() const override { return figures_; }
  void visit(Archive& archive) override;

 private:
  void fold_policy() { o_.duelling ? fold_duelling(online_, policy_) : fold(online_, policy_); }
  void act() override;
  void learn() override;
  void begin_round() override { loss_ = mean_value_ = 0; }
  void end_round(std::uint64_t learned) override;
  void value(std::span<const float> outputs, std::span<double> values) const;
  double exploration() const;

  DqnOptions o_;
  std::uint64_t seed_, all_steps_;
  std::size_t choices_, width_;  // of the network's outputs: duelling has one more, the first
  Model online_, target_, policy_;
  Learner learner_;
  Predictor actor_, next_online_, next_target_;
  std::vector<std::uint32_t> rows_;
  std::vector<float> weights_, gradient_;
  std::vector<double> values_, targets_;
  double loss_ = 0, mean_value_ = 0;
  std::vector<Figure> figures_ = {{"loss", 0}, {"value", 0}, {"exploration", 0}};
};

NetworkForm form_of(const Setting& setting, std::size_t outputs) {
  return {setting.world.spaces().observation, false, setting.options.network, outputs, 1};
}

std::size_t choices_of(const World& world) {
  if (world.spaces().choices > 0) return world.spaces().choices;
  throw Error(ErrorKind::usage, "dqn chooses among actions, and this environment takes numbers",
              world.environments().name(), "--agent ppo or --agent sac");
}

Dqn::Dqn(const Component& sentence, const Setting& setting)
    : OffPolicy(setting.world, DqnOptions(sentence).common),
      o_(sentence),
      seed_(setting.options.seed),
      all_steps_(setting.options.steps),
      choices_(choices_of(setting.world)),
      width_(choices_ + o_.duelling),
      online_(make_network(form_of(setting, width_), seed_)),
      target_(make_network(form_of(setting, width_), seed_)),
      policy_(make_network(form_of(setting, choices_), seed_)),
      learner_(online_, {.optimizer = optimizer_of(sentence, "optimizer"),
                         .batch = o_.batch,
                         .steps = std::max<std::uint64_t>(1, all_steps_ / o_.common.every),
                         .seed = seed_,
                         .threads = setting.options.threads,
                         .isa = setting.options.isa}),
      actor_(online_, setting.world.size(), setting.options.isa),
      next_online_(online_, o_.batch, setting.options.isa),
      next_target_(target_, o_.batch, setting.options.isa),
      rows_(o_.batch),
      weights_(o_.batch),
      gradient_(o_.batch * width_),
      values_(choices_),
      targets_(o_.batch) {
  fold_policy();
}

void Dqn::end_round(std::uint64_t learned) {
  fold_policy();
  const double looks = static_cast<double>(std::max<std::uint64_t>(1, learned) * o_.batch);
  figures_[0].second = loss_ / looks;
  figures_[1].second = mean_value_ / looks;
  figures_[2].second = exploration();
}

// The probability of an action at random falls in proportion, and then stays.
double Dqn::exploration() const {
  const double done = static_cast<double>(steps()) / static_cast<double>(all_steps_);
  if (done >= o_.exploring) return o_.exploration;
  return 1 + (o_.exploration - 1) * done / o_.exploring;
}

// With duelling the first output is the value of the state, and the others are how much better an
// action is than the mean of all.
void Dqn::value(std::span<const float> outputs, std::span<double> values) const {
  if (!o_.duelling) {
    std::copy(outputs.begin(), outputs.end(), values.begin());
    return;
  }
  const auto advantages = outputs.subspan(1);
  const double mean =
      std::accumulate(advantages.begin(), advantages.end(), 0.0) / static_cast<double>(choices_);
  for (std::size_t i = 0; i < choices_; ++i)
    values[i] = static_cast<double>(outputs[0]) + static_cast<double>(advantages[i]) - mean;
}

void Dqn::act() {
  const auto outputs = actor_.run(shown(), everyone());
  const double random = exploration();
  for (const std::uint32_t e : everyone()) {
    Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::action, e), time());
    const auto own = outputs.subspan(e * width_ + o_.duelling, choices_);
    const std::size_t best =
        static_cast<std::size_t>(std::max_element(own.begin(), own.end()) - own.begin());
    const bool tries = rng.uniform_open() < random;
    const auto any = static_cast<std::size_t>(rng.uniform_open() * static_cast<double>(choices_));
    action(e)[0] = static_cast<float>(tries ? std::min(any, choices_ - 1) : best);
  }
}

void Dqn::learn() {
  Rng rng = Rng::of_step(seed_, base::make_stream(base::StreamPurpose::replay, 0), learned());
  replay().draw(rng, rows_);
  // The exponent of importance grows to 1 over the training.
  const double done = std::min(1.0, static_cast<double>(steps()) / static_cast<double>(all_steps_));
  replay().weigh(rows_, 0.4 + 0.6 * done, weights_);
  const auto theirs = next_target_.run(replay().nexts(), rows_);
  const auto ours = o_.doubled ? next_online_.run(replay().nexts(), rows_) : theirs;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto own = ours.subspan(i * width_ + o_.duelling, choices_);
    const auto best = std::max_element(own.begin(), own.end()) - own.begin();
    value(theirs.subspan(i * width_, width_), values_);
    targets_[i] =
        static_cast<double>(replay().reward(rows_[i])) +
        static_cast<double>(replay().discount(rows_[i])) * values_[static_cast<std::size_t>(best)];
  }
  const auto outputs = learner_.forward(replay().states(), rows_);
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto choice = static_cast<std::size_t>(*replay().action(rows_[i]));
    value(outputs.subspan(i * width_, width_), values_);
    const double error = values_[choice] - targets_[i];
    const double bounded = std::clamp(error, -o_.bound, o_.bound);
    const double slope =
        bounded * static_cast<double>(weights_[i]) / static_cast<double>(rows_.size());
    float* own = gradient_.data() + i * width_;
    own[choice + o_.duelling] += static_cast<float>(slope);
    if (o_.duelling) {
      own[0] = static_cast<float>(slope);
      for (std::size_t c = 0; c < choices_; ++c)
        own[1 + c] -= static_cast<float>(slope / static_cast<double>(choices_));
    }
    replay().set_error(rows_[i], error);
    loss_ += bounded * (error - bounded / 2);
    mean_value_ += values_[choice];
  }
  learner_.backward(gradient_);
  if ((learned() + 1) % o_.target == 0) move_toward(target_, online_, 1);
}

void Dqn::visit(Archive& archive) {
  archive.add("online", online_);
  archive.add("target", target_);
  archive.add("online.learner", learner_);
  OffPolicy::visit(archive);
  if (archive.reading() && !archive.checking) fold_policy();
}

}  // namespace

Row dqn() {
  constexpr double kMany = 1e9;
  return {
      {"dqn",
       "deep Q-learning (Mnih and others, 2015), for actions that are a choice",
       {optimizer_argument("optimizer", "adam(2.5e-4)", "of the values"),
        {"memory", "transitions that are remembered", Type::integer, "10000", 1, kMany},
        {"start", "transitions that must be there before it learns", Type::integer, "1000", 1,
         kMany},
        {"batch", "transitions of a step of learning", Type::integer, "128", 1, 1 << 20},
        {"every", "steps of environments to a step of learning", Type::integer, "10", 1, kMany},
        {"target",
         "steps of learning after which the target network is copied anew: 10000 as published, for "
         "a memory of a million; with few, values may run away",
         Type::integer, "500", 1, kMany},
        {"steps", "rewards that are added up before a value is asked for", Type::integer, "1", 1,
         1000},
        share_argument("discount", "0.99", "what a reward is worth a step later"),
        share_argument("exploration", "0.05", "actions at random in the end, from all at first"),
        share_argument("exploring", "0.5", "share of the training until that is reached"),
        share_argument("priority", "0",
                       "how much more often transitions are drawn whose error is large; 0.6 as "
                       "published (Schaul and others, 2016), 0: all alike"),
        {"bound",
         "an error counts for no more than this: 1 as published, where rewards are of "
         "that size too; 0: each for what it is. With returns far above it the seldom large "
         "errors of failures hardly count, and values grow beyond all bounds",
         Type::number, "0", 0, 1e9},
        yes_or_no("double", "false",
                  "choose by one network, value by the other (van Hasselt and others, 2016)"),
        yes_or_no("duelling", "false",
                  "tell the value of states from that of actions (Wang and others, 2016)")}},
      [](const Component& sentence, const Setting& setting) -> std::unique_ptr<Agent> {
        check_memory(sentence);
        return std::make_unique<Dqn>(sentence, setting);
      }};
}

}  // namespace lithe::agents
