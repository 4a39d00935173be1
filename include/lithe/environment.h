// Environments for reinforcement learning: vectors of environments that step together.
//
//   auto environments = lithe::Environments::make("cartpole", {.count = 8, .seed = 1});
//   environments.reset(observations);
//   for (;;) environments.step({.choices = choices}, {observations, rewards, terminated,
//   truncated});
//
// An environment is a sentence (`lithe rl list` lists them with their arguments), a class of your
// own, or a program that answers lines of JSON (docs/environments.md). The meaning of reset, step,
// terminated and truncated is Gymnasium's (Towers and others, "Gymnasium", 2024).
//
// Environments reset automatically (Gymnasium's AutoresetMode.SAME_STEP). When a step ends the
// episode of environment i,
//   rewards[i], terminated[i], truncated[i]   belong to this last step,
//   row i of observations                     is the first observation of the next episode,
//   row i of final_observations               is the last observation of the episode that ended,
//                                             whose value a truncated episode is bootstrapped with.
// final_observations and final_pictures are written only for environments whose episode ended.
// Both flags may be set: terminated then counts.
//
// Random numbers are a function of (seed, environment, episode): neither the number of threads nor
// the order of the steps changes a bit. The built-in environments allocate nothing after
// construction.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/component.h"
#include "lithe/rng.h"

namespace lithe {

// The observation and action spaces. Values without a bound have infinite low and high.
struct Spaces {
  Shape observation = {};                  // an image: height x width x channels
  std::vector<float> low = {}, high = {};  // of each observed value
  // Discrete actions are 0 to choices - 1. With 0 choices, actions are continuous: vectors within
  // the bounds, to which they are clipped.
  std::size_t choices = 0;
  std::vector<float> action_low = {}, action_high = {};
  std::size_t step_limit = 0;         // steps after which an episode is truncated; 0: no limit
  std::optional<double> solved = {};  // the mean return at which the task counts as solved
  double step_seconds = 0;            // simulated time of a step, for animations; 0: none

  std::size_t actions() const { return choices > 0 ? 1 : action_low.size(); }  // numbers per action
};

// The action of one environment: `choice` if actions are discrete, `values` if they are continuous.
struct Action {
  std::int32_t choice = 0;
  std::span<const float> values = {};
};

struct Outcome {
  float reward = 0;
  bool terminated = false, truncated = false;
};

// A rendered RGB image, rows from the top.
struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

// An environment of your own: four functions. examples/own_environment.cc is a complete one.
class Environment {
 public:
  virtual ~Environment() = default;

  virtual Spaces spaces() const = 0;
  // Both write the observation. All random numbers must come from `rng`.
  virtual void reset(Rng& rng, std::span<float> observation) = 0;
  virtual Outcome step(const Action& action, Rng& rng, std::span<float> observation) = 0;
  // The whole state that a step depends on, always of the same size: it is read to save the
  // environment and written to restore it. The observation is saved besides.
  virtual std::span<double> state() = 0;

  // Optional: renders the current state, for `lithe rl play`.
  virtual void draw(Picture&) const {}
};
using EnvironmentMaker = std::function<std::unique_ptr<Environment>()>;

// The rows of a matrix, which may be padded: value j of row i is data[i * stride + j].
struct ObservationRows {
  float* data = nullptr;
  std::size_t stride = 0;  // at least the number of columns

  float* row(std::size_t i) const { return data + i * stride; }
};

// The actions of all environments: choices[i] if actions are discrete, values[i * stride + j] if
// they are continuous. Values outside the bounds are clipped; choices must be in range.
struct Actions {
  const std::int32_t* choices = nullptr;
  const float* values = nullptr;
  std::size_t stride = 0;
};

// The arrays that a step writes. final_observations and final_pictures are optional.
struct Outcomes {
  ObservationRows observations;
  float* rewards = nullptr;
  std::uint8_t *terminated = nullptr, *truncated = nullptr;
  ObservationRows final_observations = {};
  Picture* final_pictures = nullptr;  // as draw() renders them before the reset
};

// Environments of your own that step together in one call, such as those of a simulator or of
// another language. They cannot be saved.
class VectorEnvironment {
 public:
  virtual ~VectorEnvironment() = default;

