// In a world whose optimal values are known, what agents hold for the values comes to them, and
// what they do is the best that can be done.
#include <cmath>

#include "agents/plain.h"
#include "environments/grid_world.h"
#include "environments/kinds.h"
#include "lithe/predictor.h"
#include "network/bind.h"

namespace lithe {
namespace {

constexpr const char* kWorld = "grid_world(4x4, slip=0.1)";
constexpr std::size_t kSide = 4, kGoal = kSide * kSide - 1;
constexpr double kGamma = 0.9;

std::vector<double> known_values() {
  const Component world =
      network::read_component(kWorld, network::Category::environment, environments::catalogue());
  return environments::optimal_values(world, kGamma);
}

// Where a step up, right, down or left leads without a slip.
std::size_t step_from(std::size_t cell, std::size_t direction) {
  const std::size_t row = cell / kSide, column = cell % kSide;
  switch (direction) {
    case 0:
      return row > 0 ? cell - kSide : cell;
    case 1:
      return column + 1 < kSide ? cell + 1 : cell;
    case 2:
      return row + 1 < kSide ? cell + kSide : cell;
    default:
      return column > 0 ? cell - 1 : cell;
  }
}

std::vector<float> outputs_in(const Model& model, std::size_t cell) {
  std::vector<float> seen(kSide * kSide, 0.0f);
  seen[cell] = 1;
  Predictor predictor(model);
  const auto outputs = predictor.run(seen);
  return {outputs.begin(), outputs.end()};
}

// The largest output's step leads, without a slip, where as much is to be had as anywhere. What a
// border saves in slips is a thousandth; a step astray costs 0.06 at least.
void expect_optimal(const Model& policy) {
  const std::vector<double> known = known_values();
  const auto worth = [&](std::size_t cell) { return cell == kGoal ? 1 : kGamma * known[cell]; };
  for (std::size_t cell = 0; cell < kGoal; ++cell) {
    const std::vector<float> outputs = outputs_in(policy, cell);
    const auto best = std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
    double most = 0;
    for (std::size_t direction = 0; direction < 4; ++direction)
      most = std::max(most, worth(step_from(cell, direction)));
    EXPECT_GT(worth(step_from(cell, static_cast<std::size_t>(best))), most - 0.01)
        << "in cell " << cell;
  }
}

template <class Value>
void expect_known(const Value& value) {
  const std::vector<double> known = known_values();
  for (std::size_t cell = 0; cell < kGoal; ++cell)
    EXPECT_NEAR(value(cell), known[cell], 0.03) << "in cell " << cell;
}

// Tables: a cell has a weight of its own for each output.
AgentTrainer trained(const std::string& agent, std::size_t count, std::uint64_t steps) {
  AgentTrainer trainer(Environments::make(kWorld, {.count = count, .seed = 1}),
                       {.agent = agent, .network = "", .steps = steps});
  while (!trainer.finished()) trainer.iterate();
  return trainer;
}

TEST(Dqn, ComesToTheKnownValues) {
  for (const char* options : {"", ", double_q=true, dueling=true", ", priority_exponent=0.6"}) {
    SCOPED_TRACE(options);
    const AgentTrainer trainer = trained(
        std::string("dqn(adam(linear(0.02, 0)), buffer_size=20000, train_freq=4, batch_size=64, "
                    "gamma=0.9, final_epsilon=0.3") +
            options + ")",
        8, 60'000);
    expect_known([&](std::size_t cell) {
      const auto values = outputs_in(trainer.policy(), cell);
      return static_cast<double>(*std::max_element(values.begin(), values.end()));
    });
    expect_optimal(trainer.policy());
  }
}

// Agents with a policy and values apart: the values are those of the policy, which comes to be the
// best.
TEST(PolicyGradients, ComeToTheKnownValues) {
  for (const char* agent :
       {"ppo(adam(linear(0.03, 0)), n_steps=64, batch_size=256, n_epochs=4, gamma=0.9, "
        "normalize_observations=false, normalize_rewards=false)",
        "reinforce(adam(linear(0.05, 0)), n_steps=64, gamma=0.9, "
        "normalize_observations=false, normalize_rewards=false)",
        "actor_critic(adam(linear(0.02, 0)), gamma=0.9, ent_coef=0)"}) {
    SCOPED_TRACE(agent);
    const AgentTrainer trainer = trained(agent, 16, 200'000);
    const Model values = test::saved_network(trainer, "value", "input(16) -> dense(1)");
    expect_known(
        [&](std::size_t cell) { return static_cast<double>(outputs_in(values, cell)[0]); });
    expect_optimal(trainer.policy());
  }
}

}  // namespace
}  // namespace lithe
