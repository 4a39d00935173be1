// Environments to learn in from rewards: many of one kind in lockstep, their numbers in arrays.
//
//   lithe::Environments all = lithe::Environments::make("cartpole", {.count = 8, .seed = 1});
//   all.reset(observations);
//   for (;;) all.step({.choices = choices}, {observations, rewards, terminated, truncated});
//
// An environment is a sentence (`lithe rl list` has them, with their arguments), a class of the
// user's own, or a program that speaks lines of JSON (docs/environments.md). The meaning of reset,
// step, terminated and truncated is Gymnasium's (Towers and others, "Gymnasium", 2024).
//
// Episodes follow one another by themselves (Gymnasium's AutoresetMode.SAME_STEP). When a step ends
// the episode of environment i,
//   rewards[i], terminated[i], truncated[i]   are of that last step,
//   observations row i                        is the first one of the next episode,
//   final_observations row i                  is the last one of the episode that ended: what a
//                                             value is to be estimated of where it was truncated.
// Rows of final_observations are written for environments whose episode ended, and only for those;
// so are final_pictures.
// Both flags may be set; terminated then says that nothing follows.
//
// Random numbers are a function of (seed, environment, episode), so neither the number of threads
// nor the order in which they step changes a bit. Environments that Lithe brings allocate nothing
// after they have been made.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/component.h"
#include "lithe/rng.h"

namespace lithe {

// What is observed and what can be done. Without a bound, low and high are infinite.
struct Spaces {
  Shape observation = {};                  // an image is height x width x channels
  std::vector<float> low = {}, high = {};  // of each observed value
  std::size_t choices = 0;                 // actions are 0 .. choices - 1; 0: they are numbers,
  std::vector<float> action_low = {}, action_high = {};  // within these; others are clipped
  std::size_t step_limit = 0;         // steps after which an episode is truncated; 0: none
  std::optional<double> solved = {};  // mean return from which on it counts as solved
  double step_seconds = 0;            // that a step stands for, to show it so; 0: no time

  std::size_t actions() const { return choices > 0 ? 1 : action_low.size(); }  // numbers an action
};

// What one environment is told to do: a choice, or numbers.
struct Action {
  std::int32_t choice = 0;
  std::span<const float> values = {};
};

struct Outcome {
  float reward = 0;
  bool terminated = false, truncated = false;
};

// A small picture in colours, rows from the top, red, green, blue of each pixel.
struct Picture {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

// An environment of the user's own: four functions. examples/own_environment.cc is a whole one.
class Environment {
 public:
  virtual ~Environment() = default;

  virtual Spaces spaces() const = 0;
  // Both write what is seen now. The episode's random numbers are all that may be random.
  virtual void reset(Rng& rng, std::span<float> observation) = 0;
  virtual Outcome step(const Action& action, Rng& rng, std::span<float> observation) = 0;
  // All numbers that a step leaves for the next, always as many: they are read to save the
  // environment and written to restore it. `observation` is not among them.
  virtual std::span<double> state() = 0;

  // May be left out: a picture of how things stand, for `lithe rl play` and the like.
  virtual void draw(Picture&) const {}
};
using EnvironmentMaker = std::function<std::unique_ptr<Environment>()>;

// Rows of a matrix, which may be padded: value j of row i is data[i * stride + j].
struct ObservationRows {
  float* data = nullptr;
  std::size_t stride = 0;  // at least as many as there are values

