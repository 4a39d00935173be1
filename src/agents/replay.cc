#include "agents/replay.h"

#include <algorithm>
#include <cmath>

#include "agents/memory.h"
#include "lithe/error.h"

namespace lithe::agents {

namespace {

// Errors of 0 are drawn as well, seldom.
constexpr double kLeastError = 1e-6;

// Two states, the action, reward and discount; of the tree of priorities up to four sums.
double bytes_of_transition(const Replay::Form& form) {
  const std::size_t numbers = 2 * form.columns + form.numbers + 2;
  const std::size_t sums = form.priority == 0 ? 0 : 4;
  return static_cast<double>(numbers * sizeof(float) + sums * sizeof(double));
}

}  // namespace

Replay::Replay(const Form& form) : form_(form) {
  check_room(static_cast<double>(form.capacity), bytes_of_transition(form),
             "transitions that are remembered", "memory");
  pairs_.resize(form.capacity * (form.columns + form.numbers));
  nexts_.resize(form.capacity * form.columns);
  rewards_.resize(form.capacity);
  discounts_.resize(form.capacity);
  if (form.priority == 0) return;
  for (leaves_ = 1; leaves_ < form.capacity;) leaves_ *= 2;
  sums_.resize(2 * leaves_);
}

void Replay::add(const Transition& transition) {
  const std::size_t row = next_row_;
  next_row_ = (next_row_ + 1) % form_.capacity;
  size_ = std::min<std::uint64_t>(size_ + 1, form_.capacity);
  float* pair = pairs_.data() + row * (form_.columns + form_.numbers);
  std::copy_n(transition.state, form_.columns, pair);
  std::copy_n(transition.action, form_.numbers, pair + form_.columns);
  std::copy_n(transition.next, form_.columns, nexts_.data() + row * form_.columns);
  rewards_[row] = transition.reward;
  discounts_[row] = transition.discount;
  // What is new is drawn at least once soon.
  if (leaves_ > 0) set_priority(row, highest_);
}

void Replay::set_priority(std::size_t row, double priority) {
  std::size_t node = leaves_ + row;
  sums_[node] = priority;
  for (node /= 2; node > 0; node /= 2) sums_[node] = sums_[2 * node] + sums_[2 * node + 1];
}

void Replay::set_error(std::uint32_t row, double error) {
  if (leaves_ == 0) return;
  const double priority = std::pow(std::abs(error) + kLeastError, form_.priority);
  highest_ = std::max(highest_, priority);
  set_priority(row, priority);
}

// By priority one row is drawn from each of as many equal parts of the sum.
void Replay::draw(Rng& rng, std::span<std::uint32_t> rows) const {
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

void Replay::weigh(std::span<const std::uint32_t> rows, double exponent,
                   std::span<float> weights) const {
  if (leaves_ == 0) {
    std::fill(weights.begin(), weights.end(), 1.0f);
    return;
  }
  double most = 0;
  for (const std::uint32_t row : rows)
    most = std::max(most, std::pow(sums_[leaves_ + row], -exponent));
  for (std::size_t i = 0; i < rows.size(); ++i)
    weights[i] = static_cast<float>(std::pow(sums_[leaves_ + rows[i]], -exponent) / most);
}

Features Replay::view(const std::vector<float>& rows, std::size_t columns,
                      std::size_t stride) const {
  return {rows.data(), ElementType::float32, form_.capacity, columns, stride * sizeof(float)};
}

void Replay::visit(Archive& archive) {
  archive.add("replay.size", size_);
  archive.add("replay.next", next_row_);
  archive.add("replay.pairs", std::span(pairs_));
  archive.add("replay.nexts", std::span(nexts_));
  archive.add("replay.rewards", std::span(rewards_));
  archive.add("replay.discounts", std::span(discounts_));
  archive.add("replay.priorities", std::span(sums_));
  archive.add("replay.highest", std::span(&highest_, 1));
  if (size_ <= form_.capacity && next_row_ < form_.capacity) return;
  size_ = next_row_ = 0;
  throw Error(ErrorKind::model, "a memory that is fuller than full", "the state of a training");
}

StepsTogether::StepsTogether(std::size_t steps, std::size_t environments, std::size_t columns,
                             std::size_t numbers, double discount)
    : steps_(steps),
      columns_(columns),
      numbers_(numbers),
      discount_(discount),
      states_(steps * environments * columns),
      actions_(steps * environments * numbers),
      rewards_(steps * environments),
      first_(environments, 0),
      count_(environments, 0) {}

void StepsTogether::add(const Step& step, Replay& replay) {
  const std::size_t e = step.environment;
  const std::size_t place = e * steps_ + (first_[e] + count_[e]) % steps_;
  std::copy_n(step.transition.state, columns_, states_.data() + place * columns_);
  std::copy_n(step.transition.action, numbers_, actions_.data() + place * numbers_);
  rewards_[place] = step.transition.reward;
  ++count_[e];
  if (count_[e] == steps_) put(e, step.transition.next, step.terminated, replay);
  while (step.ended && count_[e] > 0) put(e, step.transition.next, step.terminated, replay);
}

// The oldest of an environment's steps goes, with the rewards of all.
void StepsTogether::put(std::size_t e, const float* next, bool terminated, Replay& replay) {
  double reward = 0, discount = 1;
  for (std::size_t i = 0; i < count_[e]; ++i, discount *= discount_)
    reward += discount * static_cast<double>(rewards_[e * steps_ + (first_[e] + i) % steps_]);
  const std::size_t place = e * steps_ + first_[e];
  replay.add({states_.data() + place * columns_, actions_.data() + place * numbers_,
              static_cast<float>(reward), next, terminated ? 0 : static_cast<float>(discount)});
  first_[e] = static_cast<std::uint32_t>((first_[e] + 1) % steps_);
  --count_[e];
}

void StepsTogether::visit(Archive& archive) {
  archive.add("steps.states", std::span(states_));
  archive.add("steps.actions", std::span(actions_));
  archive.add("steps.rewards", std::span(rewards_));
  archive.add("steps.first", std::span(first_));
  archive.add("steps.count", std::span(count_));
  const auto within = [&](std::uint32_t place) { return place < steps_; };
  if (std::all_of(first_.begin(), first_.end(), within) &&
      std::all_of(count_.begin(), count_.end(), within))
    return;
  std::fill(first_.begin(), first_.end(), 0u);
  std::fill(count_.begin(), count_.end(), 0u);
  throw Error(ErrorKind::model, "more steps than are kept together", "the state of a training");
}

}  // namespace lithe::agents
