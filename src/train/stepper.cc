#include "lithe/stepper.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <numeric>
#include <variant>
#include <vector>

#include "base/threads.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "plan/plan.h"
#include "train/model_data.h"
#include "train/recurrent_states.h"
#include "train/request.h"
#include "train/target_scaling.h"

namespace lithe {

class Stepper::Engine {
 public:
  explicit Engine(std::size_t sequences) : position(sequences, 0), begins(sequences, 1) {}
  virtual ~Engine() = default;
  virtual std::span<const float> outputs(std::span<const float> values) = 0;
  // What was last put out becomes what is remembered of the first `count` sequences.
  virtual void remember(std::size_t count) = 0;
  virtual std::size_t state_size() const = 0;
  virtual void copy_states(std::span<float> to) const = 0;
  virtual void set_states(std::span<const float> states) = 0;

  std::size_t sequences() const { return position.size(); }
  std::size_t count(std::span<const float> values) const { return values.size() / columns; }
  void check(std::span<const float> values) const;

  std::vector<std::int32_t> position, begins;  // of each sequence
  std::size_t columns = 0, most = 0;
};

void Stepper::Engine::check(std::span<const float> values) const {
  if (values.empty() || values.size() % columns != 0 || count(values) > sequences())
    throw Error(ErrorKind::data,
                sequences() == 1
                    ? fmt::format("{} values; a position has {}", values.size(), columns)
                    : fmt::format("{} values; positions of up to {} sequences have {} each",
                                  values.size(), sequences(), columns));
  for (std::size_t i = 0; i < count(values) && most > 0; ++i)
    if (static_cast<std::size_t>(position[i]) >= most)
      throw Error(ErrorKind::usage,
                  fmt::format("the network can look at {} positions, and all have been", most),
                  "Stepper::step", "Stepper::reset, and the last of them once more");
}

namespace {

template <typename T>
class StepperOf final : public Stepper::Engine {
 public:
  StepperOf(const ModelData& data, plan::Parameters<T>& values, const std::string& isa,
            std::size_t sequences)
      : Engine(sequences),
        graph_(catalogue::compile_steps(data.network.layers())),
        team_(1),
        request_(train::prediction_request(
            graph_, train::unbound_inputs(graph_, data.preprocessing.divisor), sequences, isa)),
        plan_(request_, values, team_),
        states_(graph_, sequences),
        order_(sequences),
        width_(graph_.slots[graph_.output()].columns),
        outputs_(sequences * width_),
        preprocessing_(data.preprocessing) {
    std::iota(order_.begin(), order_.end(), 0u);
    columns = request_.examples.features.columns, most = graph_.most_steps;
    plan_.bind(plan::InputData{"position", {}, position.data()});
    plan_.bind(plan::InputData{"begins", {}, begins.data()});
    states_.bind(plan_);
  }

  std::span<const float> outputs(std::span<const float> values) override {
    request_.examples.features.data = values.data();
    request_.examples.features.rows = count(values);
    plan_.bind(request_.examples);
    plan_.run(std::span(order_).first(count(values)));
    for (std::size_t i = 0; i < count(values); ++i) {
      const std::span own = std::span(outputs_).subspan(i * width_, width_);
      const T* const from = plan_.output() + i * plan_.output_stride();
      std::transform(from, from + width_, own.begin(),
                     [](T value) { return static_cast<float>(value); });
      train::unscale(own, preprocessing_);
    }
    return std::span(outputs_).first(count(values) * width_);
  }

  void remember(std::size_t count) override { states_.take(plan_, count); }
  std::size_t state_size() const override { return states_.size(); }
  void copy_states(std::span<float> to) const override {
    states_.copy(to);
    for (std::size_t i = 0; i < sequences(); ++i)
      if (begins[i] != 0) std::fill_n(to.begin() + offset(i), states_.size(), 0.0F);
  }
  void set_states(std::span<const float> states) override { states_.set(states); }

 private:
  std::ptrdiff_t offset(std::size_t sequence) const {
    return static_cast<std::ptrdiff_t>(sequence * states_.size());
  }

  graph::Graph graph_;
  base::Team team_;
  plan::Request request_;
  plan::Plan<T> plan_;
  train::RecurrentStates<T> states_;
  std::vector<std::uint32_t> order_;
  std::size_t width_;
  std::vector<float> outputs_;
  const Preprocessing preprocessing_;
};

}  // namespace

Stepper::Stepper(const Model& model, const std::string& isa, std::size_t sequences) {
  if (sequences == 0)
    throw Error(ErrorKind::usage, "a stepper along 0 sequences", "Stepper", "at least 1");
  engine_ = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Engine> {
        return std::make_unique<StepperOf<T>>(data_of(model), values, isa, sequences);
      },
      data_of(model).values);
}
Stepper::Stepper(Stepper&&) noexcept = default;
Stepper::~Stepper() = default;

std::span<const float> Stepper::peek(std::span<const float> values) {
  engine_->check(values);
  return engine_->outputs(values);
}
std::span<const float> Stepper::step(std::span<const float> values) {
  const auto outputs = peek(values);
  const std::size_t count = engine_->count(values);
  engine_->remember(count);
  for (std::size_t i = 0; i < count; ++i) {
    engine_->begins[i] = 0;
    if (engine_->position[i] < INT_MAX) ++engine_->position[i];
  }
  return outputs;
}
void Stepper::reset() {
  for (std::size_t i = 0; i < engine_->sequences(); ++i) reset(i);
}
void Stepper::reset(std::size_t sequence) {
  engine_->position[sequence] = 0, engine_->begins[sequence] = 1;
}
std::size_t Stepper::positions(std::size_t sequence) const {
  return static_cast<std::size_t>(engine_->position[sequence]);
}
std::size_t Stepper::most() const { return engine_->most; }

std::size_t Stepper::state_size() const { return engine_->state_size(); }
void Stepper::copy_states(std::span<float> to) const {
  train::check_states(to.size(), engine_->sequences(), state_size(), "Stepper::copy_states");
  engine_->copy_states(to);
}
void Stepper::set_states(std::span<const float> states) {
  train::check_states(states.size(), engine_->sequences(), state_size(), "Stepper::set_states");
  engine_->set_states(states);
  std::fill(engine_->begins.begin(), engine_->begins.end(), 0);
}

}  // namespace lithe
