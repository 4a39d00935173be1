// What agents do, once more and plainly, in double precision: networks, steps down the gradient of
// a loss, found by differences, and worlds that write down all that an agent does in them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/archive.h"
#include "lithe/agent.h"
#include "lithe/environment.h"
#include "support/temporary_folder.h"
#include "support/training.h"

namespace lithe::test {

using Numbers = std::vector<double>;

inline constexpr std::size_t kObserved = 3;  // numbers that the worlds below show

// kBody -> dense(outputs). The weights lie as weights_of() gives them.
struct PlainNetwork {
  static constexpr std::size_t kHidden = 5;
  static constexpr const char* kBody = "dense(5, tanh)";

  Numbers operator()(const Numbers& inputs) const {
    const double* from = weights.data();
    Numbers hidden = layer(from, inputs, kHidden);
    for (double& value : hidden) value = std::tanh(value);
    return layer(from, hidden, outputs);
  }

  std::size_t outputs = 1;
  Numbers weights;

 private:
  static Numbers layer(const double*& from, const Numbers& inputs, std::size_t units) {
    const double* biases = from + inputs.size() * units;
    Numbers result(biases, biases + units);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      for (std::size_t n = 0; n < units; ++n) result[n] += inputs[i] * from[i * units + n];
    from = biases + units;
    return result;
  }
};

// A step of gradient descent on `loss`, which looks at the numbers that stand in `at`.
template <class Loss>
void descend(Numbers& at, double rate, const Loss& loss) {
  constexpr double kStep = 1e-5;
  Numbers gradient(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double kept = at[i];
    at[i] = kept + kStep;
    const double above = loss();
    at[i] = kept - kStep;
    gradient[i] = (above - loss()) / (2 * kStep);
    at[i] = kept;
  }
  for (std::size_t i = 0; i < at.size(); ++i) at[i] -= rate * gradient[i];
}

// What an agent saw and did in one step of an environment, and what came of it.
struct Moment {
  Numbers seen, action;
  double reward = 0;
  Numbers next;
  bool terminated = false, truncated = false;

  bool ended() const { return terminated || truncated; }
};
using Diary = std::vector<Moment>;

// Several steps as one.
struct Transition {
  Numbers state, action;
  double reward = 0;
  Numbers next;
  double discount = 0;  // what a value there is worth here
};

// All that can be learned from after so many steps, in order: up to `together` rewards, no further
// than to the end of an episode.
inline std::vector<Transition> transitions(const Diary& diary, std::size_t steps,
                                           std::size_t together, double discount) {
  std::vector<Transition> result;
  for (std::size_t begin = 0; begin < steps; ++begin) {
    Transition t{diary[begin].seen, diary[begin].action, 0, {}, 1};
    std::size_t count = 0;
    bool over = false;
    while (count < together && begin + count < steps && !over) {
      const Moment& m = diary[begin + count++];
      t.reward += t.discount * m.reward;
      t.discount = m.terminated ? 0 : t.discount * discount;
      t.next = m.next;
      over = m.ended();
    }
    if (count == together || over) result.push_back(t);
  }
  return result;
}

// A world in which anything may happen, whatever is done: states, rewards, and now and then the
// end, in one way, the other, or both.
class AnyWorld final : public Environment {
 public:
  // Without choices an action is so many numbers.
  AnyWorld(std::size_t choices, std::size_t numbers, double bound, std::shared_ptr<Diary> diary)
      : diary_(std::move(diary)) {
    const float infinite = std::numeric_limits<float>::infinity();
    spaces_.observation = {{kObserved}};
    spaces_.low.assign(kObserved, -infinite);
    spaces_.high.assign(kObserved, infinite);
    spaces_.choices = choices;
    spaces_.action_low.assign(numbers, static_cast<float>(-bound));
    spaces_.action_high.assign(numbers, static_cast<float>(bound));
  }

