#include "lithe/learner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/threads.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "plan/plan.h"
#include "train/batch_of_one.h"
#include "train/check.h"
#include "train/model_data.h"
#include "train/optimizer_state.h"
#include "train/recurrent_states.h"
#include "train/request.h"
#include "train/setup.h"

namespace lithe {

class Learner::Engine {
 public:
  virtual ~Engine() = default;
  virtual std::span<const float> forward(const Features& inputs,
                                         std::span<const std::uint32_t> rows) = 0;
  virtual void continue_from(std::span<const float> states,
                             std::span<const std::int32_t> begins) = 0;
  virtual void backward(std::span<const float> gradient) = 0;
  virtual std::span<const float> input_gradient() = 0;
  virtual std::uint64_t steps() const = 0;
  virtual std::map<std::string, NamedArray> state() const = 0;
  virtual void restore(const std::map<std::string, NamedArray>& state) = 0;
};

namespace {

template <typename T>
class LearnerOf final : public Learner::Engine {
 public:
  LearnerOf(const ModelData& data, plan::Parameters<T>& values, const LearnerOptions& options)
      : options_(options),
        optimizer_(train::parse_optimizer(options.updates ? options.optimizer : "sgd(1)")),
        steps_(optimizer_),
        segments_(options.segments ? catalogue::compile_segments(data.network.layers())
                                   : graph::Graph{}),
        graph_(options.segments ? segments_ : data.graph),
        values_(values),
        learning_(values, optimizers::row(optimizer_.rule).states),
        examples_{train::unbound_inputs(graph_, data.preprocessing.divisor)},
        team_(options.threads == 0 ? base::usable_processors() : options.threads),
        request_(
            train::external_gradient_request(graph_, examples_.features, options_, optimizer_)),
        needs_two_(train::needs_two_examples(graph_, request_.frozen)),
        plan_(request_, values, team_, &learning_),
        outputs_(options.batch * output().size()),
        input_gradient_(options.input_gradient ? options.batch * columns(0) : 0) {}

  std::span<const float> forward(const Features& inputs,
                                 std::span<const std::uint32_t> rows) override {
    train::check_rows(graph_, inputs, rows, options_.batch);
    if (graph_.begins && inputs.rows > remembered_)
      throw Error(ErrorKind::usage,
                  fmt::format("{} segments, and the states of {}", inputs.rows, remembered_),
                  "Learner::forward", "Learner::continue_from first");
    if (rows.size() == 1 && needs_two_)
      throw Error(ErrorKind::data,
                  fmt::format("one row, and {} needs two to take a variance", needs_two_->label),
                  "Learner::forward", "at least 2 rows, or layer_norm instead of batch_norm");
    examples_.features.data = inputs.data;
    examples_.features.row_stride = inputs.row_stride;
    examples_.features.lengths = inputs.lengths;
    examples_.features.starts = inputs.starts;
    plan_.bind(examples_);
    plan_.forward(rows, steps_.done());
    rows_ = rows.size();
    copy({plan_.output(), plan_.output_stride(), rows_ * output().positions}, output().columns,
         outputs_.data());
    return std::span(outputs_).first(rows_ * output().size());
  }

  void continue_from(std::span<const float> states, std::span<const std::int32_t> begins) override {
    if (!graph_.begins)
      throw Error(ErrorKind::usage, "the rows are not segments of longer sequences",
                  "Learner::continue_from", "set LearnerOptions::segments");
    const std::size_t positions = graph_.slots[*graph_.begins].positions;
    const std::size_t rows = begins.size() / positions, size = train::state_size(graph_);
    if (begins.size() % positions != 0)
      throw Error(
          ErrorKind::data,
          fmt::format("{} beginnings for segments of {} positions", begins.size(), positions),
          "Learner::continue_from");
    train::check_states(states.size(), rows, size, "Learner::continue_from");
    std::size_t first = 0;
    for (const graph::State& state : graph_.states) {
      const graph::Slot& slot = graph_.slots[state.before];
      const Features features = {states.data() + first, ElementType::float32, rows, slot.columns,
                                 size * sizeof(float)};
      plan_.bind(plan::InputData{slot.name, features, nullptr});
      first += slot.columns;
    }
    plan_.bind(plan::InputData{"begins", {}, begins.data()});
    remembered_ = rows;
  }

