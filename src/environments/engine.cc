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
constexpr std::size_t kMostActions = 4096, kMostHeld = 1000;
constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

// Saved: the name's digest, count and seed in two halves; then of each environment the numbers of
// save_one and its state.
constexpr std::size_t kHeader = 5, kOfEach = 7;

// Names are told apart by a digest that a double holds exactly (FNV-1a, folded to 32 bits).
double digest(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return static_cast<double>(static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

double low_half(std::uint64_t seed) { return static_cast<double>(seed & 0xffffffffu); }
double high_half(std::uint64_t seed) { return static_cast<double>(seed >> 32); }

bool is_count(double value) {
  return value >= 0 && value <= static_cast<double>(kForever) && value == std::floor(value);
}

void check_bounds(const std::vector<float>& low, const std::vector<float>& high,
                  const std::string& whose, const char* what) {
  if (low.size() != high.size())
    throw Error(ErrorKind::usage,
                fmt::format("{} has {} lower and {} upper bounds", what, low.size(), high.size()),
                whose, "a lower and an upper one for each value");
  for (std::size_t j = 0; j < low.size(); ++j)
    if (!(low[j] <= high[j]))
      throw Error(ErrorKind::usage,
                  fmt::format("{} {} has bounds from {} to {}", what, j, low[j], high[j]), whose,
                  "a lower bound that is not above the upper one");
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
  check_bounds(s.action_low, s.action_high, whose, "number of an action");
  const bool discrete = s.choices > 0, numbers = !s.action_low.empty();
  if (discrete == numbers || s.choices > kMostActions || s.action_low.size() > kMostActions)
    throw Error(ErrorKind::usage,
                fmt::format("an action is one of {} choices, and {} numbers", s.choices,
                            s.action_low.size()),
                whose, fmt::format("either of them, 1 to {}", kMostActions));
}

void check_spaces(const Spaces& s, const std::string& whose) {
  check_form(s, whose);
  check_bounds(s.low, s.high, whose, "observed value");
  if (s.low.size() != s.observation.size())
    throw Error(
        ErrorKind::usage,
        fmt::format("{} values are observed, {} have bounds", s.observation.size(), s.low.size()),
        whose, "bounds for each, infinite ones where there are none");
  if (s.step_limit >= kForever)
    throw Error(ErrorKind::usage, fmt::format("a limit of {} steps", s.step_limit), whose,
                "0 for none");
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
  if (options.hold < 1 || options.hold > kMostHeld)
    throw Error(ErrorKind::usage, fmt::format("an action that is held for {} steps", options.hold),
                {}, fmt::format("1 to {}", kMostHeld));
}

Engine::Engine(std::string name, Spaces spaces, std::unique_ptr<Batch> batch,
               const EnvironmentOptions& options)
    : name_(std::move(name)),
      spaces_(std::move(spaces)),
      batch_(std::move(batch)),
      count_(options.count),
      hold_(options.hold),
      rngs_(count_, options.seed),
      returns_(count_),
      last_returns_(count_),
      rewards_(hold_ > 1 ? count_ : 0),
      lengths_(count_),
      last_lengths_(count_),
      ended_(count_) {}

void Engine::start(std::size_t i) {
  rngs_.next_episode(i);
  returns_[i] = 0;
  lengths_[i] = 0;
  Rng rng = rngs_.open(i);
  batch_->begin(i, rng);
  rngs_.close(i, rng);
}

void Engine::reset(ObservationRows observations) {
  for (std::size_t i = 0; i < count_; ++i) start(i);
  batch_->observe({0, count_}, observations);
}

void Engine::reset(std::size_t i, ObservationRows observations) {
  start(i);
  batch_->observe({i, i + 1}, observations);
}

void Engine::step(Range range, const Actions& actions, const Outcomes& outcomes) {
  bool some_ended = advance(range, actions, outcomes);
  for (std::size_t held = 1; held < hold_; ++held)
    some_ended = go_on(range, actions, outcomes) || some_ended;
  batch_->observe(range, outcomes.observations);
  if (some_ended) follow_on(range, outcomes);
}

bool Engine::advance(Range range, const Actions& actions, const Outcomes& outcomes) {
  std::fill(outcomes.truncated + range.begin, outcomes.truncated + range.end, std::uint8_t{0});
  batch_->advance(range, actions, outcomes, rngs_);
  return count_step(range, outcomes);
}

// Once more, those whose episodes have not ended: range by range of neighbours.
bool Engine::go_on(Range range, const Actions& actions, const Outcomes& outcomes) {
  const auto ended = [&](std::size_t i) {
    return (outcomes.terminated[i] | outcomes.truncated[i]) != 0;
  };
  bool some_ended = false;
  for (std::size_t first = range.begin, i = first; first < range.end; first = i + 1) {
    for (i = first; i < range.end && !ended(i);) ++i;
    if (i == first) continue;
    std::copy(outcomes.rewards + first, outcomes.rewards + i, rewards_.data() + first);
    some_ended = advance({first, i}, actions, outcomes) || some_ended;
    for (std::size_t j = first; j < i; ++j) outcomes.rewards[j] += rewards_[j];
  }
  return some_ended;
}

// Loops of one thing each, on pointers that are at hand: compilers make vectors of them.
bool Engine::count_step(Range range, const Outcomes& outcomes) {
  const std::uint32_t limit =
      spaces_.step_limit > 0 ? static_cast<std::uint32_t>(spaces_.step_limit) : kForever;
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

void Engine::follow_on(Range range, const Outcomes& outcomes) {
  const std::size_t values = spaces_.low.size();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if ((outcomes.terminated[i] | outcomes.truncated[i]) == 0) continue;
    last_returns_[i] = returns_[i];
    last_lengths_[i] = lengths_[i];
    ++ended_[i];
    if (outcomes.final_observations.data != nullptr)
      std::copy_n(outcomes.observations.row(i), values, outcomes.final_observations.row(i));
    if (outcomes.final_pictures != nullptr) batch_->draw(i, outcomes.final_pictures[i]);
    reset(i, outcomes.observations);
  }
}

std::size_t Engine::saved_size() const {
  return kHeader + count_ * (kOfEach + batch_->state_size());
}

std::vector<double> Engine::save() {
  if (batch_->state_size() == 0)
    throw Error(ErrorKind::usage, fmt::format("{} has no state to save", name_), {},
                "an environment that can give its state (docs/environments.md)");
  std::vector<double> result(saved_size());
  result[0] = digest(name_);
  result[1] = static_cast<double>(count_);
  result[2] = low_half(rngs_.seed());
  result[3] = high_half(rngs_.seed());
  result[4] = static_cast<double>(batch_->state_size());
  for (std::size_t i = 0; i < count_; ++i)
    save_one(i, result.data() + kHeader + i * (kOfEach + batch_->state_size()));
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
  static_assert(std::size(counts) == kOfEach);
  std::copy(std::begin(counts), std::end(counts), to);
  batch_->get_state(i, to + kOfEach);
}

bool Engine::restore_one(std::size_t i, const double* from) {
  if (!std::all_of(from, from + 5, is_count) || !batch_->set_state(i, from + kOfEach)) return false;
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
    throw Error(ErrorKind::model, problem, fmt::format("{} times {}", count_, name_),
                "the environments that it was saved from");
  };
  const bool fits = batch_->state_size() > 0 && saved.size() == saved_size() &&
                    saved[0] == digest(name_) && saved[1] == static_cast<double>(count_) &&
                    saved[4] == static_cast<double>(batch_->state_size());
  if (!fits) fail("the saved state is not that of these environments");
  if (!is_count(saved[2]) || !is_count(saved[3])) fail("the saved seed is none");
  for (const double value : saved)
    if (!std::isfinite(value)) fail("the saved state holds what is not a number");
  const std::vector<double> before = save();
  const std::size_t each = kOfEach + batch_->state_size();
  for (std::size_t i = 0; i < count_; ++i) {
    if (restore_one(i, saved.data() + kHeader + i * each)) continue;
    for (std::size_t j = 0; j < i; ++j) restore_one(j, before.data() + kHeader + j * each);
    fail(fmt::format("the saved state of environment {} cannot be", i));
  }
  rngs_.set_seed((static_cast<std::uint64_t>(saved[3]) << 32) |
                 static_cast<std::uint64_t>(saved[2]));
}

}  // namespace lithe::environments
