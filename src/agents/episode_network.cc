#include "agents/episode_network.h"

#include <algorithm>
#include <numeric>

#include "agents/networks.h"

namespace lithe::agents {

EpisodeNetwork::EpisodeNetwork(const Model& model, std::size_t environments, const std::string& isa)
    : rows_(environments) {
  std::iota(rows_.begin(), rows_.end(), 0u);
  if (!goes_along_episodes(model)) {
    predictor_.emplace(model, environments, isa);
    return;
  }
  stepper_.emplace(model, isa, environments);
  packed_.resize(environments * observation_size(model));
  states_.resize(environments * state_size());
}

std::span<const float> EpisodeNetwork::packed(const Features& observations) {
  for (std::size_t i = 0; i < observations.rows; ++i)
    std::copy_n(reinterpret_cast<const float*>(observations.row(i)), observations.columns,
                packed_.data() + i * observations.columns);
  return std::span(packed_).first(observations.rows * observations.columns);
}

std::span<const float> EpisodeNetwork::step(const Features& observations) {
  if (stepper_) return stepper_->step(packed(observations));
  return peek(observations);
}

std::span<const float> EpisodeNetwork::peek(const Features& observations) {
  if (stepper_) return stepper_->peek(packed(observations));
  return predictor_->run(observations, std::span(rows_).first(observations.rows));
}

void EpisodeNetwork::begin(std::size_t environment) {
  if (stepper_) stepper_->reset(environment);
}

void EpisodeNetwork::copy_states(std::span<float> to) const {
  if (stepper_) stepper_->copy_states(to);
}

void EpisodeNetwork::serialize(const std::string& name, Archive& archive) {
  if (!stepper_) return;
  stepper_->copy_states(states_);
  archive.add(name, std::span(states_));
  if (archive.reading() && !archive.checking) stepper_->set_states(states_);
}

}  // namespace lithe::agents
