#include "lithe/stepper.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <variant>
#include <vector>

#include "base/threads.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "plan/plan.h"
#include "train/model_data.h"
#include "train/request.h"
#include "train/target_scaling.h"

namespace lithe {

class Stepper::Engine {
 public:
  virtual ~Engine() = default;
  virtual std::span<const float> step(std::span<const float> values) = 0;

  std::int32_t position = 0;
  std::size_t most = 0;
};

namespace {

template <typename T>
class StepperOf final : public Stepper::Engine {
 public:
  StepperOf(const ModelData& data, plan::Parameters<T>& values, const std::string& isa)
      : graph_(catalogue::compile_steps(data.network.layers())),
        team_(1),
        request_(train::prediction_request(
            graph_, train::unbound_inputs(graph_, data.preprocessing.divisor), 1, isa)),
        plan_(request_, values, team_),
        outputs_(graph_.slots[graph_.output()].columns),
        preprocessing_(data.preprocessing) {
    most = graph_.most_steps;
    plan_.bind(plan::InputData{"position", {}, &position});
  }

  std::span<const float> step(std::span<const float> values) override {
    if (values.size() != request_.examples.features.columns)
      throw Error(ErrorKind::data, fmt::format("{} values; a position has {}", values.size(),
                                               request_.examples.features.columns));
    if (most > 0 && static_cast<std::size_t>(position) >= most)
      throw Error(ErrorKind::usage,
                  fmt::format("the network can look at {} positions, and all have been", most),
                  "Stepper::step", "Stepper::reset, and the last of them once more");
    request_.examples.features.data = values.data();
    request_.examples.features.rows = 1;
    plan_.bind(request_.examples);
    constexpr std::uint32_t kFirst = 0;
    plan_.run({&kFirst, 1});
    // At 0 states are forgotten, so a longer sequence stays at the largest number.
    if (position < INT_MAX) ++position;
    std::transform(plan_.output(), plan_.output() + outputs_.size(), outputs_.begin(),
                   [](T value) { return static_cast<float>(value); });
    train::unscale(std::span(outputs_), preprocessing_);
    return outputs_;
  }

 private:
  graph::Graph graph_;
  base::Team team_;
  plan::Request request_;
  plan::Plan<T> plan_;
  std::vector<float> outputs_;
  const Preprocessing preprocessing_;
};

}  // namespace

Stepper::Stepper(const Model& model, const std::string& isa) {
  engine_ = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Engine> {
        return std::make_unique<StepperOf<T>>(data_of(model), values, isa);
      },
      data_of(model).values);
}
Stepper::Stepper(Stepper&&) noexcept = default;
Stepper::~Stepper() = default;

std::span<const float> Stepper::step(std::span<const float> values) {
  return engine_->step(values);
}
void Stepper::reset() { engine_->position = 0; }
std::size_t Stepper::positions() const { return static_cast<std::size_t>(engine_->position); }
std::size_t Stepper::most() const { return engine_->most; }

}  // namespace lithe
