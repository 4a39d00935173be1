// The replay buffer of off-policy agents: a ring of transitions, sampled uniformly or by priority.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/archive.h"
#include "lithe/dataset.h"
#include "lithe/rng.h"

namespace lithe::agents {

// A state, an action, the reward, and the state one step or several steps later. `discount` is the
// factor of the value of that state: gamma^steps, or 0 if the episode terminated.
struct Transition {
  const float* state = nullptr;
  const float* action = nullptr;
  float reward = 0;
  const float* next = nullptr;
  float discount = 0;
};

class ReplayBuffer {
 public:
  struct Form {
    std::size_t capacity = 0, observation_size = 0, action_size = 0;
    // If above 0, transitions are sampled in proportion to |TD error|^priority_exponent (Schaul and
    // others, "Prioritized experience replay", 2016).
    double priority_exponent = 0;
  };
  // Throws Error(usage) if the machine does not have the memory.
  explicit ReplayBuffer(const Form& form);

  std::size_t size() const { return size_; }
  void add(const Transition& transition);

  // Fills `rows` with sampled rows, which may repeat.
  void sample(Rng& rng, std::span<std::uint32_t> rows) const;
  // Importance-sampling weights of the rows with exponent beta, divided by their maximum; all are 1
  // if sampling is uniform.
  void importance_weights(std::span<const std::uint32_t> rows, double beta,
                          std::span<float> weights) const;
  // Sets the priority of a row from its TD error.
  void set_error(std::uint32_t row, double error);

  // A row holds the state, followed by the action. The next states are an array of their own.
  Features states() const {
    return view(pairs_, form_.observation_size, form_.observation_size + form_.action_size);
  }
  Features pairs() const {
    return view(pairs_, form_.observation_size + form_.action_size,
                form_.observation_size + form_.action_size);
  }
  Features next_states() const {
    return view(next_states_, form_.observation_size, form_.observation_size);
  }
  const float* action(std::uint32_t row) const {
    return pairs_.data() + row * (form_.observation_size + form_.action_size) +
           form_.observation_size;
  }
  float reward(std::uint32_t row) const { return rewards_[row]; }
  float discount(std::uint32_t row) const { return discounts_[row]; }

  void serialize(Archive& archive);

 private:
  Features view(const std::vector<float>& rows, std::size_t columns, std::size_t stride) const;
  void set_priority(std::size_t row, double priority);

  Form form_;
  std::uint64_t size_ = 0, next_row_ = 0;
  std::vector<float> pairs_, next_states_, rewards_, discounts_;
  // A sum tree: node 1 is the root, row i is node leaves_ + i. Empty if sampling is uniform.
  std::size_t leaves_ = 0;
  std::vector<double> sums_;
  double max_priority_ = 1;
};

}  // namespace lithe::agents
