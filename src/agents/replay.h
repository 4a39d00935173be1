// What happened in the past, to be learned from again: a ring of transitions, of which some are
// drawn at random, all alike or by how much is to be learned from each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/archive.h"
#include "lithe/dataset.h"
#include "lithe/rng.h"

namespace lithe::agents {

// From a state by an action to a reward and the state after it, one step later or several:
// `discount` says what a value there is worth here, 0 where the episode terminated.
struct Transition {
  const float* state = nullptr;
  const float* action = nullptr;
  float reward = 0;
  const float* next = nullptr;
  float discount = 0;
};

class Replay {
 public:
  struct Form {
    std::size_t capacity = 0, columns = 0, numbers = 0;
    // Draws by |error|^priority where above 0, weighed by importance (Schaul and others,
    // "Prioritized experience replay", 2016).
    double priority = 0;
  };
  // Throws Error(usage) where the machine has not the memory.
  explicit Replay(const Form& form);

  std::size_t size() const { return size_; }
  void add(const Transition& transition);

  // Fills `rows` with rows that were drawn, with repetitions.
  void draw(Rng& rng, std::span<std::uint32_t> rows) const;
  // How much a row counts where it was drawn by priority, at most 1 among `rows`; 1 elsewhere.
  void weigh(std::span<const std::uint32_t> rows, double exponent, std::span<float> weights) const;
  void set_error(std::uint32_t row, double error);

  // A row of memory is the state with the action behind it; the states after stand apart.
  Features states() const { return view(pairs_, form_.columns, form_.columns + form_.numbers); }
  Features pairs() const {
    return view(pairs_, form_.columns + form_.numbers, form_.columns + form_.numbers);
  }
  Features nexts() const { return view(nexts_, form_.columns, form_.columns); }
  const float* action(std::uint32_t row) const {
    return pairs_.data() + row * (form_.columns + form_.numbers) + form_.columns;
  }
  float reward(std::uint32_t row) const { return rewards_[row]; }
  float discount(std::uint32_t row) const { return discounts_[row]; }

  void visit(Archive& archive);

 private:
  Features view(const std::vector<float>& rows, std::size_t columns, std::size_t stride) const;
  void set_priority(std::size_t row, double priority);

  Form form_;
  std::uint64_t size_ = 0, next_row_ = 0;
  std::vector<float> pairs_, nexts_, rewards_, discounts_;
  // A binary tree of sums: node 1 is the root, row i is node leaves_ + i. Empty: all alike.
  std::size_t leaves_ = 0;
  std::vector<double> sums_;
  double highest_ = 1;
};

// Adds up the rewards of several steps to one transition, for environments in lockstep (Sutton,
// 1988; as in Hessel and others, "Rainbow", 2018). Where an episode ends, what is left of it goes
// into the memory with the steps that there were.
class StepsTogether {
 public:
  StepsTogether(std::size_t steps, std::size_t environments, std::size_t columns,
                std::size_t numbers, double discount);

  // One step of one environment.
  struct Step {
    std::size_t environment = 0;
    Transition transition;  // its discount is not looked at
    bool terminated = false, ended = false;
  };
  void add(const Step& step, Replay& replay);

  void visit(Archive& archive);

 private:
  void put(std::size_t environment, const float* next, bool terminated, Replay& replay);

  std::size_t steps_, columns_, numbers_;
  double discount_;
  // Rings of `steps` a environment.
  std::vector<float> states_, actions_, rewards_;
  std::vector<std::uint32_t> first_, count_;
};

}  // namespace lithe::agents
