// Environments that are not Lithe's: one after the other, each its own object.
#pragma once

#include <memory>
#include <vector>

#include "environments/batch.h"

namespace lithe::environments {

// A batch of the user's environments, all with the same spaces.
class Own final : public Batch {
 public:
  Own(std::vector<std::unique_ptr<Environment>> all, const Spaces& spaces);

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

}  // namespace lithe::environments
