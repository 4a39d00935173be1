// Environments of the user: each an object of its own, stepped one after the other, or all of them
// one object, stepped together.
#pragma once

#include <memory>
#include <vector>

#include "environments/vector_env.h"

namespace lithe::environments {

// All environments must have the same spaces.
class UserEnvironments final : public VectorEnv {
 public:
  UserEnvironments(std::vector<std::unique_ptr<Environment>> all, const Spaces& spaces);

  void begin(std::size_t i, Rng& rng) override;
  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs& rngs) override;
  void observe(Range range, ObservationRows rows) const override;
  std::size_t state_size() const override { return state_size_; }
  void get_state(std::size_t i, double* state) override;
  bool set_state(std::size_t i, const double* state) override;
  void draw(std::size_t i, Picture& picture) const override;

 private:
  std::span<float> seen(std::size_t i) { return {seen_.data() + i * observed_, observed_}; }

  std::vector<std::unique_ptr<Environment>> all_;
  std::size_t observed_, actions_, state_size_;
  bool discrete_;
  std::vector<float> low_, high_;
  base::AlignedArray<float> seen_, action_;
};

class UserVector final : public VectorEnv {
 public:
  UserVector(std::unique_ptr<VectorEnvironment> all, const Spaces& spaces, std::size_t count);

  void begin(std::size_t i, Rng& rng) override;
  void begin_all(std::size_t count, EpisodeRngs& rngs) override;
  void advance(Range range, const Actions& actions, const Outcomes& outcomes,
               EpisodeRngs& rngs) override;
  void observe(Range range, ObservationRows rows) const override;
  std::size_t state_size() const override { return 0; }
  void get_state(std::size_t, double*) override {}
  bool set_state(std::size_t, const double*) override { return false; }

 private:
  std::unique_ptr<VectorEnvironment> all_;
  std::size_t observed_;
  std::vector<float> low_, high_;  // of actions that are continuous
  base::AlignedArray<float> seen_, action_;
};

}  // namespace lithe::environments