  float* row(std::size_t i) const { return data + i * stride; }
};

// Of all environments; choices[i], or values[i * stride + j]. The numbers of an action may lie
// outside its bounds, a choice must not.
struct Actions {
  const std::int32_t* choices = nullptr;
  const float* values = nullptr;
  std::size_t stride = 0;
};

// Where a step's results go, of all environments. What is final may be left out.
struct Outcomes {
  ObservationRows observations;
  float* rewards = nullptr;
  std::uint8_t *terminated = nullptr, *truncated = nullptr;
  ObservationRows final_observations = {};
  Picture* final_pictures = nullptr;  // as draw() would have shown it before the next episode began
};

struct EnvironmentOptions {
  std::size_t count = 1;  // 1 to 65536
  std::uint64_t seed = 0;
  // 1 to 1000: a step gives each the same action so many times and adds up the rewards (Mnih and
  // others, 2015, "frame skip"), less often where the episode ends before.
  std::size_t hold = 1;
};

struct ProgramOptions {
  std::chrono::milliseconds time_limit{30000};  // for each answer
  // Called with each line that a program writes to its standard error; may be empty.
  std::function<void(std::size_t environment, std::string_view line)> on_words = {};
};

namespace environments {
class Engine;
}

class Environments {
 public:
  // Throws Error(sentence) that points into the text, Error(usage) for sizes beyond all bounds.
  static Environments make(std::string_view sentence, const EnvironmentOptions& options);
  // Throws Error(usage) where spaces() contradict themselves. What the maker and its environments
  // throw passes through.
  static Environments make(const EnvironmentMaker& maker, const EnvironmentOptions& options);
  // A program for each environment, run by the shell. Throws Error(machine) where one does not
  // start, ends, stalls or says what it must not; so do reset and step.
  static Environments run(const std::string& command, const EnvironmentOptions& options,
                          const ProgramOptions& program = {});
  Environments(Environments&&) noexcept;
  Environments& operator=(Environments&&) noexcept;
  ~Environments();

  const std::string& name() const;  // the canonical sentence, the command, or "own"
  const Spaces& spaces() const;
  std::size_t size() const;
  std::size_t hold() const;

  // Begins a new episode in each: the first one's number is 0.
  void reset(ObservationRows observations);
  void reset(std::size_t i, ObservationRows observations);  // environment i alone, into row i
  void step(const Actions& actions, const Outcomes& outcomes);
  // Of the environments begin to end - 1 alone. Ranges that share none may be stepped by different
  // threads at once; pointers and rows are those of environment 0, as ever.
  void step(std::size_t begin, std::size_t end, const Actions& actions, const Outcomes& outcomes);
  void observe(ObservationRows observations) const;  // what is seen now, once more

  // Of environment i's present episode, and of the one that ended last.
  struct Episode {
    double episode_return = 0;
    std::size_t length = 0;
  };
  Episode present(std::size_t i) const;
  Episode last(std::size_t i) const;
  std::size_t episodes(std::size_t i) const;  // that have ended

  // Everything that the next step depends on, seed and statistics included: what is restored goes
  // on with the same bits. Throw Error(usage) where an environment has no state to save, restore
  // Error(model) for what was not saved by environments of the same name and number.
  std::vector<double> save() const;
  void restore(std::span<const double> saved);

  // The physics of one alone: cartpole's x, velocity, angle, angular velocity, say. set_state
  // leaves the episode's length and random numbers alone; Error(usage) for what cannot be.
  std::vector<double> state(std::size_t i) const;
  void set_state(std::size_t i, std::span<const double> state);

  // Empty where the environment cannot be drawn.
  void draw(std::size_t i, Picture& picture) const;

 private:
  explicit Environments(std::unique_ptr<environments::Engine> engine);
  std::unique_ptr<environments::Engine> engine_;
};

// Figures of the latest episodes. All memory is there from the beginning.
class EpisodeWindow {
 public:
  explicit EpisodeWindow(std::size_t most);  // episodes looked back on, above 0

  // After a step: takes up the episodes that it ended, in the order of the environments.
  void note(const Environments& environments, const Outcomes& outcomes);
  void add(const Environments::Episode& episode);

  std::size_t size() const { return filled_; }
  const Environments::Episode& episode(std::size_t i) const;  // the oldest of size() first
  std::size_t total() const { return total_; }                // ever noted
  double mean_return() const;  // 0 where there is none, as the others
  double deviation_of_return() const;
  double lowest_return() const;
  double highest_return() const;
  double mean_length() const;

 private:
  std::vector<Environments::Episode> episodes_;
  std::size_t next_ = 0, filled_ = 0, total_ = 0;
};

// What `lithe rl list` shows of an environment: its declaration in words, and its spaces.
struct EnvironmentSheet {
  std::string name, help;
  Spaces spaces;  // with the default arguments
};
std::vector<EnvironmentSheet> environment_sheets();

}  // namespace lithe
