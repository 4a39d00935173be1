#include "lithe/predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/threads.h"
#include "lithe/error.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/model_data.h"
#include "train/request.h"
#include "train/target_scaling.h"

namespace lithe {

class Predictor::Engine {
 public:
  virtual ~Engine() = default;
  virtual std::span<const float> run(std::span<const float> input) = 0;
  virtual std::span<const float> run(const Features& inputs,
                                     std::span<const std::uint32_t> rows) = 0;
};

namespace {

template <typename T>
class PredictorOf final : public Predictor::Engine {
 public:
  PredictorOf(const ModelData& data, plan::Parameters<T>& values, std::size_t batch,
              const std::string& isa)
      : team_(1),
        request_(train::prediction_request(
            data.graph, train::unbound_inputs(data.graph, data.preprocessing.divisor), batch, isa)),
        plan_(request_, values, team_),
        order_(batch),
        positions_(data.graph.slots[data.graph.output()].positions),
        columns_(data.graph.slots[data.graph.output()].columns),
        outputs_(batch * positions_ * columns_),
        preprocessing_(data.preprocessing) {
    std::iota(order_.begin(), order_.end(), 0u);
  }

  std::span<const float> run(std::span<const float> input) override {
    const std::size_t inputs = request_.examples.features.columns, rows = input.size() / inputs;
    if (rows == 0 || rows > order_.size() || rows * inputs != input.size())
      throw Error(ErrorKind::data,
                  fmt::format("{} values; an example has {}, and up to {} may come at once",
                              input.size(), inputs, order_.size()));
    return run({input.data(), ElementType::float32, rows, inputs, inputs * sizeof(float)},
               std::span(order_).first(rows));
  }

  std::span<const float> run(const Features& inputs, std::span<const std::uint32_t> rows) override {
    train::check_rows(*request_.graph, inputs, rows, order_.size());
    request_.examples.features.data = inputs.data;
    request_.examples.features.row_stride = inputs.row_stride;
    request_.examples.features.lengths = inputs.lengths;
    request_.examples.features.starts = inputs.starts;
    plan_.bind(request_.examples);
    plan_.run(rows);
    const std::size_t count = rows.size() * positions_;
    for (std::size_t i = 0; i < count; ++i) {
      const T* from = plan_.output() + i * plan_.output_stride();
      std::transform(from, from + columns_, outputs_.data() + i * columns_,
                     [](T value) { return static_cast<float>(value); });
    }
    train::unscale(std::span(outputs_).first(count * columns_), preprocessing_);
    return std::span(outputs_).first(count * columns_);
  }

 private:
  base::Team team_;
  plan::Request request_;
  plan::Plan<T> plan_;
  std::vector<std::uint32_t> order_;
  std::size_t positions_, columns_;
  std::vector<float> outputs_;
  const Preprocessing preprocessing_;
};

}  // namespace

Predictor::Predictor(const Model& model, std::size_t batch, const std::string& isa) {
  if (batch == 0) throw Error(ErrorKind::usage, "a predictor for no examples");
  engine_ = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Engine> {
        return std::make_unique<PredictorOf<T>>(data_of(model), values, batch, isa);
      },
      data_of(model).values);
}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

std::span<const float> Predictor::run(std::span<const float> input) { return engine_->run(input); }
std::span<const float> Predictor::run(const Features& inputs, std::span<const std::uint32_t> rows) {
  return engine_->run(inputs, rows);
}

}  // namespace lithe
