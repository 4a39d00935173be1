// What SAC learns is the gradient of the losses that the papers give: the agent takes some steps of
// plain gradient descent, and so do the same losses here, in double precision, by finite
// differences.
#include <numbers>

#include "agents/distribution.h"
#include "agents/plain.h"

namespace lithe {
namespace {

using agents::ActionNoise;
using test::Numbers, test::PlainNetwork, test::Transition, test::Watched;

constexpr double kGamma = 0.9;
constexpr std::size_t kBatch = 16, kTrainFreq = 250;  // environment steps per gradient step

// Soft actor-critic as its second paper says it.
struct PlainSac {
  static constexpr std::size_t kNumbers = 2;
  static constexpr double kRate = 0.1, kTau = 0.3, kTargetEntropy = -0.5;

  explicit PlainSac(const Watched& agent)
      : actor(agent.network("actor", test::kObserved, 2 * kNumbers)),
        log_temperature(agent.vector("log_temperature", 1)) {
    const std::string names[] = {"critic1", "critic2"};
    for (std::size_t i = 0; i < 2; ++i) {
      critics[i] = agent.network(names[i], test::kObserved + kNumbers, 1);
      targets[i] = agent.network(names[i] + ".target", test::kObserved + kNumbers, 1);
    }
  }

  struct Tried {
    Numbers action;
    double log_prob = 0;
  };
  // tanh(mean + std * noise), and its log probability: the normal density divided by the derivative
  // of tanh.
  Tried act(const Numbers& state, const Numbers& noise) const {
    const Numbers outputs = actor(state);
    Tried tried;
    for (std::size_t n = 0; n < kNumbers; ++n) {
      const double log_std = -5 + 3.5 * (std::tanh(outputs[kNumbers + n]) + 1);
      const double a = std::tanh(outputs[n] + std::exp(log_std) * noise[n]);
      tried.log_prob -= noise[n] * noise[n] / 2 + log_std + std::log(2 * std::numbers::pi) / 2 +
                        std::log(1 - a * a);
      tried.action.push_back(a);
    }
    return tried;
  }

  static double lower(const PlainNetwork (&both)[2], const Numbers& state, Numbers action) {
    action.insert(action.begin(), state.begin(), state.end());
    return std::min(both[0](action)[0], both[1](action)[0]);
  }

  void learn(const std::vector<Transition>& memory, std::size_t learned) {
    Rng rng = Rng::of_step(1, base::make_stream(base::StreamPurpose::replay, 0), learned);
    ActionNoise random(rng);
    std::vector<Transition> batch;
    for (std::size_t i = 0; i < kBatch; ++i)
      batch.push_back(
          memory[static_cast<std::size_t>(random.uniform() * static_cast<double>(memory.size()))]);
    learn_values(batch, random);
    learn_policy(batch, random);
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t i = 0; i < targets[c].weights.size(); ++i)
        targets[c].weights[i] += kTau * (critics[c].weights[i] - targets[c].weights[i]);
  }

  void learn_values(const std::vector<Transition>& batch, ActionNoise& random) {
    Numbers wanted;
    for (const Transition& t : batch) {
      const Tried next = act(t.next, normal(random));
      wanted.push_back(t.reward + t.discount * (lower(targets, t.next, next.action) -
                                                temperature() * next.log_prob));
    }
    for (PlainNetwork& critic : critics)
      test::descend(critic.weights, kRate, [&] {
        double sum = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
          Numbers pair = batch[i].state;
          pair.insert(pair.end(), batch[i].action.begin(), batch[i].action.end());
          sum += std::pow(critic(pair)[0] - wanted[i], 2) / 2;
        }
        return sum / kBatch;
      });
  }

  void learn_policy(const std::vector<Transition>& batch, ActionNoise& random) {
    std::vector<Numbers> noise;
    for (std::size_t i = 0; i < batch.size(); ++i) noise.push_back(normal(random));
    double mean = 0;
    for (std::size_t i = 0; i < batch.size(); ++i)
      mean += act(batch[i].state, noise[i]).log_prob / kBatch;
    test::descend(actor.weights, kRate, [&] {
      double sum = 0;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const Tried tried = act(batch[i].state, noise[i]);
        sum += temperature() * tried.log_prob - lower(critics, batch[i].state, tried.action);
      }
      return sum / kBatch;
    });
    test::descend(log_temperature, kRate,
                  [&] { return -log_temperature[0] * (mean + kTargetEntropy * kNumbers); });
  }

  static Numbers normal(ActionNoise& random) {
    Numbers result(kNumbers);
    for (double& value : result) value = random.normal();
    return result;
  }

  double temperature() const { return std::exp(log_temperature[0]); }

  PlainNetwork actor, critics[2], targets[2];
  Numbers log_temperature;
};

TEST(Sac, DescendsTheGradientOfItsLosses) {
  Watched agent(
      "sac(sgd(0.1), buffer_size=2000, learning_starts=100, batch_size=16, train_freq=250, "
      "gamma=0.9, tau=0.3, "
      "target_entropy=-0.5, "
      "initial_temperature=0.4)",
      {.numbers = PlainSac::kNumbers, .bound = 1});
  const PlainSac before(agent);
  agent.iterate();
  PlainSac plain = before;
  for (std::size_t i = 0; i < 4; ++i)
    plain.learn(test::transitions(agent.diary(), (i + 1) * kTrainFreq, 1, kGamma), i);
  const PlainSac after(agent);
  const auto expect = [](const Numbers& from, const Numbers& expected, const Numbers& got,
                         const char* what) {
    test::expect_same_way(from, expected, got, 1e-5, what);
  };
  expect(before.actor.weights, plain.actor.weights, after.actor.weights, "actor");
  expect(before.log_temperature, plain.log_temperature, after.log_temperature, "temperature");
  for (std::size_t c = 0; c < 2; ++c) {
    expect(before.critics[c].weights, plain.critics[c].weights, after.critics[c].weights, "critic");
    expect(before.targets[c].weights, plain.targets[c].weights, after.targets[c].weights, "target");
  }
}

}  // namespace
}  // namespace lithe
