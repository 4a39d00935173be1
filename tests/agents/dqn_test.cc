// What DQN learns is the gradient of the loss that the papers give, with every option: the agent
// takes some steps of plain gradient descent, and so does the same loss here, in double precision,
// by finite differences.
#include <numeric>

#include "agents/distribution.h"
#include "agents/plain.h"

namespace lithe {
namespace {

using test::Numbers, test::PlainNetwork, test::Transition, test::Watched;

constexpr double kGamma = 0.9;
constexpr std::size_t kBatch = 16, kTrainFreq = 125;  // environment steps per gradient step

struct DqnCase {
  std::string options;
  std::size_t steps = 1;
  double priority_exponent = 0, huber_delta = 1e300;
  bool double_q = false, dueling = false;
};

// Deep Q-learning as its papers say it, all in one.
struct PlainDqn {
  static constexpr std::size_t kChoices = 3, kTarget = 2;
  static constexpr double kRate = 0.5;

  PlainDqn(const DqnCase& options, const Watched& agent)
      : c(options), online(network(c, agent, "online")), target(network(c, agent, "target")) {}

  static PlainNetwork network(const DqnCase& c, const Watched& agent, const std::string& name) {
    return agent.network(name, test::kObserved, kChoices + c.dueling);
  }

  // An example of a batch.
  struct Example {
    std::size_t row = 0;
    const Transition* transition = nullptr;
    double weight = 0, wanted = 0;
  };

  // From whatever is remembered by now; `done` is the share of the training that lies behind.
  void learn(const std::vector<Transition>& memory, double done) {
    priorities.resize(memory.size(), highest);
    const std::vector<Example> batch = draw(memory, 0.4 + 0.6 * done);
    Numbers errors;
    for (const Example& e : batch) errors.push_back(error(e));
    test::descend(online.weights, kRate, [&] {
      double sum = 0;
      for (const Example& e : batch) sum += e.weight * huber(error(e));
      return sum / kBatch;
    });
    for (std::size_t i = 0; i < batch.size(); ++i) set_error(batch[i].row, errors[i]);
    if (++learned % kTarget == 0) target = online;
  }

  // Uniformly, or one from each of as many equal parts of the sum of priorities; weighed by
  // importance, the largest weight being 1.
  std::vector<Example> draw(const std::vector<Transition>& memory, double exponent) const {
    Rng random = Rng::of_step(1, base::make_stream(base::StreamPurpose::replay, 0), learned);
    const double sum = std::accumulate(priorities.begin(), priorities.end(), 0.0);
    std::vector<Example> batch(kBatch);
    double most = 0;
    for (std::size_t i = 0; i < kBatch; ++i) {
      Example& e = batch[i];
      const double place = random.uniform_open();
      double left =
          c.priority_exponent > 0 ? (static_cast<double>(i) + place) / kBatch * sum : place * sum;
      while (e.row + 1 < memory.size() && left >= priorities[e.row]) left -= priorities[e.row++];
      e.transition = &memory[e.row];
      e.weight = std::pow(priorities[e.row] / sum, -exponent);
      e.wanted = wanted(memory[e.row]);
      most = std::max(most, e.weight);
    }
    for (Example& e : batch) e.weight /= most;
    return batch;
  }

  // The reward, and what the target network says of the action that is the best there.
  double wanted(const Transition& t) const {
    const Numbers theirs = values(target, t.next);
    const Numbers ours = c.double_q ? values(online, t.next) : theirs;
    const auto best = std::max_element(ours.begin(), ours.end()) - ours.begin();
    return t.reward + t.discount * theirs[static_cast<std::size_t>(best)];
  }

  double error(const Example& e) const {
    const Numbers all = values(online, e.transition->state);
    return all[static_cast<std::size_t>(e.transition->action[0])] - e.wanted;
  }

  Numbers values(const PlainNetwork& network, const Numbers& state) const {
    const Numbers outputs = network(state);
    if (!c.dueling) return outputs;
    Numbers result(outputs.begin() + 1, outputs.end());
    const double mean = std::accumulate(result.begin(), result.end(), 0.0) / kChoices;
    for (double& value : result) value += outputs[0] - mean;
    return result;
  }

  double huber(double error) const {
    const double size = std::abs(error);
    return size <= c.huber_delta ? error * error / 2 : c.huber_delta * (size - c.huber_delta / 2);
  }

  void set_error(std::size_t row, double error) {
    beyond += std::abs(error) > c.huber_delta;
    if (c.priority_exponent == 0) return;
    priorities[row] = std::pow(std::abs(error) + 1e-6, c.priority_exponent);
    highest = std::max(highest, priorities[row]);
  }

  DqnCase c;
  PlainNetwork online, target;
  std::uint64_t learned = 0;
  Numbers priorities;
  double highest = 1;
  std::size_t beyond = 0;  // examples whose error was bounded
};

const std::vector<DqnCase> kDqnCases = {
    {"double_q=false"},
    {"huber_delta=0.3", 1, 0, 0.3},
    {"double_q=true", 1, 0, 1e300, true},
    {"dueling=true", 1, 0, 1e300, false, true},
    {"n_steps=3", 3},
    {"priority_exponent=0.6", 1, 0.6},
    {"n_steps=3, priority_exponent=0.6, huber_delta=0.3, double_q=true, dueling=true", 3, 0.6, 0.3,
     true, true},
};

TEST(Dqn, DescendsTheGradientOfItsLoss) {
  for (const DqnCase& c : kDqnCases) {
    SCOPED_TRACE(c.options);
    Watched agent(
        "dqn(sgd(0.5), buffer_size=2000, learning_starts=100, batch_size=16, train_freq=125, "
        "target_update_interval=2, gamma=0.9, " +
            c.options + ")",
        {.choices = PlainDqn::kChoices, .steps = 2000});
    PlainDqn plain(c, agent);
    const Numbers before = plain.online.weights;
    agent.iterate();
    for (std::size_t steps = kTrainFreq; steps <= agent.diary().size(); steps += kTrainFreq)
      plain.learn(test::transitions(agent.diary(), steps, c.steps, kGamma),
                  static_cast<double>(steps) / 2000);
    EXPECT_EQ(plain.beyond > 0, c.huber_delta < 1);
    EXPECT_LT(plain.beyond, 8 * kBatch);
    test::expect_same_way(before, plain.online.weights,
                          PlainDqn::network(c, agent, "online").weights, 1e-5, "values");
  }
}

}  // namespace
}  // namespace lithe
