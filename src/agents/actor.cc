#include "agents/actor.h"

#include <fmt/format.h>

#include <cmath>

#include "agents/networks.h"
#include "agents/policy.h"
#include "base/random.h"
#include "lithe/error.h"

namespace lithe::agents {

std::size_t policy_outputs(const Spaces& spaces) {
  if (spaces.choices > Categorical::kMaxActions)
    throw Error(ErrorKind::usage, fmt::format("{} discrete actions", spaces.choices),
                "the environment", fmt::format("at most {}", Categorical::kMaxActions));
  return spaces.choices > 0 ? spaces.choices : spaces.actions();
}

Actor::Actor(Model& policy, const Spaces& spaces, std::size_t environments,
             const LearnerOptions& options, double noise_correlation)
    : columns_(spaces.observation.size()),
      action_size_(spaces.actions()),
      noise_correlation_(noise_correlation),
      learner_(policy, options),
      network_(policy, environments, options.isa),
      environments_(environments) {
  if (spaces.choices > 0) {
    distribution_ = std::make_unique<Categorical>(spaces.choices);
  } else {
    log_std_ = std::make_unique<TrainableVector>(action_size_, 0, options);
    distribution_ = std::make_unique<Gaussian>(log_std_->values());
    shared_.resize(action_size_);
    noise_.resize(environments * action_size_);
  }
  gradient_.resize(options.batch * observations_of_example(policy) * distribution_->outputs());
}

std::string_view Actor::action_space() const {
  return log_std_ == nullptr ? kDiscrete : kContinuous;
}

void Actor::sample(std::span<const float> observations, std::uint64_t seed, std::uint64_t time,
                   std::span<float> actions, std::span<float> log_probs) {
  const auto outputs = network_.step({observations.data(), ElementType::float32, environments_,
                                      columns_, columns_ * sizeof(float)});
  const std::size_t width = distribution_->outputs();
  for (std::size_t e = 0; e < environments_; ++e) {
    const auto own = outputs.subspan(e * width, width);
    const auto action = actions.subspan(e * action_size_, action_size_);
    const auto stream =
        base::make_stream(base::StreamPurpose::action, static_cast<std::uint32_t>(e));
    Rng rng = Rng::of_step(seed, stream, time);
    const auto previous = noise_.empty()
                              ? std::span<float>()
                              : std::span(noise_).subspan(e * action_size_, action_size_);
    ActionNoise noise(rng, previous, time > 0 ? noise_correlation_ : 0);
    distribution_->sample(own, noise, action);
    log_probs[e] = static_cast<float>(distribution_->likelihood(own, action).log_prob);
  }
}

void Actor::serialize(Archive& archive) {
  archive.add("policy.learner", learner_);
  network_.serialize("policy.states", archive);
  if (log_std_ == nullptr) return;
  log_std_->serialize("log_std", archive);
  archive.add("noise", std::span(noise_));
}

}  // namespace lithe::agents
