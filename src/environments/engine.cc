#include "environments/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lithe/error.h"

namespace lithe::environments {

namespace {

constexpr std::size_t kMostEnvironments = 65536;
constexpr std::size_t kMostObserved = std::size_t{1} << 20;  // values
constexpr std::size_t kMostInAll = std::size_t{1} << 28;
constexpr std::size_t kMostActions = 4096, kMostRepeats = 1000;
constexpr std::uint32_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

// The saved state: the digest of the name, the count, the seed in two halves, the size of a state;
// then for each environment the numbers of save_one and its state.
constexpr std::size_t kHeader = 5, kPerEnvironment = 7;

// A digest of a name that a double holds exactly (FNV-1a, xor-folded to 32 bits).
double digest(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return static_cast<double>(static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

double low_half(std::uint64_t seed) { return static_cast<double>(seed & 0xffffffffu); }
double high_half(std::uint64_t seed) { return static_cast<double>(seed >> 32); }

bool is_count(double value) {
  return value >= 0 && value <= static_cast<double>(kNoLimit) && value == std::floor(value);
}

void check_bounds(const std::vector<float>& low, const std::vector<float>& high,
                  const std::string& whose, const char* what) {
  if (low.size() != high.size())
    throw Error(ErrorKind::usage,
                fmt::format("{} has {} lower and {} upper bounds", what, low.size(), high.size()),
                whose, "a lower and an upper bound for each value");
  for (std::size_t j = 0; j < low.size(); ++j)
    if (!(low[j] <= high[j]))
      throw Error(ErrorKind::usage,
                  fmt::format("{} {} has bounds from {} to {}", what, j, low[j], high[j]), whose,
                  "lower bounds that are not above the upper bounds");
}

}  // namespace

void check_form(const Spaces& s, const std::string& whose) {
  const auto& sizes = s.observation.sizes;
  std::size_t values = sizes.empty() || sizes.size() > 4 ? 0 : 1;
  for (const std::size_t size : sizes)
    values = size <= kMostObserved ? std::min(values * size, kMostObserved + 1) : kMostObserved + 1;
  if (values == 0 || values > kMostObserved)
    throw Error(ErrorKind::usage,
                fmt::format("the observation has the shape {}", s.observation.to_string()), whose,
                fmt::format("one to four sizes, 1 to {} values in all", kMostObserved));
  check_bounds(s.action_low, s.action_high, whose, "action component");
  const bool discrete = s.choices > 0, continuous = !s.action_low.empty();
  if (discrete == continuous || s.choices > kMostActions || s.action_low.size() > kMostActions)
    throw Error(
        ErrorKind::usage,
        fmt::format("the action space has {} discrete actions and {} continuous components",
                    s.choices, s.action_low.size()),
        whose,
        fmt::format("either discrete actions or continuous components, 1 to {}", kMostActions));
}

void check_spaces(const Spaces& s, const std::string& whose) {
  check_form(s, whose);
  check_bounds(s.low, s.high, whose, "observed value");
  if (s.low.size() != s.observation.size())
    throw Error(ErrorKind::usage,
                fmt::format("the observation has {} values, but {} bounds", s.observation.size(),
                            s.low.size()),
                whose, "a bound for each value, infinite if it has none");
  if (s.step_limit >= kNoLimit)
    throw Error(ErrorKind::usage, fmt::format("a limit of {} steps", s.step_limit), whose,
                "0 for no limit");
}

void check_options(const EnvironmentOptions& options, const Spaces& spaces) {
  const std::size_t count = options.count;
  if (count < 1 || count > kMostEnvironments)
    throw Error(ErrorKind::usage, fmt::format("{} environments at once", count), {},
                fmt::format("from 1 to {}", kMostEnvironments));
  if (count > kMostInAll / spaces.low.size())
    throw Error(ErrorKind::usage,
                fmt::format("{} environments with {} values each", count, spaces.low.size()), {},
                fmt::format("at most {} values in all", kMostInAll));
  if (options.action_repeat < 1 || options.action_repeat > kMostRepeats)
    throw Error(ErrorKind::usage, fmt::format("an action_repeat of {}", options.action_repeat), {},
                fmt::format("1 to {}", kMostRepeats));
}

Engine::Engine(std::string name, Spaces spaces, std::unique_ptr<VectorEnv> vector_env,
               const EnvironmentOptions& options)
    : name_(std::move(name)),
      spaces_(std::move(spaces)),
      vector_env_(std::move(vector_env)),
      count_(options.count),
      action_repeat_(options.action_repeat),
      rngs_(count_, options.seed),
      returns_(count_),
      last_returns_(count_),
      rewards_(action_repeat_ > 1 ? count_ : 0),
      lengths_(count_),
      last_lengths_(count_),
      ended_(count_) {}

void Engine::count_episode(std::size_t i) {
  rngs_.next_episode(i);
  returns_[i] = 0;
  lengths_[i] = 0;
}

void Engine::start(std::size_t i) {
  count_episode(i);
  Rng rng = rngs_.open(i);
  vector_env_->begin(i, rng);
  rngs_.close(i, rng);
}

void Engine::reset(ObservationRows observations) {
  for (std::size_t i = 0; i < count_; ++i) count_episode(i);
  vector_env_->begin_all(count_, rngs_);
  vector_env_->observe({0, count_}, observations);
}

void Engine::reset(std::size_t i, ObservationRows observations) {
  start(i);
  vector_env_->observe({i, i + 1}, observations);
}

void Engine::step(Range range, const Actions& actions, const Outcomes& outcomes) {
  bool some_ended = step_once(range, actions, outcomes);
  for (std::size_t i = 1; i < action_repeat_; ++i)
    some_ended = repeat_action(range, actions, outcomes) || some_ended;
  vector_env_->observe(range, outcomes.observations);
  if (some_ended) autoreset(range, outcomes);
}

bool Engine::step_once(Range range, const Actions& actions, const Outcomes& outcomes) {
  std::fill(outcomes.truncated + range.begin, outcomes.truncated + range.end, std::uint8_t{0});
  vector_env_->advance(range, actions, outcomes, rngs_);
  return count_step(range, outcomes);
}

// Steps those environments again whose episodes have not ended, in contiguous ranges.
bool Engine::repeat_action(Range range, const Actions& actions, const Outcomes& outcomes) {
  const auto ended = [&](std::size_t i) {
    return (outcomes.terminated[i] | outcomes.truncated[i]) != 0;
  };
  bool some_ended = false;
  for (std::size_t first = range.begin, i = first; first < range.end; first = i + 1) {
    for (i = first; i < range.end && !ended(i);) ++i;
    if (i == first) continue;
    std::copy(outcomes.rewards + first, outcomes.rewards + i, rewards_.data() + first);
    some_ended = step_once({first, i}, actions, outcomes) || some_ended;
    for (std::size_t j = first; j < i; ++j) outcomes.rewards[j] += rewards_[j];
  }
  return some_ended;
}

// Separate loops over plain pointers, which compilers vectorize.
bool Engine::count_step(Range range, const Outcomes& outcomes) {
  const std::uint32_t limit =
      spaces_.step_limit > 0 ? static_cast<std::uint32_t>(spaces_.step_limit) : kNoLimit;
  double* const returns = returns_.data();
  std::uint32_t* const lengths = lengths_.data();
  const float* const rewards = outcomes.rewards;
  for (std::size_t i = range.begin; i < range.end; ++i)
    returns[i] += static_cast<double>(rewards[i]);
  std::uint32_t longest = 0;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    lengths[i] += 1;
    longest = std::max(longest, lengths[i]);
  }
  std::uint8_t* const truncated = outcomes.truncated;
  if (longest >= limit)
    for (std::size_t i = range.begin; i < range.end; ++i) truncated[i] |= lengths[i] >= limit;
  const std::uint8_t* const terminated = outcomes.terminated;
  unsigned some = 0;
  for (std::size_t i = range.begin; i < range.end; ++i) some |= terminated[i] | truncated[i];
  return some != 0;
}

void Engine::autoreset(Range range, const Outcomes& outcomes) {
  const std::size_t values = spaces_.low.size();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if ((outcomes.terminated[i] | outcomes.truncated[i]) == 0) continue;
    last_returns_[i] = returns_[i];
    last_lengths_[i] = lengths_[i];
    ++ended_[i];
    if (outcomes.final_observations.data != nullptr)
      std::copy_n(outcomes.observations.row(i), values, outcomes.final_observations.row(i));
    if (outcomes.final_pictures != nullptr) vector_env_->draw(i, outcomes.final_pictures[i]);
    reset(i, outcomes.observations);
  }
}

std::size_t Engine::saved_size() const {
  return kHeader + count_ * (kPerEnvironment + vector_env_->state_size());
}

std::vector<double> Engine::save() {
  if (vector_env_->state_size() == 0)
    throw Error(ErrorKind::usage, fmt::format("{} has no state to save", name_), {},
                "an environment with a state (docs/environments.md)");
  std::vector<double> result(saved_size());
  result[0] = digest(name_);
  result[1] = static_cast<double>(count_);
  result[2] = low_half(rngs_.seed());
  result[3] = high_half(rngs_.seed());
  result[4] = static_cast<double>(vector_env_->state_size());
  for (std::size_t i = 0; i < count_; ++i)
    save_one(i, result.data() + kHeader + i * (kPerEnvironment + vector_env_->state_size()));
  return result;
}

void Engine::save_one(std::size_t i, double* to) {
  const double counts[] = {static_cast<double>(rngs_.started(i)),
                           static_cast<double>(rngs_.block(i)),
                           static_cast<double>(lengths_[i]),
                           static_cast<double>(last_lengths_[i]),
                           static_cast<double>(ended_[i]),
                           returns_[i],
                           last_returns_[i]};
  static_assert(std::size(counts) == kPerEnvironment);
  std::copy(std::begin(counts), std::end(counts), to);
  vector_env_->get_state(i, to + kPerEnvironment);
}

bool Engine::restore_one(std::size_t i, const double* from) {
  if (!std::all_of(from, from + 5, is_count) || !vector_env_->set_state(i, from + kPerEnvironment))
    return false;
  const auto count = [from](std::size_t j) { return static_cast<std::uint32_t>(from[j]); };
  rngs_.started(i) = count(0);
  rngs_.block(i) = count(1);
  lengths_[i] = count(2);
  last_lengths_[i] = count(3);
  ended_[i] = count(4);
  returns_[i] = from[5];
  last_returns_[i] = from[6];
  return true;
}

void Engine::restore(std::span<const double> saved) {
  const auto fail = [this](const std::string& problem) {
    throw Error(ErrorKind::model, problem, fmt::format("{} x {}", count_, name_),
                "the environments from which it was saved");
  };
  const bool fits = vector_env_->state_size() > 0 && saved.size() == saved_size() &&
                    saved[0] == digest(name_) && saved[1] == static_cast<double>(count_) &&
                    saved[4] == static_cast<double>(vector_env_->state_size());
  if (!fits) fail("the saved state is not that of these environments");
  if (!is_count(saved[2]) || !is_count(saved[3])) fail("the seed of the saved state is not valid");
  for (const double value : saved)
    if (!std::isfinite(value)) fail("the saved state contains values that are not finite");
  const std::vector<double> before = save();
  const std::size_t each = kPerEnvironment + vector_env_->state_size();
  for (std::size_t i = 0; i < count_; ++i) {
    if (restore_one(i, saved.data() + kHeader + i * each)) continue;
    for (std::size_t j = 0; j < i; ++j) restore_one(j, before.data() + kHeader + j * each);
    fail(fmt::format("the saved state of environment {} is not valid", i));
  }
  rngs_.set_seed((static_cast<std::uint64_t>(saved[3]) << 32) |
                 static_cast<std::uint64_t>(saved[2]));
}

}  // namespace lithe::environments
