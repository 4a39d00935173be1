#include "agents/state_values.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "agents/episode_network.h"
#include "agents/networks.h"
#include "lithe/cancel.h"
#include "lithe/predictor.h"

namespace lithe::agents {

namespace {

constexpr std::size_t kValueBatch = 256;  // the largest batch of the value network

Features rows_of(std::span<const float> values, std::size_t columns) {
  return {values.data(), ElementType::float32, values.size() / columns, columns,
          columns * sizeof(float)};
}

class ManyAtOnce final : public StateValues {
 public:
  ManyAtOnce(const Model& value, const VectorEnvRunner& runner, const std::string& isa)
      : columns_(runner.columns()),
        predictor_(value, kValueBatch, isa),
        last_((kValueBatch + runner.size()) * columns_) {
    last_rows_.reserve(kValueBatch + runner.size());
  }

  void begin() override { last_rows_.clear(); }
  void before(RolloutBuffer&, std::size_t) override {}

  // The last states of truncated episodes, until they are evaluated.
  void behind(RolloutBuffer& rollout, std::size_t step, const VectorEnvRunner& runner) override {
    for (std::size_t e = 0; e < runner.size(); ++e) {
      if (!RolloutBuffer::cut_off(runner, e)) continue;
      std::copy_n(runner.last_observation(e), columns_,
                  last_.data() + last_rows_.size() * columns_);
      last_rows_.push_back(step * runner.size() + e);
    }
    if (last_rows_.size() >= kValueBatch) evaluate_last(rollout);
  }

  void finish(RolloutBuffer& rollout) override {
    evaluate_last(rollout);
    const std::span<float> values = rollout.values();
    for (std::size_t first = 0; first < values.size(); first += kValueBatch) {
      end_if_cancelled();
      const std::size_t count = std::min(kValueBatch, values.size() - first);
      const auto found = run(rollout.all_observations(), first, count);
      std::copy(found.begin(), found.end(), values.begin() + static_cast<std::ptrdiff_t>(first));
    }
  }

  std::size_t state_size() const override { return 0; }
  void copy_states(std::span<float>) const override {}
  void serialize(Archive&) override {}

 private:
  std::span<const float> run(std::span<const float> observations, std::size_t first,
                             std::size_t count) {
    std::iota(numbers_, numbers_ + count, static_cast<std::uint32_t>(first));
    return predictor_.run(rows_of(observations, columns_), std::span(numbers_).first(count));
  }

  void evaluate_last(RolloutBuffer& rollout) {
    for (std::size_t first = 0; first < last_rows_.size(); first += kValueBatch) {
      const std::size_t count = std::min(kValueBatch, last_rows_.size() - first);
      const auto found = run(last_, first, count);
      for (std::size_t i = 0; i < count; ++i)
        rollout.last_values()[last_rows_[first + i]] = found[i];
    }
    last_rows_.clear();
  }

  std::size_t columns_;
  Predictor predictor_;
  std::vector<float> last_;
  std::vector<std::size_t> last_rows_;
  std::uint32_t numbers_[kValueBatch];
};

class AlongEpisodes final : public StateValues {
 public:
  AlongEpisodes(const Model& value, const VectorEnvRunner& runner, const std::string& isa)
      : environments_(runner.size()),
        columns_(runner.columns()),
        network_(value, environments_, isa) {}

  void begin() override {}

  void before(RolloutBuffer& rollout, std::size_t step) override {
    keep(network_.step(rows_of(rollout.observations(step), columns_)), rollout, step);
  }

  void behind(RolloutBuffer& rollout, std::size_t step, const VectorEnvRunner& runner) override {
    std::span<const float> last;
    for (std::size_t e = 0; e < environments_; ++e) {
      if (!RolloutBuffer::cut_off(runner, e)) continue;
      if (last.empty())
        last = network_.peek(
            rows_of({runner.last_observation(0), environments_ * columns_}, columns_));
      rollout.last_values()[step * environments_ + e] = last[e];
    }
    for (std::size_t e = 0; e < environments_; ++e)
      if (rollout.ended()[step * environments_ + e]) network_.begin(e);
  }

  void finish(RolloutBuffer& rollout) override {
    const std::size_t steps = rollout.rows() / environments_;
    keep(network_.peek(rows_of(rollout.observations(steps), columns_)), rollout, steps);
  }

  std::size_t state_size() const override { return network_.state_size(); }
  void copy_states(std::span<float> to) const override { network_.copy_states(to); }
  void serialize(Archive& archive) override { network_.serialize("value.states", archive); }

 private:
  void keep(std::span<const float> found, RolloutBuffer& rollout, std::size_t step) const {
    std::copy(found.begin(), found.end(),
              rollout.values().begin() + static_cast<std::ptrdiff_t>(step * environments_));
  }

  std::size_t environments_, columns_;
  EpisodeNetwork network_;
};

}  // namespace

std::unique_ptr<StateValues> make_state_values(const Model& value, const VectorEnvRunner& runner,
                                               const std::string& isa) {
  if (goes_along_episodes(value)) return std::make_unique<AlongEpisodes>(value, runner, isa);
  return std::make_unique<ManyAtOnce>(value, runner, isa);
}

}  // namespace lithe::agents
