#include "agents/vector_env_runner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lithe/error.h"

namespace lithe::agents {

ActionMapper::ActionMapper(const Spaces& spaces, std::size_t environments)
    : action_size_(spaces.actions()), low_(spaces.action_low), high_(spaces.action_high) {
  if (spaces.choices > 0) {
    choices_.resize(environments);
    return;
  }
  values_.resize(environments * action_size_);
  for (std::size_t i = 0; i < action_size_; ++i) {
    const float low = spaces.action_low[i], high = spaces.action_high[i];
    const bool bounded = std::isfinite(low) && std::isfinite(high);
    middle_.push_back(bounded ? (low + high) / 2 : 0);
    half_.push_back(bounded ? (high - low) / 2 : 1);
  }
}

Actions ActionMapper::map(std::span<const float> actions) {
  if (middle_.empty()) {
    std::transform(actions.begin(), actions.end(), choices_.begin(),
                   [](float choice) { return static_cast<std::int32_t>(choice); });
    return {.choices = choices_.data()};
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const std::size_t n = i % action_size_;
    values_[i] = std::clamp(middle_[n] + half_[n] * actions[i], low_[n], high_[n]);
  }
  return {.values = values_.data(), .stride = action_size_};
}

namespace {

Environments reset(Environments&& environments) {
  const std::size_t columns = environments.spaces().observation.size();
  std::vector<float> first(environments.size() * columns);
  environments.reset({first.data(), columns});
  return std::move(environments);
}

}  // namespace

VectorEnvRunner::VectorEnvRunner(Environments&& environments)
    : environments_(reset(std::move(environments))),
      columns_(environments_.spaces().observation.size()),
      mapper_(environments_.spaces(), environments_.size()),
      rewards_(environments_.size()),
      last_(environments_.size() * columns_),
      terminated_(environments_.size()),
      truncated_(environments_.size()) {}

void VectorEnvRunner::observe(std::span<float> to) const {
  environments_.observe({to.data(), columns_});
}

std::uint64_t VectorEnvRunner::episodes_ended() const {
  std::uint64_t sum = 0;
  for (std::size_t e = 0; e < size(); ++e) sum += environments_.completed_episodes(e);
  return sum;
}

void VectorEnvRunner::serialize(Archive& archive) {
  recent_[0] = static_cast<double>(window_.size());
  for (std::size_t i = 0; i < window_.size(); ++i) {
    recent_[1 + 2 * i] = window_.episode(i).episode_return;
    recent_[2 + 2 * i] = static_cast<double>(window_.episode(i).length);
  }
  archive.add("recent_episodes", std::span(recent_));
  if (!archive.reading() || archive.checking) return;
  const auto within = [](double value, double most) { return value >= 0 && value <= most; };
  bool sound = within(recent_[0], kRecentEpisodes);
  const std::size_t count = sound ? static_cast<std::size_t>(recent_[0]) : 0;
  window_ = EpisodeWindow(kRecentEpisodes);
  for (std::size_t i = 0; i < count && sound; ++i) {
    sound = std::isfinite(recent_[1 + 2 * i]) && within(recent_[2 + 2 * i], 0x1p53);
    if (sound) window_.add({recent_[1 + 2 * i], static_cast<std::size_t>(recent_[2 + 2 * i])});
  }
  if (!sound) throw Error(ErrorKind::model, "the recent episodes are not valid", "the state file");
}

void VectorEnvRunner::step(std::span<const float> actions, std::span<float> to) {
  const Outcomes outcomes = {{to.data(), columns_},
                             rewards_.data(),
                             terminated_.data(),
                             truncated_.data(),
                             {last_.data(), columns_}};
  environments_.step(mapper_.map(actions), outcomes);
  window_.record(environments_, outcomes);
}

}  // namespace lithe::agents
