#include "agents/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>

#include "agents/actor.h"
#include "agents/world.h"
#include "environments/engine.h"
#include "lithe/agent.h"
#include "lithe/error.h"

namespace lithe {

class Policy::Engine {
 public:
  Engine(const Model& model, const Spaces& spaces, std::size_t most)
      : columns_(spaces.observation.size()),
        width_(agents::outputs_of_policy(spaces)),
        choices_(spaces.choices > 0),
        predictor_(model, most),
        form_(spaces, most),
        actions_(most * spaces.actions()),
        rows_(most) {
    std::iota(rows_.begin(), rows_.end(), 0u);
  }

  Actions act(ObservationRows observations, std::size_t count) {
    assert(count <= rows_.size());
    const Features features = {observations.data, ElementType::float32, count, columns_,
                               observations.stride * sizeof(float)};
    const auto outputs = predictor_.run(features, std::span(rows_).first(count));
    if (!choices_) return form_.of(outputs);
    for (std::size_t i = 0; i < count; ++i) {
      const auto own = outputs.subspan(i * width_, width_);
      actions_[i] = static_cast<float>(std::max_element(own.begin(), own.end()) - own.begin());
    }
    return form_.of(std::span(actions_).first(count));
  }

 private:
  std::size_t columns_, width_;
  bool choices_;
  Predictor predictor_;
  agents::ActionForm form_;
  std::vector<float> actions_;
  std::vector<std::uint32_t> rows_;
};

namespace {

void check_policy(const Model& model, const Spaces& spaces) {
  const auto answer = model.notes().find(agents::kAnswerNote);
  if (answer == model.notes().end())
    throw Error(ErrorKind::model, "this model is no policy: nothing says how it acts", "the model",
                "one that `lithe rl train` has made");
  const std::string_view wanted = spaces.choices > 0 ? agents::kChoice : agents::kNumbers;
  if (answer->second != wanted)
    throw Error(ErrorKind::usage,
                fmt::format("a policy whose outputs are {} where the environment takes {}",
                            answer->second == agents::kChoice ? "a choice" : "numbers",
                            wanted == agents::kChoice ? "a choice" : "numbers"),
                "the policy", "the environment that it was trained in");
  const Shape in = model.network().input_shape();
  const std::size_t out = model.network().output_shape().size();
  const std::size_t outputs = agents::outputs_of_policy(spaces);
  if (in.size() != spaces.observation.size() || out != outputs)
    throw Error(ErrorKind::usage,
                fmt::format("a policy from {} to {} values where the environment shows {} and "
                            "takes {}",
                            in.to_string(), out, spaces.observation.to_string(), outputs),
                "the policy", "the environment that it was trained in, with the same arguments");
}

}  // namespace

Policy::Policy(const Model& model, const Spaces& spaces, std::size_t most) {
  if (most == 0) throw Error(ErrorKind::usage, "a policy for no environments");
  environments::check_form(spaces, "the spaces of a policy");
  check_policy(model, spaces);
  engine_ = std::make_unique<Engine>(model, spaces, most);
}
Policy::Policy(Policy&&) noexcept = default;
Policy::~Policy() = default;

Actions Policy::act(ObservationRows observations, std::size_t count) {
  return engine_->act(observations, count);
}

std::vector<Environments::Episode> play(const Model& model, Environments& environments,
                                        std::size_t episodes, std::size_t longest) {
  const std::size_t n = environments.size(), columns = environments.spaces().observation.size();
  Policy policy(model, environments.spaces(), n);
  std::vector<float> seen(n * columns), rewards(n);
  std::vector<std::uint8_t> terminated(n), truncated(n);
  const ObservationRows rows = {seen.data(), columns};
  environments.reset(rows);
  // Of each environment as many as of any other, one more of the first: those that end soon must
  // not stand for those that take long.
  std::vector<std::vector<Environments::Episode>> ended(n);
  const auto wanted = [&](std::size_t e) { return episodes / n + (e < episodes % n); };
  for (std::size_t left = episodes; left > 0;) {
    environments.step(policy.act(rows, n),
                      {rows, rewards.data(), terminated.data(), truncated.data()});
    for (std::size_t e = 0; e < n; ++e) {
      const bool over = terminated[e] || truncated[e];
      const bool too_long = !over && environments.present(e).length >= longest;
      if (!over && !too_long) continue;
      if (ended[e].size() < wanted(e)) {
        ended[e].push_back(over ? environments.last(e) : environments.present(e));
        --left;
      }
      if (too_long) environments.reset(e, rows);
    }
  }
  std::vector<Environments::Episode> result;
  for (const auto& own : ended) result.insert(result.end(), own.begin(), own.end());
  return result;
}

}  // namespace lithe
