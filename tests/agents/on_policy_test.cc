// What agents that learn from their present policy learn is the gradient of the losses that the
// papers give: the agents take some steps of plain gradient descent, and so do the same losses
// here, in double precision, by finite differences.
#include <numbers>
#include <numeric>

#include "agents/plain.h"
#include "train/shuffle.h"

namespace lithe {
namespace {

using test::Diary, test::Moment, test::Numbers, test::PlainNetwork, test::Watched;

constexpr double kGamma = 0.9, kLambda = 0.8, kEntCoef = 0.05;
const double kHalfLogTwoPi = std::log(2 * std::numbers::pi) / 2;

// Of both kinds: a choice of three, and two numbers.
const Watched::Form kForms[] = {{.choices = 3, .worlds = 2}, {.numbers = 2, .worlds = 2}};

// A policy and its values. The weights of the policy are followed by log_std.
struct Plain {
  Plain(const Watched& agent, const Watched::Form& form)
      : numbers(form.numbers),
        policy(agent.network("policy", test::kObserved, numbers > 0 ? numbers : form.choices)),
        value(agent.network("value", test::kObserved, 1)) {
    if (numbers == 0) return;
    const Numbers log_std = agent.vector("log_std", numbers);
    policy.weights.insert(policy.weights.end(), log_std.begin(), log_std.end());
  }

  double log_std(std::size_t n) const {
    return policy.weights[policy.weights.size() - numbers + n];
  }

  double log_prob(const Moment& moment) const {
    const Numbers outputs = policy(moment.seen);
    if (numbers == 0) return std::log(shares(outputs)[static_cast<std::size_t>(moment.action[0])]);
    double result = 0;
    for (std::size_t n = 0; n < numbers; ++n) {
      const double z = (moment.action[n] - outputs[n]) / std::exp(log_std(n));
      result -= z * z / 2 + log_std(n) + kHalfLogTwoPi;
    }
    return result;
  }

  double entropy(const Moment& moment) const {
    double result = 0;
    for (std::size_t n = 0; n < numbers; ++n) result += log_std(n) + kHalfLogTwoPi + 0.5;
    if (numbers == 0)
      for (const double share : shares(policy(moment.seen))) result -= share * std::log(share);
    return result;
  }

  static Numbers shares(Numbers outputs) {
    for (double& z : outputs) z = std::exp(z);
    const double sum = std::accumulate(outputs.begin(), outputs.end(), 0.0);
    for (double& z : outputs) z /= sum;
    return outputs;
  }

  std::size_t numbers;
  PlainNetwork policy, value;
};

void expect_same_way(const Plain& before, const Plain& expected, const Plain& got, double bound) {
  const auto front = [](const Plain& plain) {
    return Numbers(plain.policy.weights.begin(),
                   plain.policy.weights.end() - static_cast<std::ptrdiff_t>(plain.numbers));
  };
  const auto back = [](const Plain& plain) {
    return Numbers(plain.policy.weights.end() - static_cast<std::ptrdiff_t>(plain.numbers),
                   plain.policy.weights.end());
  };
  test::expect_same_way(front(before), front(expected), front(got), bound, "policy");
  if (before.numbers > 0)
    test::expect_same_way(back(before), back(expected), back(got), bound, "log_std");
  test::expect_same_way(before.value.weights, expected.value.weights, got.value.weights, bound,
                        "values");
}

// One row of a round, which are [steps][worlds], and what the values at its beginning made of it.
struct Example {
  const Moment* moment;
  double advantage = 0, value = 0, log_prob = 0;
  bool whole = false;  // its episode ended in the round
};

// Advantages by their definition: the sum of what each later step of the episode was better than
// expected, each (discount * lambda) times as much as the one before.
std::vector<Example> examples_of(const Watched& agent, const Plain& plain, std::size_t worlds,
                                 double lambda) {
  std::vector<Example> result;
  for (std::size_t t = 0; t < agent.diary().size(); ++t)
    for (std::size_t w = 0; w < worlds; ++w) {
      const Diary& diary = agent.diary(w);
      Example example{&diary[t]};
      double weight = 1;
      for (std::size_t later = t; later < diary.size(); ++later, weight *= kGamma * lambda) {
        const Moment& m = diary[later];
        const double next = m.terminated ? 0 : plain.value(m.next)[0];
        example.advantage += weight * (m.reward + kGamma * next - plain.value(m.seen)[0]);
        example.whole = m.ended();
        if (example.whole) break;
      }
      example.value = plain.value(diary[t].seen)[0];
      example.log_prob = plain.log_prob(diary[t]);
      result.push_back(example);
    }
  return result;
}

// Half the mean of the squared errors against what the values should have been.
double value_loss(const Plain& plain, const std::vector<Example>& examples) {
  double sum = 0;
  for (const Example& e : examples) {
    const double error = plain.value(e.moment->seen)[0] - (e.value + e.advantage);
    sum += error * error / 2;
  }
  return sum / static_cast<double>(examples.size());
}

std::vector<Example> pick(const std::vector<Example>& from, std::span<const std::uint32_t> rows) {
  std::vector<Example> result;
  for (const std::uint32_t row : rows) result.push_back(from[row]);
  return result;
}

// The paper's equations 7 and 9, with the advantages of the batch at mean 0 and deviation 1.
struct PpoLoss {
  PpoLoss(const Plain& policy, const std::vector<Example>& batch, double most)
      : plain(policy), examples(batch), clip(most) {
    double mean = 0, square = 0;
    const double count = static_cast<double>(batch.size());
    for (const Example& e : batch) mean += e.advantage / count;
    for (const Example& e : batch) square += (e.advantage - mean) * (e.advantage - mean) / count;
    for (const Example& e : batch) advantages.push_back((e.advantage - mean) / std::sqrt(square));
  }

