#include "environments/user_environments.h"

#include <fmt/format.h>

#include <algorithm>

#include "environments/engine.h"
#include "lithe/error.h"

namespace lithe {

namespace environments {

// The observation is part of the saved state, as the environment cannot be asked for it again.
UserEnvironments::UserEnvironments(std::vector<std::unique_ptr<Environment>> all,
                                   const Spaces& spaces)
    : all_(std::move(all)),
      observed_(spaces.low.size()),
      actions_(spaces.actions()),
      state_size_(observed_ + all_.front()->state().size()),
      discrete_(spaces.choices > 0),
      low_(spaces.action_low),
      high_(spaces.action_high),
      seen_(all_.size() * observed_),
      action_(all_.size() * actions_) {}

void UserEnvironments::begin(std::size_t i, Rng& rng) { all_[i]->reset(rng, seen(i)); }

void UserEnvironments::advance(Range range, const Actions& actions, const Outcomes& outcomes,
                               EpisodeRngs& rngs) {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    Action action;
    if (discrete_) {
      action.choice = actions.choices[i];
    } else {
      float* values = action_.data() + i * actions_;
      for (std::size_t j = 0; j < actions_; ++j)
        values[j] = std::clamp(actions.values[i * actions.stride + j], low_[j], high_[j]);
      action.values = {values, actions_};
    }
    Rng rng = rngs.open(i);
    const Outcome outcome = all_[i]->step(action, rng, seen(i));
    rngs.close(i, rng);
    outcomes.rewards[i] = outcome.reward;
    outcomes.terminated[i] = outcome.terminated;
    outcomes.truncated[i] = outcome.truncated;
  }
}

void UserEnvironments::observe(Range range, ObservationRows rows) const {
  for (std::size_t i = range.begin; i < range.end; ++i)
    std::copy_n(seen_.data() + i * observed_, observed_, rows.row(i));
}

void UserEnvironments::get_state(std::size_t i, double* state) {
  std::copy_n(seen_.data() + i * observed_, observed_, state);
  const std::span<double> own = all_[i]->state();
  std::copy(own.begin(), own.end(), state + observed_);
}

bool UserEnvironments::set_state(std::size_t i, const double* state) {
  for (std::size_t j = 0; j < observed_; ++j) seen(i)[j] = static_cast<float>(state[j]);
  const std::span<double> own = all_[i]->state();
  std::copy_n(state + observed_, own.size(), own.begin());
  return true;
}

void UserEnvironments::draw(std::size_t i, Picture& picture) const { all_[i]->draw(picture); }

UserVector::UserVector(std::unique_ptr<VectorEnvironment> all, const Spaces& spaces,
                       std::size_t count)
    : all_(std::move(all)),
      observed_(spaces.low.size()),
      low_(spaces.action_low),
      high_(spaces.action_high),
      seen_(count * observed_),
      action_(count * low_.size()) {}

void UserVector::begin(std::size_t i, Rng& rng) {
  all_->reset(i, rng.next(), {seen_.data() + i * observed_, observed_});
}

void UserVector::begin_all(std::size_t count, EpisodeRngs& rngs) {
  std::vector<std::uint32_t> seeds(count);
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng = rngs.open(i);
    seeds[i] = rng.next();
    rngs.close(i, rng);
  }
  all_->reset(seeds, {seen_.data(), observed_});
}

void UserVector::advance(Range range, const Actions& actions, const Outcomes& outcomes,
                         EpisodeRngs&) {
  const std::size_t size = low_.size();
  for (std::size_t i = range.begin; i < range.end; ++i)
    for (std::size_t j = 0; j < size; ++j)
      action_[i * size + j] = std::clamp(actions.values[i * actions.stride + j], low_[j], high_[j]);
  Outcomes own = outcomes;
  own.observations = {seen_.data(), observed_};
  all_->step(range.begin, range.end,
             {.choices = actions.choices, .values = action_.data(), .stride = size}, own);
}

void UserVector::observe(Range range, ObservationRows rows) const {
  for (std::size_t i = range.begin; i < range.end; ++i)
    std::copy_n(seen_.data() + i * observed_, observed_, rows.row(i));
}

}  // namespace environments

Environments Environments::make(const EnvironmentMaker& maker, const EnvironmentOptions& options) {
  const auto one = [&] {
    std::unique_ptr<Environment> made = maker();
    if (made == nullptr)
      throw Error(ErrorKind::usage, "the environment maker returned no environment");
    return made;
  };
  std::vector<std::unique_ptr<Environment>> all;
  all.push_back(one());
  const Spaces spaces = all.front()->spaces();
  environments::check_spaces(spaces, "the spaces of an environment of your own");
  environments::check_options(options, spaces);
  while (all.size() < options.count) all.push_back(one());
  return Environments(std::make_unique<environments::Engine>(
      "own", spaces, std::make_unique<environments::UserEnvironments>(std::move(all), spaces),
      options));
}

Environments Environments::make(std::unique_ptr<VectorEnvironment> all,
                                const EnvironmentOptions& options) {
  if (all == nullptr) throw Error(ErrorKind::usage, "there are no environments");
  const Spaces spaces = all->spaces();
  std::string name = all->name();
  environments::check_spaces(spaces, "the spaces of environments of your own");
  environments::check_options(options, spaces);
  return Environments(std::make_unique<environments::Engine>(
      std::move(name), spaces,
      std::make_unique<environments::UserVector>(std::move(all), spaces, options.count), options));
}

}  // namespace lithe
