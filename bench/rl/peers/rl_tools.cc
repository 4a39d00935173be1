// RLtools (its headers), with OpenBLAS: SAC and PPO on its own pendulum, which is Gymnasium's. Its
// sizes and settings are types, so that this program has those of a row built in, and refuses a job
// that asks for others. bench/rl/peers.sh builds it.
//
//   bench_rl_tools '{"agent": "sac", "seed": 1, ...}'
//
// The job and the answer are those of the scripts beside it (watch.py says them).
// Each header is made of those before it.
// clang-format off
#include <rl_tools/operations/cpu_mux.h>
#include <rl_tools/nn/optimizers/adam/instance/operations_generic.h>
#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/layers/sample_and_squash/operations_generic.h>
#include <rl_tools/nn/layers/standardize/operations_generic.h>
#include <rl_tools/nn_models/mlp_unconditional_stddev/operations_generic.h>
#include <rl_tools/nn_models/mlp/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>
#include <rl_tools/nn/optimizers/adam/operations_generic.h>
#include <rl_tools/rl/environments/pendulum/operations_cpu.h>
#include <rl_tools/rl/algorithms/ppo/loop/core/config.h>
#include <rl_tools/rl/algorithms/sac/loop/core/config.h>
#include <rl_tools/rl/loop/steps/evaluation/config.h>
#include <rl_tools/rl/algorithms/ppo/loop/core/operations_generic.h>
#include <rl_tools/rl/algorithms/sac/loop/core/operations_generic.h>
#include <rl_tools/rl/loop/steps/evaluation/operations_generic.h>
// clang-format on

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

// Of OpenBLAS, whose header RLtools repeats in part.
extern "C" char* openblas_get_config();

