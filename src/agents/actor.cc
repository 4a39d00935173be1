#include "agents/actor.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "agents/policy.h"
#include "base/random.h"
#include "lithe/error.h"

namespace lithe::agents {

std::size_t outputs_of_policy(const Spaces& spaces) {
  if (spaces.choices > Categorical::kMostChoices)
    throw Error(ErrorKind::usage, fmt::format("{} choices", spaces.choices), "the environment",
                fmt::format("at most {}", Categorical::kMostChoices));
  return spaces.choices > 0 ? spaces.choices : spaces.actions();
}

Actor::Actor(Model& policy, const Spaces& spaces, std::size_t environments,
             const LearnerOptions& learning, double persistence)
    : columns_(spaces.observation.size()),
      numbers_(spaces.actions()),
      persistence_(persistence),
      learner_(policy, learning),
      predictor_(policy, environments, learning.isa),
      everyone_(environments) {
  std::iota(everyone_.begin(), everyone_.end(), 0u);
  if (spaces.choices > 0) {
    distribution_ = std::make_unique<Categorical>(spaces.choices);
  } else {
    deviations_ = std::make_unique<LearnedVector>(numbers_, 0, learning);
    distribution_ = std::make_unique<Gaussian>(deviations_->values());
    shared_.resize(numbers_);
    noise_.resize(environments * numbers_);
  }
  gradient_.resize(learning.batch * distribution_->outputs());
}

std::string_view Actor::answer() const { return deviations_ == nullptr ? kChoice : kNumbers; }

void Actor::sample(std::span<const float> observations, std::uint64_t seed, std::uint64_t time,
                   std::span<float> actions, std::span<float> log_densities) {
  const Features features = {observations.data(), ElementType::float32, everyone_.size(), columns_,
                             columns_ * sizeof(float)};
  const auto outputs = predictor_.run(features, everyone_);
  const std::size_t width = distribution_->outputs();
  for (std::size_t e = 0; e < everyone_.size(); ++e) {
    const auto own = outputs.subspan(e * width, width);
    const auto action = actions.subspan(e * numbers_, numbers_);
    Rng rng =
        Rng::of_step(seed, base::make_stream(base::StreamPurpose::action, everyone_[e]), time);
    const auto previous =
        noise_.empty() ? std::span<float>() : std::span(noise_).subspan(e * numbers_, numbers_);
    ActionNoise noise(rng, previous, time > 0 ? persistence_ : 0);
    distribution_->sample(own, noise, action);
    log_densities[e] = static_cast<float>(distribution_->likelihood(own, action).log_density);
  }
}

void Actor::visit(Archive& archive) {
  archive.add("policy.learner", learner_);
  if (deviations_ == nullptr) return;
  deviations_->visit("deviations", archive);
  archive.add("noise", std::span(noise_));
}

}  // namespace lithe::agents
