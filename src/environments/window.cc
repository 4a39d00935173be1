#include <algorithm>
#include <cassert>
#include <cmath>

#include "lithe/environment.h"

namespace lithe {

EpisodeWindow::EpisodeWindow(std::size_t capacity) : episodes_(capacity) { assert(capacity > 0); }

void EpisodeWindow::record(const Environments& environments, const Outcomes& outcomes) {
  for (std::size_t i = 0; i < environments.size(); ++i)
    if ((outcomes.terminated[i] | outcomes.truncated[i]) != 0) add(environments.last_episode(i));
}

void EpisodeWindow::add(const Environments::Episode& episode) {
  episodes_[next_] = episode;
  next_ = (next_ + 1) % episodes_.size();
  filled_ = std::min(filled_ + 1, episodes_.size());
  ++total_;
}

const Environments::Episode& EpisodeWindow::episode(std::size_t i) const {
  assert(i < filled_);
  return episodes_[(next_ + episodes_.size() - filled_ + i) % episodes_.size()];
}

double EpisodeWindow::mean_return() const {
  double sum = 0;
  for (std::size_t i = 0; i < filled_; ++i) sum += episodes_[i].episode_return;
  return filled_ > 0 ? sum / static_cast<double>(filled_) : 0;
}

double EpisodeWindow::std_return() const {
  const double mean = mean_return();
  double sum = 0;
  for (std::size_t i = 0; i < filled_; ++i)
    sum += (episodes_[i].episode_return - mean) * (episodes_[i].episode_return - mean);
  return filled_ > 0 ? std::sqrt(sum / static_cast<double>(filled_)) : 0;
}

double EpisodeWindow::min_return() const {
  double lowest = filled_ > 0 ? episodes_[0].episode_return : 0;
  for (std::size_t i = 0; i < filled_; ++i) lowest = std::min(lowest, episodes_[i].episode_return);
  return lowest;
}

double EpisodeWindow::max_return() const {
  double highest = filled_ > 0 ? episodes_[0].episode_return : 0;
  for (std::size_t i = 0; i < filled_; ++i)
    highest = std::max(highest, episodes_[i].episode_return);
  return highest;
}

double EpisodeWindow::mean_length() const {
  double sum = 0;
  for (std::size_t i = 0; i < filled_; ++i) sum += static_cast<double>(episodes_[i].length);
  return filled_ > 0 ? sum / static_cast<double>(filled_) : 0;
}

}  // namespace lithe