namespace {

namespace rlt = rl_tools;
using Json = nlohmann::json;
using Device = rlt::devices::DEVICE_FACTORY<>;
using Random = Device::SPEC::RANDOM::ENGINE<>;
using Size = Device::index_t;
using Numbers = rlt::numeric_types::Policy<float>;
using Pendulum =
    rlt::rl::environments::Pendulum<rlt::rl::environments::pendulum::Specification<float, Size>>;

constexpr Size kEpisodes = 100;

// Those of the recipe `pendulum`.
struct Sac : rlt::rl::algorithms::sac::loop::core::DefaultParameters<Numbers, Size, Pendulum> {
  struct SAC_PARAMETERS
      : rlt::rl::algorithms::sac::DefaultParameters<Numbers, Size, Pendulum::ACTION_DIM> {
    static constexpr Size ACTOR_BATCH_SIZE = 100;
    static constexpr Size CRITIC_BATCH_SIZE = 100;
    static constexpr float ALPHA = 1;
  };
  static constexpr Size STEP_LIMIT = 10'000;
  static constexpr Size REPLAY_BUFFER_CAP = STEP_LIMIT;
};
using SacConfig =
    rlt::rl::algorithms::sac::loop::core::Config<Numbers, Size, Random, Pendulum, Sac>;
const Json kSacOptions = {{"batch_size", 100},
                          {"learning_starts", 100},
                          {"train_freq", 1},
                          {"gamma", 0.99},
                          {"tau", 0.005}};

// Those of RLtools' own examples, with as many loops as come to 300,000 steps.
struct Ppo : rlt::rl::algorithms::ppo::loop::core::DefaultParameters<Numbers, Size, Pendulum> {
  static constexpr Size STEP_LIMIT = 74;
  static constexpr Size N_ENVIRONMENTS = 4;
  static constexpr Size ON_POLICY_RUNNER_STEPS_PER_ENV = 1024;
  static constexpr Size DATASET_SIZE = ON_POLICY_RUNNER_STEPS_PER_ENV * N_ENVIRONMENTS;
  static constexpr Size BATCH_SIZE = 256;
  static constexpr Size EPISODE_STEP_LIMIT = Pendulum::EPISODE_STEP_LIMIT;
  struct PPO_PARAMETERS : rlt::rl::algorithms::ppo::DefaultParameters<Numbers, Size, BATCH_SIZE> {
    static constexpr float GAMMA = 0.95;
    static constexpr float ACTION_ENTROPY_COEFFICIENT = 1;
    static constexpr Size N_EPOCHS = 2;
  };
};
using PpoConfig =
    rlt::rl::algorithms::ppo::loop::core::Config<Numbers, Size, Random, Pendulum, Ppo>;

// The last of its own evaluations is the only one: its loop would begin with one.
template <typename Core>
struct Evaluation : rlt::rl::loop::steps::evaluation::Parameters<Numbers, Size, Core> {
  static constexpr Size EVALUATION_INTERVAL = Core::CORE_PARAMETERS::STEP_LIMIT;
  static constexpr Size NUM_EVALUATION_EPISODES = kEpisodes;
  static constexpr Size N_EVALUATIONS = 1;
};

struct Clock {
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::clock_t used = std::clock();

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  double processor() const { return static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC; }
};

template <typename Core>
Json train(const Json& job) {
  using Config = rlt::rl::loop::steps::evaluation::Config<Core, Evaluation<Core>>;
  using State = typename Config::template State<Config>;
  const Clock clock;
  Device device;
  const auto whole = std::make_unique<State>();  // too large for the stack
  State& state = *whole;
  rlt::malloc(device, state);
  rlt::init(device, state, job["seed"].get<Size>());
  for (Size i = 0; i < Core::CORE_PARAMETERS::STEP_LIMIT; ++i)
    rlt::step(device, static_cast<typename State::NEXT&>(state));
  const double training = clock.seconds();
  typename State::RESULT_TYPE result;
  rlt::evaluate(device, state.env_eval, state.ui, rlt::get_actor(state),
                state.actor_deterministic_evaluation_state,
                state.actor_deterministic_evaluation_buffers, state.evaluation_buffer, result,
                state.rng_eval, state.evaluation_mode);
  const Size steps = Core::CORE_PARAMETERS::STEP_LIMIT * Core::ENVIRONMENT_STEPS_PER_LOOP_STEP;
  return {{"steps", steps},
          {"seconds", clock.seconds()},
          {"training_seconds", training},
          {"processor", clock.processor()},
          {"score", result.returns_mean},
          {"finished", true}};
}

// What a job asks for must be what was built.
void require(bool same, const std::string& what) {
  if (!same) throw std::runtime_error("it was built for another " + what);
}

void require_sac(const Json& job) {
  for (const auto& [key, value] : kSacOptions.items()) require(job["options"][key] == value, key);
  const Json& optimizer = job["options"]["optimizer"];
  require(optimizer["rate"] == 0.001 && !optimizer["anneal"], "optimizer");
  require(job["network"] == Json({{"units", {64, 64}}, {"activation", "relu"}}), "network");
  require(job["environments"] == 1, "number of environments");
  require(job["steps"] == Sac::STEP_LIMIT, "number of steps");
}

void require_ppo(const Json& job) {
  require(job["environments"] == Ppo::N_ENVIRONMENTS, "number of environments");
  require(job["steps"] == Ppo::STEP_LIMIT * Ppo::DATASET_SIZE, "number of steps");
}

Json answer(const Json& job) {
  require(job["environment"] == "Pendulum-v1", "environment");
  require(job["episodes"] == kEpisodes, "number of episodes");
  const bool sac = job["agent"] == "sac";
  (sac ? require_sac : require_ppo)(job);
  Json result = sac ? train<SacConfig>(job) : train<PpoConfig>(job);
  result["versions"] = {{"RLtools", RL_TOOLS_WHEEL}, {"BLAS", openblas_get_config()}};
  return result;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("takes a job, which bench/rl makes");
  std::cout << answer(Json::parse(argv[1])) << '\n';
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
