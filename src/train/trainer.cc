// The public trainer, and evaluation.
#include "lithe/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/threads.h"
#include "catalogue/catalogue.h"
#include "data/examples/scale.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "train/check.h"
#include "train/engine.h"
#include "train/evaluator.h"
#include "train/request.h"
#include "train/setup.h"
#include "train/streams.h"
#include "train/target_scaling.h"

namespace lithe {

namespace {

// What `lithe predict`, `lithe evaluate` and the reader of a model file need to know of a training.
void describe_training(Model& model, const Examples& train, const TrainOptions& options) {
  Preprocessing preprocessing = model.preprocessing();
  preprocessing.divisor = train.features.divisor;
  // The answers at the positions of a text are tokens of its vocabulary.
  if (preprocessing.class_names.empty() && preprocessing.vocabulary.empty() &&
      train.labels != nullptr)
    for (std::size_t i = 0; i < train.classes; ++i)
      preprocessing.class_names.push_back(std::to_string(i));
  model.set_preprocessing(std::move(preprocessing));
  auto& metadata = model.metadata();
  metadata["lithe.loss"] = options.loss;
  metadata["lithe.optimizer"] = options.optimizer;
  metadata["lithe.batch"] = std::to_string(options.batch);
  metadata["lithe.seed"] = std::to_string(options.seed);
  if (options.stateful)
    metadata[train::kStreamsNote] = std::to_string(options.batch);
  else
    metadata.erase(train::kStreamsNote);
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

EpochReport Trainer::run_epoch(const ProgressCallback& callback) {
  return engine_->run_epoch(callback);
}
bool Trainer::finished() const { return engine_->finished(); }
TrainingResult Trainer::finish() { return engine_->finish(); }
PlanReport Trainer::plan() const { return engine_->plan(); }
TimeSplit Trainer::time_split() const { return engine_->time_split(); }
ProfileRecords Trainer::profile() const { return engine_->profile(); }
std::vector<std::uint32_t> Trainer::order(std::size_t epoch) const { return engine_->order(epoch); }
const std::vector<EpochWatch>& Trainer::watched() const { return engine_->watched(); }
const std::vector<EpochReport>& Trainer::history() const { return engine_->history(); }
void Trainer::save_state(const std::filesystem::path& file) { engine_->save_state(file); }
void Trainer::save_model(const std::filesystem::path& file) { engine_->save_model(file); }
std::map<std::string, NamedArray> Trainer::optimizer_state() const {
  return engine_->optimizer_state();
}
void Trainer::restore_optimizer(const std::map<std::string, NamedArray>& state) {
  engine_->restore_optimizer(state);
}
void Trainer::load_state(const std::filesystem::path& file) { engine_->load_state(file); }

std::string with_constant_rate(const std::string& optimizer) {
  constexpr auto kCategory = network::Category::optimizer;
  Component read = network::read_component(optimizer, kCategory, catalogue::catalogue());
  Value& rate = read.arguments.front().second;
  if (const auto* schedule = std::get_if<Component>(&rate)) {
    const Value first = schedule->arguments.front().second;
    rate = first;
  }
  return network::print(read, kCategory, catalogue::catalogue());
}

Evaluation evaluate(const Model& model, const Examples& examples, const std::string& loss,
                    const std::string& isa, std::optional<std::size_t> streams) {
  Examples used = examples;
  used.features = data::in_scale(examples.features, model.preprocessing().divisor);
  const losses::Choice choice = train::parse_loss(loss);
  train::check_examples(model, used, choice.loss);
  const std::size_t rows = used.features.rows;
  const std::size_t side_by_side = std::min(train::chosen_streams(model, streams), rows);
  graph::Graph carried;
  train::Streams order{train::all_rows(rows), {}};
  if (side_by_side > 0) {
    carried = catalogue::compile_carried(model.network().layers());
    train::check_streams(carried, used.features);
    order = train::streams_of(order.rows, side_by_side);
  }
  const train::ScaledTargets scaled(train::by_positions(model, used), model.preprocessing());
  plan::Request request = train::evaluation_request(
      side_by_side > 0 ? carried : data_of(model).graph, scaled.examples(), rows, choice, isa,
      nullptr, model.preprocessing().target_deviation);
  if (side_by_side > 0) request.batch = side_by_side;
  base::Team team(1);
  const auto start = std::chrono::steady_clock::now();
  const plan::Results results = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) {
        return train::Evaluator<T>(request, std::move(order.rows), values, team,
                                   std::move(order.batches))
            .run();
      },
      data_of(model).values);
  if (!std::isfinite(train::mean_loss(results)))
    throw Error(ErrorKind::numeric, "the loss of these examples is not a number", {},
                "look for values that are far too large: `lithe data show` prints the ranges");
  const std::size_t columns = data_of(model).graph.slots[data_of(model).graph.output()].columns;
  const auto values = static_cast<double>(results.answers * columns);
  return {results.correct, results.answers, std::sqrt(results.squared_error / values),
          train::mean_loss(results),
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

}  // namespace lithe