  void backward(std::span<const float> gradient) override {
    if (rows_ == 0)
      throw Error(ErrorKind::usage, "a gradient for no outputs", "Learner::backward",
                  "Learner::forward first, once for each");
    if (gradient.size() != rows_ * output().size())
      throw Error(ErrorKind::data, fmt::format("a gradient of {} values for {} outputs of {} rows",
                                               gradient.size(), output().size(), rows_));
    const double progress = options_.steps == 0 ? 0
                                                : static_cast<double>(steps_.done()) /
                                                      static_cast<double>(options_.steps);
    const double rate = optimizer_.schedule.at(std::min(progress, 1.0));
    plan_.backward(gradient, steps_.next(rate).template as<T>());
    taken_ = rows_, rows_ = 0;
  }

  std::span<const float> input_gradient() override {
    if (input_gradient_.empty() || taken_ == 0)
      throw Error(ErrorKind::usage, "there is no gradient of the inputs", "Learner::input_gradient",
                  "set LearnerOptions::input_gradient, and do a step first");
    const kernels::Matrix<const T> gradient = plan_.gradient(0);
    copy({gradient.data, gradient.stride, taken_}, columns(0), input_gradient_.data());
    return std::span(input_gradient_).first(taken_ * columns(0));
  }

  std::uint64_t steps() const override { return steps_.done(); }

  std::map<std::string, NamedArray> state() const override {
    return train::optimizer_state(graph_, values_, learning_, steps_.done());
  }

  void restore(const std::map<std::string, NamedArray>& state) override {
    steps_.restart(train::restore_optimizer(state, graph_, values_, learning_, "a learner"));
    rows_ = taken_ = 0;
  }

 private:
  static void copy(kernels::Matrix<const T> from, std::size_t columns, float* to) {
    for (std::size_t i = 0; i < from.rows; ++i)
      to = std::transform(from.row(i), from.row(i) + columns, to,
                          [](T value) { return static_cast<float>(value); });
  }

  std::size_t columns(graph::SlotId slot) const { return graph_.slots[slot].columns; }
  const graph::Slot& output() const { return graph_.slots[graph_.output()]; }

  LearnerOptions options_;
  optimizers::Optimizer optimizer_;
  optimizers::StepCounter steps_;
  const graph::Graph segments_;  // empty: rows are whole
  const graph::Graph& graph_;
  plan::Parameters<T>& values_;
  plan::OptimizerState<T> learning_;
  Examples examples_;
  base::Team team_;
  plan::Request request_;
  const graph::Operation* needs_two_;  // null: one row is enough
  plan::Plan<T> plan_;
  std::vector<float> outputs_, input_gradient_;
  // Rows of the outputs that wait for their gradient, and of the last step.
  std::size_t rows_ = 0, taken_ = 0;
  std::size_t remembered_ = 0;  // segments whose states are known
};

}  // namespace

Learner::Learner(Model& model, const LearnerOptions& options) {
  if (options.batch == 0)
    throw Error(ErrorKind::usage, "steps of no rows", "LearnerOptions::batch", "at least 1");
  train::check_threads(options.threads);
  engine_ = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Engine> {
        return std::make_unique<LearnerOf<T>>(data_of(model), values, options);
      },
      data_of(model).values);
}
Learner::Learner(Learner&&) noexcept = default;
Learner::~Learner() = default;

std::span<const float> Learner::forward(const Features& inputs,
                                        std::span<const std::uint32_t> rows) {
  return engine_->forward(inputs, rows);
}
void Learner::continue_from(std::span<const float> states, std::span<const std::int32_t> begins) {
  engine_->continue_from(states, begins);
}
void Learner::backward(std::span<const float> gradient) { engine_->backward(gradient); }
std::span<const float> Learner::input_gradient() { return engine_->input_gradient(); }
std::uint64_t Learner::steps() const { return engine_->steps(); }
std::map<std::string, NamedArray> Learner::state() const { return engine_->state(); }
void Learner::restore(const std::map<std::string, NamedArray>& state) { engine_->restore(state); }

void move_toward(Model& model, const Model& other, double share) {
  if (!(share >= 0 && share <= 1))
    throw Error(ErrorKind::usage, fmt::format("{} of the way", share), "move_toward",
                "from 0 to 1");
  if (model.network() != other.network() || model.precision() != other.precision())
    throw Error(ErrorKind::usage, "values of two networks that are not alike", "move_toward");
  std::visit(
      [&]<typename T>(plan::Parameters<T>& to) {
        const auto& from = std::get<plan::Parameters<T>>(data_of(other).values);
        if (share == 1)
          std::copy(from.data(), from.data() + from.size(), to.data());
        else
          kernels::kernels<T>(cpu::best_isa())
              .blend(to.data(), from.data(), static_cast<T>(1 - share), to.size());
      },
      data_of(model).values);
}

}  // namespace lithe
