#include "agents/replay_buffer.h"

#include <algorithm>
#include <cmath>

#include "agents/memory_check.h"
#include "lithe/error.h"

namespace lithe::agents {

namespace {

// Added to |error|, so that transitions without an error are sampled now and then.
constexpr double kLeastError = 1e-6;

// Two states, the action, the reward and the discount, and up to four nodes of the sum tree.
double bytes_of_transition(const ReplayBuffer::Form& form) {
  const std::size_t numbers = 2 * form.observation_size + form.action_size + 2;
  const std::size_t sums = form.priority_exponent == 0 ? 0 : 4;
  return static_cast<double>(numbers * sizeof(float) + sums * sizeof(double));
}

}  // namespace

ReplayBuffer::ReplayBuffer(const Form& form) : form_(form) {
  check_memory(static_cast<double>(form.capacity), bytes_of_transition(form), "transitions",
               "buffer_size");
  pairs_.resize(form.capacity * (form.observation_size + form.action_size));
  next_states_.resize(form.capacity * form.observation_size);
  rewards_.resize(form.capacity);
  discounts_.resize(form.capacity);
  if (form.priority_exponent == 0) return;
  for (leaves_ = 1; leaves_ < form.capacity;) leaves_ *= 2;
  sums_.resize(2 * leaves_);
}

void ReplayBuffer::add(const Transition& transition) {
  const std::size_t row = next_row_;
  next_row_ = (next_row_ + 1) % form_.capacity;
  size_ = std::min<std::uint64_t>(size_ + 1, form_.capacity);
  float* pair = pairs_.data() + row * (form_.observation_size + form_.action_size);
  std::copy_n(transition.state, form_.observation_size, pair);
  std::copy_n(transition.action, form_.action_size, pair + form_.observation_size);
  std::copy_n(transition.next, form_.observation_size,
              next_states_.data() + row * form_.observation_size);
  rewards_[row] = transition.reward;
  discounts_[row] = transition.discount;
  // New transitions have the highest priority, so that each is sampled soon.
  if (leaves_ > 0) set_priority(row, max_priority_);
}

void ReplayBuffer::set_priority(std::size_t row, double priority) {
  std::size_t node = leaves_ + row;
  sums_[node] = priority;
  for (node /= 2; node > 0; node /= 2) sums_[node] = sums_[2 * node] + sums_[2 * node + 1];
}

void ReplayBuffer::set_error(std::uint32_t row, double error) {
  if (leaves_ == 0) return;
  const double priority = std::pow(std::abs(error) + kLeastError, form_.priority_exponent);
  max_priority_ = std::max(max_priority_, priority);
  set_priority(row, priority);
}

// By priority, the sum of all priorities is divided into equal ranges, one for each row (stratified
// sampling).
void ReplayBuffer::sample(Rng& rng, std::span<std::uint32_t> rows) const {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (leaves_ == 0) {
      const double place = rng.uniform_open() * static_cast<double>(size_);
      rows[i] = static_cast<std::uint32_t>(std::min(static_cast<std::size_t>(place), size_ - 1));
      continue;
    }
    double left =
        (static_cast<double>(i) + rng.uniform_open()) / static_cast<double>(rows.size()) * sums_[1];
    std::size_t node = 1;
    while (node < leaves_) {
      node *= 2;
      if (left >= sums_[node] && sums_[node + 1] > 0) left -= sums_[node++];
    }
    rows[i] = static_cast<std::uint32_t>(std::min(node - leaves_, size_ - 1));
  }
}

void ReplayBuffer::importance_weights(std::span<const std::uint32_t> rows, double beta,
                                      std::span<float> weights) const {
  if (leaves_ == 0) {
    std::fill(weights.begin(), weights.end(), 1.0f);
    return;
  }
  double most = 0;
  for (const std::uint32_t row : rows) most = std::max(most, std::pow(sums_[leaves_ + row], -beta));
  for (std::size_t i = 0; i < rows.size(); ++i)
    weights[i] = static_cast<float>(std::pow(sums_[leaves_ + rows[i]], -beta) / most);
}

Features ReplayBuffer::view(const std::vector<float>& rows, std::size_t columns,
                            std::size_t stride) const {
  return {rows.data(), ElementType::float32, form_.capacity, columns, stride * sizeof(float)};
}

void ReplayBuffer::serialize(Archive& archive) {
  archive.add("replay.size", size_);
  archive.add("replay.next", next_row_);
  archive.add("replay.pairs", std::span(pairs_));
  archive.add("replay.next_states", std::span(next_states_));
  archive.add("replay.rewards", std::span(rewards_));
  archive.add("replay.discounts", std::span(discounts_));
  archive.add("replay.priorities", std::span(sums_));
  archive.add("replay.max_priority", std::span(&max_priority_, 1));
  if (size_ <= form_.capacity && next_row_ < form_.capacity) return;
  size_ = next_row_ = 0;
  throw Error(ErrorKind::model, "the replay buffer holds more than its capacity", "the state file");
}

}  // namespace lithe::agents