  Spaces spaces() const override { return spaces_; }
  void reset(Rng& rng, std::span<float> observation) override {
    for (float& value : observation) value = static_cast<float>(rng.uniform(-1, 1));
    seen_.assign(observation.begin(), observation.end());
  }
  Outcome step(const Action& action, Rng& rng, std::span<float> observation) override {
    Moment moment;
    moment.seen = seen_;
    if (spaces_.choices > 0)
      moment.action = {static_cast<double>(action.choice)};
    else
      moment.action.assign(action.values.begin(), action.values.end());
    reset(rng, observation);
    moment.next = seen_;
    Outcome outcome;
    outcome.reward = static_cast<float>(rng.uniform(-1, 1));
    outcome.terminated = rng.below(5) == 0;
    outcome.truncated = rng.below(5) == 0;
    moment.reward = static_cast<double>(outcome.reward);
    moment.terminated = outcome.terminated;
    moment.truncated = outcome.truncated;
    diary_->push_back(std::move(moment));
    return outcome;
  }
  std::span<double> state() override { return {}; }

 private:
  Spaces spaces_;
  std::shared_ptr<Diary> diary_;
  Numbers seen_;
};

// A network of a training as it is now, by the name under which it is saved.
inline Model saved_network(const AgentTrainer& trainer, const std::string& name,
                           const std::string& sentence) {
  const TemporaryFolder folder;
  trainer.save(folder.path() / "state");
  Model model(Network::parse(sentence), Precision::float32, 1);
  agents::Archive archive(io::read_safetensors(folder.path() / "state"));
  archive.add(name, model);
  return model;
}

// An agent that learns by plain gradient descent in such worlds, and their diaries.
class Watched {
 public:
  struct Form {
    std::size_t choices = 0, numbers = 0;  // of an action
    double bound = std::numeric_limits<double>::infinity();
    std::size_t worlds = 1;
    std::uint64_t steps = 1000;
  };
  Watched(const std::string& agent, const Form& form)
      : diaries_(form.worlds),
        trainer_(make_worlds(form, diaries_),
                 {.agent = agent, .network = PlainNetwork::kBody, .steps = form.steps}) {}

  AgentReport iterate() { return trainer_.iterate(); }
  const Diary& diary(std::size_t world = 0) const { return *diaries_[world]; }

  // A network of the agent's, by the name under which it is saved.
  PlainNetwork network(const std::string& name, std::size_t inputs, std::size_t outputs) const {
    const std::string sentence =
        fmt::format("input({}) -> {} -> dense({})", inputs, PlainNetwork::kBody, outputs);
    return {outputs, weights_of(saved_network(trainer_, name, sentence))};
  }
  // Numbers that are learned without a network.
  Numbers vector(const std::string& name, std::size_t size) const {
    const Numbers all =
        weights_of(saved_network(trainer_, name, fmt::format("input(1) -> dense({})", size)));
    return {all.end() - static_cast<std::ptrdiff_t>(size), all.end()};
  }

 private:
  static Environments make_worlds(const Form& form, std::vector<std::shared_ptr<Diary>>& diaries) {
    std::size_t made = 0;
    const auto maker = [&]() -> std::unique_ptr<Environment> {
      auto& diary = diaries[made++] = std::make_shared<Diary>();
      return std::make_unique<AnyWorld>(form.choices, form.numbers, form.bound, diary);
    };
    return Environments::make(maker, {.count = form.worlds, .seed = 5});
  }

  std::vector<std::shared_ptr<Diary>> diaries_;
  AgentTrainer trainer_;
};

inline double distance(const Numbers& a, const Numbers& b) {
  double square = 0;
  for (std::size_t i = 0; i < a.size(); ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(square);
}

// How far `got` is off, as a share of how far there was to go.
inline void expect_same_way(const Numbers& before, const Numbers& expected, const Numbers& got,
                            double bound, const std::string& what) {
  ASSERT_EQ(expected.size(), got.size());
  ASSERT_GT(distance(before, expected), 1e-3) << what << ": a gradient of nothing tests nothing";
  EXPECT_LT(distance(got, expected) / distance(before, expected), bound) << what;
}

}  // namespace lithe::test
