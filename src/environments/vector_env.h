// A vector of environments of one kind: the part of Environments that differs from kind to kind.
// The engine (engine.h) adds episodes, step limits and statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/aligned.h"
#include "base/random.h"
#include "lithe/environment.h"
#include "network/declaration.h"

namespace lithe::environments {

struct Range {
  std::size_t begin, end;
};

// The random numbers of the current episode of each environment: a function of (seed, environment,
// episode). open() continues where the last close() stopped.
class EpisodeRngs {
 public:
  EpisodeRngs(std::size_t count, std::uint64_t seed)
      : seed_(seed), started_(count), block_(count) {}

  Rng open(std::size_t i) const {
    const auto environment = static_cast<std::uint32_t>(i);
    return {seed_, base::make_stream(base::StreamPurpose::environment, environment),
            std::uint64_t{started_[i] - 1} << 32 | block_[i]};
  }
  void close(std::size_t i, const Rng& rng) {
    block_[i] += static_cast<std::uint32_t>(rng.blocks());
  }
  void next_episode(std::size_t i) {
    ++started_[i];
    block_[i] = 0;
  }

  std::uint64_t seed() const { return seed_; }
  void set_seed(std::uint64_t seed) { seed_ = seed; }
  std::uint32_t& started(std::size_t i) { return started_[i]; }
  std::uint32_t& block(std::size_t i) { return block_[i]; }

 private:
  std::uint64_t seed_;
  base::AlignedArray<std::uint32_t> started_, block_;
};

class VectorEnv {
 public:
  virtual ~VectorEnv() = default;

  // Resets environment i to the start of an episode.
  virtual void begin(std::size_t i, Rng& rng) = 0;
  // Resets all of them; those that step together do it in one call.
  virtual void begin_all(std::size_t count, EpisodeRngs& rngs) {
    for (std::size_t i = 0; i < count; ++i) {
      Rng rng = rngs.open(i);
      begin(i, rng);
      rngs.close(i, rng);
    }
  }
  // Steps the environments of the range: writes `rewards` and `terminated`, and sets `truncated`,
  // which is 0 before, if the kind has a limit of its own. Several threads may call it with
  // disjoint ranges.
  virtual void advance(Range range, const Actions& actions, const Outcomes& outcomes,
                       EpisodeRngs& rngs) = 0;
  virtual void observe(Range range, ObservationRows rows) const = 0;

  virtual std::size_t state_size() const = 0;  // 0: cannot be saved
  virtual void get_state(std::size_t i, double* state) = 0;
  // Returns false and changes nothing if the state is invalid. All values are finite.
  virtual bool set_state(std::size_t i, const double* state) = 0;

  virtual void draw(std::size_t, Picture&) const {}
};

// A kind of environment: its declaration and its factory.
struct Kind {
  network::Declaration declaration;
  Spaces (*spaces)(const Component& sentence);  // throws Error(sentence) if invalid
  std::unique_ptr<VectorEnv> (*make)(const Component& sentence, std::size_t count);
};

}  // namespace lithe::environments
