// Environments whose state is a few numbers: a VectorEnv made from the equations of one
// environment.
//
//   struct Rules {
//     static constexpr std::size_t kState, kObserved;  static constexpr bool kDiscrete;
//     StepResult<kState> step(const double (&s)[kState], double action) const;   // the next state
//     void observe(const double (&s)[kState], double (&seen)[kObserved]) const;
//     void begin(Rng&, double (&s)[kState]) const;
//     bool possible(const double (&s)[kState]) const;
//     void draw(const double (&s)[kState], Picture&) const;
//   };
//
// States are stored in blocks, [block][variable][lane]. The loops over lanes call step and observe,
// which have no branches, so that compilers vectorize them. As nothing is contracted or reordered,
// the bits do not depend on the vector width.
#pragma once

#include <algorithm>
#include <utility>

#include "environments/vector_env.h"

namespace lithe::environments {

template <std::size_t kState>
struct StepResult {
  double state[kState];
  double reward;
  bool terminated;
};

template <class Rules>
class Dynamics final : public VectorEnv {
 public:
  static constexpr std::size_t kState = Rules::kState, kObserved = Rules::kObserved;

  Dynamics(const Rules& rules, std::size_t count)
      : rules_(rules), blocks_((count + kLanes - 1) / kLanes) {}

  void begin(std::size_t i, Rng& rng) override {
    double s[kState];
    rules_.begin(rng, s);
    put(i, s);
  }

  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs&) override {
    for_blocks(range, [&](std::size_t block, std::size_t first, std::size_t last) {
      double action[kLanes];
      for (std::size_t lane = first; lane < last; ++lane)
        action[lane] = action_of(actions, block * kLanes + lane);
      Results results;
      step_block(blocks_[block], first, last, action, results);
      float* const rewards = outcomes.rewards + block * kLanes;
      std::uint8_t* const terminated = outcomes.terminated + block * kLanes;
      for (std::size_t lane = first; lane < last; ++lane)
        rewards[lane] = static_cast<float>(results.reward[lane]);
      for (std::size_t lane = first; lane < last; ++lane)
        terminated[lane] = results.terminated[lane] != 0;
    });
  }

  void observe(Range range, ObservationRows rows) const override {
    for_blocks(range, [&](std::size_t block, std::size_t first, std::size_t last) {
      float seen[kObserved][kLanes];
      observe_block(blocks_[block], first, last, seen);
      for (std::size_t lane = first; lane < last; ++lane) {
        float* row = rows.row(block * kLanes + lane);
        for (std::size_t j = 0; j < kObserved; ++j) row[j] = seen[j][lane];
      }
    });
  }

  std::size_t state_size() const override { return kState; }
  void get_state(std::size_t i, double* state) override {
    const Block& block = blocks_[i / kLanes];
    for (std::size_t k = 0; k < kState; ++k) state[k] = block.state[k][i % kLanes];
  }
  bool set_state(std::size_t i, const double* state) override {
    double s[kState];
    std::copy_n(state, kState, s);
    if (!rules_.possible(s)) return false;
    put(i, s);
    return true;
  }

  void draw(std::size_t i, Picture& picture) const override {
    double s[kState];
    for (std::size_t k = 0; k < kState; ++k) s[k] = blocks_[i / kLanes].state[k][i % kLanes];
    rules_.draw(s, picture);
  }

 private:
  static constexpr std::size_t kLanes = 32;  // a few KiB of results, which stay in the cache
  struct Block {
    double state[kState][kLanes];
  };
  struct Results {
    double reward[kLanes], terminated[kLanes];
  };

  template <class Work>
  static void for_blocks(Range range, const Work& work) {
    for (std::size_t block = range.begin / kLanes; block * kLanes < range.end; ++block)
      work(block, std::max(range.begin, block * kLanes) - block * kLanes,
           std::min(range.end - block * kLanes, kLanes));
  }

  static double action_of(const Actions& actions, std::size_t i) {
    if constexpr (Rules::kDiscrete)
      return static_cast<double>(actions.choices[i]);
    else
      return static_cast<double>(actions.values[i * actions.stride]);
  }

  void step_block(Block& block, std::size_t first, std::size_t last, const double (&action)[kLanes],
                  Results& results) const {
    const Rules rules = rules_;
    for (std::size_t lane = first; lane < last; ++lane) {
      double s[kState];
      for (std::size_t k = 0; k < kState; ++k) s[k] = block.state[k][lane];
      const StepResult<kState> result = rules.step(s, action[lane]);
      for (std::size_t k = 0; k < kState; ++k) block.state[k][lane] = result.state[k];
      results.reward[lane] = result.reward;
      results.terminated[lane] = result.terminated ? 1.0 : 0.0;
    }
  }

  void observe_block(const Block& block, std::size_t first, std::size_t last,
                     float (&seen)[kObserved][kLanes]) const {
    const Rules rules = rules_;
    for (std::size_t lane = first; lane < last; ++lane) {
      double s[kState], o[kObserved];
      for (std::size_t k = 0; k < kState; ++k) s[k] = block.state[k][lane];
      rules.observe(s, o);
      for (std::size_t j = 0; j < kObserved; ++j) seen[j][lane] = static_cast<float>(o[j]);
    }
  }

  void put(std::size_t i, const double (&s)[kState]) {
    for (std::size_t k = 0; k < kState; ++k) blocks_[i / kLanes].state[k][i % kLanes] = s[k];
  }

  Rules rules_;
  base::AlignedArray<Block> blocks_;
};

template <class Rules>
std::unique_ptr<VectorEnv> make_dynamics(const Component& sentence, std::size_t count) {
  return std::make_unique<Dynamics<Rules>>(Rules(sentence), count);
}

}  // namespace lithe::environments
