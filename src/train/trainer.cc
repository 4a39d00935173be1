// The public trainer, and evaluation.
#include "lithe/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/threads.h"
#include "plan/choose.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/engine.h"

namespace lithe {

namespace {

// What `lithe predict`, `lithe evaluate` and the reader of a model file need to know of a training.
void describe_training(Model& model, const Examples& train, const TrainOptions& options) {
  Preprocessing preprocessing = model.preprocessing();
  preprocessing.divisor = train.features.divisor;
  if (preprocessing.class_names.empty() && train.labels != nullptr)
    for (std::size_t i = 0; i < train.classes; ++i)
      preprocessing.class_names.push_back(std::to_string(i));
  model.set_preprocessing(std::move(preprocessing));
  auto& metadata = model.metadata();
  metadata["lithe.loss"] = options.loss;
  metadata["lithe.optimizer"] = options.optimizer;
  metadata["lithe.batch"] = std::to_string(options.batch);
  metadata["lithe.seed"] = std::to_string(options.seed);
  if (options.augment.empty())
    metadata.erase("lithe.augment");
  else
    metadata["lithe.augment"] = options.augment;
}

}  // namespace

Trainer::Trainer(Model& model, const Examples& train, const Examples& test,
                 const TrainOptions& options)
    : engine_(train::make_engine(model, train, test, options)) {
  describe_training(model, train, options);
}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

EpochReport Trainer::run_epoch(const Watcher& watcher) { return engine_->run_epoch(watcher); }
bool Trainer::finished() const { return engine_->finished(); }
void Trainer::finish() { engine_->finish(); }
PlanReport Trainer::plan() const { return engine_->plan(); }
TimeSplit Trainer::time_split() const { return engine_->time_split(); }
ProfileRecords Trainer::profile() const { return engine_->profile(); }
std::vector<std::uint32_t> Trainer::order(std::size_t epoch) const { return engine_->order(epoch); }
const std::vector<EpochWatch>& Trainer::watched() const { return engine_->watched(); }

Evaluation evaluate(const Model& model, const Examples& examples, const std::string& loss,
                    const std::string& isa) {
  constexpr std::size_t kBatch = 128;
  plan::Request request;
  request.loss = train::parse_loss(loss);
  train::check_examples(model, examples, request.loss.loss);
  request.graph = &data_of(model).graph;
  request.mode = plan::Mode::evaluate;
  request.batch = std::clamp<std::size_t>(examples.features.rows, 1, kBatch);
  request.examples = examples;
  request.nonzero_columns = plan::nonzero_columns(examples.features, request.batch);
  request.isa = cpu::parse_isa(isa);
  std::vector<std::uint32_t> order(examples.features.rows);
  std::iota(order.begin(), order.end(), 0u);
  base::Team team(1);
  const auto start = std::chrono::steady_clock::now();
  const plan::Results results = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) {
        plan::Plan<T> plan(request, values, team);
        plan.run(order);
        return plan.take_results();
      },
      data_of(model).values);
  const auto values =
      static_cast<double>(order.size() * std::max<std::size_t>(1, examples.target_columns));
  return {results.correct, order.size(), std::sqrt(results.squared_error / values),
          results.weight > 0 ? results.loss / results.weight : 0,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

}  // namespace lithe