  virtual Spaces spaces() const = 0;
  virtual std::string name() const { return "own"; }
  // Begins an episode in every environment, or in environment i alone, and writes the first
  // observation. All random numbers must come from the seeds, of which there is one for each
  // environment.
  virtual void reset(std::span<const std::uint32_t> seeds, ObservationRows observations) = 0;
  virtual void reset(std::size_t i, std::uint32_t seed, std::span<float> observation) = 0;
  // Steps the environments begin to end - 1; pointers and rows are those of environment 0. The
  // actions are within their bounds. Writes observations, rewards, terminated and truncated; where
  // an episode ends, its last observation, and reset(i, ...) follows.
  virtual void step(std::size_t begin, std::size_t end, const Actions& actions,
                    const Outcomes& outcomes) = 0;
};

// Draws a random action of one environment: uniform within the bounds, normal where there are none.
// `values` has spaces.actions() of them.
void sample_action(const Spaces& spaces, Rng& rng, std::int32_t& choice, std::span<float> values);

struct EnvironmentOptions {
  std::size_t count = 1;  // 1 to 65536
  std::uint64_t seed = 0;
  // 1 to 1000: a step repeats the action and sums the rewards, until the episode ends ("frame
  // skip": Mnih and others, 2015).
  std::size_t action_repeat = 1;
};

struct ProgramOptions {
  std::chrono::milliseconds time_limit{30000};  // of each answer
  // Called with each line that a program writes to standard error; may be empty.
  std::function<void(std::size_t environment, std::string_view line)> on_stderr = {};
};

namespace environments {
class Engine;
}

class Environments {
 public:
  // Throws Error(sentence), which points into the text, or Error(usage) for sizes out of range.
  static Environments make(std::string_view sentence, const EnvironmentOptions& options);
  // Throws Error(usage) if spaces() are inconsistent, and passes on what the maker and the
  // environments throw.
  static Environments make(const EnvironmentMaker& maker, const EnvironmentOptions& options);
  // The same for `options.count` environments that step together.
  static Environments make(std::unique_ptr<VectorEnvironment> all,
                           const EnvironmentOptions& options);
  // Runs a program for each environment with the shell. Throws Error(machine), as do reset and
  // step, if a program does not start, ends, does not answer in time or gives an invalid answer.
  static Environments run(const std::string& command, const EnvironmentOptions& options,
                          const ProgramOptions& program = {});
  Environments(Environments&&) noexcept;
  Environments& operator=(Environments&&) noexcept;
  ~Environments();

  const std::string& name() const;  // the canonical sentence, the command, or "own"
  const Spaces& spaces() const;
  std::size_t size() const;
  std::size_t action_repeat() const;

  // Begins a new episode in each environment; the number of the first episode is 0.
  void reset(ObservationRows observations);
  void reset(std::size_t i, ObservationRows observations);  // environment i alone, into row i
  void step(const Actions& actions, const Outcomes& outcomes);
  // Steps the environments begin to end - 1. Different threads may step disjoint ranges at the same
  // time. Pointers and rows are those of environment 0 all the same.
  void step(std::size_t begin, std::size_t end, const Actions& actions, const Outcomes& outcomes);
  void observe(ObservationRows observations) const;  // the current observations again

  // The current episode of environment i, and the last one that ended.
  struct Episode {
    double episode_return = 0;
    std::size_t length = 0;
  };
  Episode current_episode(std::size_t i) const;
  Episode last_episode(std::size_t i) const;
  std::size_t completed_episodes(std::size_t i) const;  // of environment i

  // The whole state, seed and statistics included: restored environments continue with the same
  // bits. save() throws Error(usage) if an environment has no state to save, restore() throws
  // Error(model) for the state of environments of another name or number.
  std::vector<double> save() const;
  void restore(std::span<const double> saved);

  // The state of one environment without its episode, such as position, velocity, angle and angular
  // velocity of cartpole. set_state() throws Error(usage) for an invalid state.
  std::vector<double> state(std::size_t i) const;
  void set_state(std::size_t i, std::span<const double> state);

  // Renders environment i; the picture is empty if the environment cannot be drawn.
  void draw(std::size_t i, Picture& picture) const;

 private:
  explicit Environments(std::unique_ptr<environments::Engine> engine);
  std::unique_ptr<environments::Engine> engine_;
};

// Makes an environment and answers the questions of docs/environments.md about it, a line of JSON
// each, until there are no more or the answers cannot be written. A question that cannot be
// answered gets {"error": "..."}. Throws as Environments::make does.
void serve_environment(const std::string& sentence, std::uint64_t seed, std::istream& questions,
                       std::ostream& answers);

// Statistics of the most recent episodes. Allocates nothing after construction.
class EpisodeWindow {
 public:
  explicit EpisodeWindow(std::size_t capacity);  // in episodes, at least 1

  // Records the episodes that a step ended, in the order of the environments.
  void record(const Environments& environments, const Outcomes& outcomes);
  void add(const Environments::Episode& episode);

  std::size_t size() const { return filled_; }
  const Environments::Episode& episode(std::size_t i) const;  // the oldest first
  std::size_t total() const { return total_; }                // of all recorded episodes
  double mean_return() const;  // 0 without episodes, as are the others
  double std_return() const;
  double min_return() const;
  double max_return() const;
  double mean_length() const;

 private:
  std::vector<Environments::Episode> episodes_;
  std::size_t next_ = 0, filled_ = 0, total_ = 0;
};

// What `lithe rl list` shows of an environment: its declaration and its spaces.
struct EnvironmentInfo {
  std::string name, help;
  Spaces spaces;  // with the default arguments
};
std::vector<EnvironmentInfo> environment_infos();

}  // namespace lithe