  double operator()() const {
    double sum = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const double ratio = ratio_of(examples[i]);
      const double bounded = std::min(std::max(ratio, 1 - clip), 1 + clip);
      sum += std::min(ratio * advantages[i], bounded * advantages[i]) +
             kEntCoef * plain.entropy(*examples[i].moment);
    }
    return -sum / static_cast<double>(examples.size());
  }

  // Examples whose objective is flat, for they have gone far enough.
  std::size_t flat() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const double ratio = ratio_of(examples[i]);
      count += advantages[i] > 0 ? ratio > 1 + clip : ratio < 1 - clip;
    }
    return count;
  }

  double ratio_of(const Example& e) const {
    return std::exp(plain.log_prob(*e.moment) - e.log_prob);
  }

  const Plain& plain;
  const std::vector<Example>& examples;
  Numbers advantages;
  double clip;
};

TEST(Ppo, DescendsTheGradientOfItsLoss) {
  constexpr double kRate = 0.5, kClip = 0.1;
  for (const Watched::Form& form : kForms) {
    SCOPED_TRACE(form.choices);
    Watched agent(
        "ppo(sgd(0.5), n_steps=20, batch_size=20, n_epochs=3, gamma=0.9, gae_lambda=0.8, "
        "clip_range=0.1, "
        "ent_coef=0.05, normalize_observations=false, normalize_rewards=false)",
        form);
    const Plain before(agent, form);
    agent.iterate();
    Plain plain = before;
    const std::vector<Example> all = examples_of(agent, before, form.worlds, kLambda);
    ASSERT_EQ(all.size(), 40u);
    std::size_t flat = 0;
    std::vector<std::uint32_t> order(all.size());
    for (std::size_t epoch = 1; epoch <= 3; ++epoch) {
      train::shuffle(order, 1, epoch);
      for (std::size_t first = 0; first < order.size(); first += 20) {
        const std::vector<Example> batch = pick(all, std::span(order).subspan(first, 20));
        const PpoLoss loss(plain, batch, kClip);
        flat += loss.flat();
        test::descend(plain.policy.weights, kRate, loss);
        test::descend(plain.value.weights, kRate, [&] { return value_loss(plain, batch); });
      }
    }
    EXPECT_GT(flat, 12u) << "of 120 looks at an example";
    EXPECT_LT(flat, 100u);
    expect_same_way(before, plain, Plain(agent, form), 5e-6);
  }
}

// What is to be gained by making actions likelier, and by staying undecided.
double policy_loss(const Plain& plain, const std::vector<Example>& examples) {
  double sum = 0;
  for (const Example& e : examples)
    sum += e.advantage * plain.log_prob(*e.moment) + kEntCoef * plain.entropy(*e.moment);
  return -sum / static_cast<double>(examples.size());
}

// What comes after an action, less the baseline, in episodes that are whole.
TEST(Reinforce, DescendsTheGradientOfItsLoss) {
  constexpr double kRate = 0.2;
  for (const Watched::Form& form : kForms) {
    SCOPED_TRACE(form.choices);
    Watched agent(
        "reinforce(sgd(0.2), n_steps=23, gamma=0.9, value_gradient_steps=3, ent_coef=0.05, "
        "normalize_observations=false, normalize_rewards=false)",
        form);
    const Plain before(agent, form);
    agent.iterate();
    Plain plain = before;
    std::vector<Example> examples = examples_of(agent, before, form.worlds, 1);
    std::erase_if(examples, [](const Example& e) { return !e.whole; });
    EXPECT_GT(examples.size(), 20u);
    EXPECT_LT(examples.size(), 46u) << "some episodes must go on beyond the round";
    test::descend(plain.policy.weights, kRate, [&] { return policy_loss(plain, examples); });
    for (int step = 0; step < 3; ++step)
      test::descend(plain.value.weights, kRate, [&] { return value_loss(plain, examples); });
    expect_same_way(before, plain, Plain(agent, form), 5e-6);
  }
}

// A thousand environment steps, two at a time, each learned from as it happens.
TEST(ActorCritic, DescendsTheGradientOfItsLosses) {
  constexpr double kRate = 0.02;
  for (const Watched::Form& form : kForms) {
    SCOPED_TRACE(form.choices);
    Watched agent("actor_critic(sgd(0.02), gamma=0.9, ent_coef=0.05)", form);
    const Plain before(agent, form);
    agent.iterate();
    Plain plain = before;
    for (std::size_t t = 0; t < agent.diary().size(); ++t) {
      std::vector<Example> now;
      for (std::size_t w = 0; w < form.worlds; ++w) {
        const Moment& m = agent.diary(w)[t];
        const double value = plain.value(m.seen)[0];
        const double next = m.terminated ? 0 : plain.value(m.next)[0];
        now.push_back({&m, m.reward + kGamma * next - value, value});
      }
      test::descend(plain.policy.weights, kRate, [&] { return policy_loss(plain, now); });
      test::descend(plain.value.weights, kRate, [&] { return value_loss(plain, now); });
    }
    expect_same_way(before, plain, Plain(agent, form), 4e-5);
  }
}

}  // namespace
}  // namespace lithe
