// The training loop: shuffle, run the plan over the order in stretches, evaluate.
#include "train/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/threads.h"
#include "lithe/error.h"
#include "plan/choose.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/numeric_error.h"
#include "train/plan_report.h"
#include "train/profiler.h"
#include "train/setup.h"
#include "train/shuffle.h"
#include "train/trial.h"
#include "train/watch.h"

namespace lithe::train {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Between stretches the watcher is asked; within one the threads never leave the plan.
constexpr std::size_t kStretches = 50;
constexpr std::size_t kEvaluationBatch = 128;
constexpr std::size_t kMostRecoveries = 8;
// A step that is looked at costs some four steps: one in a hundred stays below 5%.
constexpr std::size_t kWatchEvery = 100;

// All that a training changes, as it was at some time.
template <typename T>
struct Snapshot {
  plan::Parameters<T> values;
  plan::OptimizerState<T> learning;
  std::uint64_t steps;
};

template <typename T>
class EngineOf final : public Trainer::Engine {
 public:
  EngineOf(plan::Parameters<T>& values, const Model& model, const Examples& train,
           const Examples& test, const TrainOptions& options);

  EpochReport run_epoch(const Watcher& watcher) override;
  bool finished() const override {
    return epoch_ >= options_.epochs || (options_.patience > 0 && worse_ >= options_.patience);
  }
  void finish() override;
  PlanReport plan() const override;
  TimeSplit time_split() const override;
  ProfileRecords profile() const override;
  std::vector<std::uint32_t> order(std::size_t epoch) const override {
    std::vector<std::uint32_t> result(rows_.train.size());
    fill_order(result, epoch);
    return result;
  }
  const std::vector<EpochWatch>& watched() const override { return watched_; }

 private:
  void make_plans();
  plan::Request evaluation_request(const Examples& examples, std::size_t rows) const;
  void fill_order(std::vector<std::uint32_t>& order, std::size_t epoch) const;
  void run_examples(EpochReport& report, const Watcher& watcher);
  void run_steps(std::size_t first, std::size_t count);
  void run_watched(std::size_t first, std::size_t count);
  void attempt(EpochReport& report, const Watcher& watcher);
  void evaluate(EpochReport& report);
  void average();
  void account(Profiler::Part part) {
    if (profiler_ != nullptr) profiler_->end(part);
  }
  plan::Parameters<T>& judged() { return average_ ? *average_ : values_; }
  BlasUse blas_use() const {
    if (options_.blas == "auto") return BlasUse::where_faster;
    if (options_.blas != "native") return BlasUse::everywhere;
    return options_.weigh_blas ? BlasUse::weighed : BlasUse::none;
  }
  [[noreturn]] void fail_numeric(std::uint64_t step) const;

  TrainOptions options_;
  optimizers::Optimizer optimizer_;
  optimizers::StepCounter steps_;
  Averaging averaging_;
  plan::Parameters<T>& values_;
  const graph::Graph& graph_;
  Rows rows_;
  std::vector<float> weights_, test_weights_;
  Examples train_, test_;
  std::unique_ptr<augment::Augmenter> augmenter_;
  std::unique_ptr<plan::Blas> blas_;
  plan::Request request_;
  plan::OptimizerState<T> learning_;
  std::optional<plan::Parameters<T>> average_, best_;
  std::size_t averaged_ = 0;
  std::vector<std::uint32_t> order_, test_order_;
  std::vector<optimizers::Coefficients<T>> updates_;
  std::unique_ptr<base::Team> team_;
  std::unique_ptr<plan::Plan<T>> plan_, test_plan_, held_plan_;
  std::unique_ptr<LayerWatcher<T>> watch_;
  std::unique_ptr<Profiler> profiler_;
  std::vector<EpochWatch> watched_;
  std::vector<std::pair<std::size_t, double>> trials_;
  std::size_t epoch_ = 0, worse_ = 0;
  double best_loss_ = std::numeric_limits<double>::infinity(), rate_factor_ = 1;
  double training_seconds_ = 0, evaluation_seconds_ = 0;
};

template <typename T>
EngineOf<T>::EngineOf(plan::Parameters<T>& values, const Model& model, const Examples& train,
                      const Examples& test, const TrainOptions& options)
    : options_(options),
      optimizer_(parse_optimizer(options.optimizer)),
      steps_(optimizer_),
      averaging_(parse_averaging(options.average)),
      values_(values),
      graph_(data_of(model).graph),
      rows_(choose_rows(train, options)),
      weights_(example_weights(train, options)),
      train_(train),
      test_(test),
      augmenter_(make_augmenter(options, model.network().input_shape(), train.features)),
      blas_(load_blas(options, model.precision())),
      learning_(values, optimizers::row(optimizer_.rule).states),
      order_(rows_.train.size()),
      test_order_(test.features.rows) {
  if (!weights_.empty()) train_.weights = weights_.data();
  std::iota(test_order_.begin(), test_order_.end(), 0u);
  fill_order(order_, 1);
  request_.graph = &graph_;
  request_.mode = plan::Mode::train;
  request_.batch = options.batch;
  request_.loss = parse_loss(options.loss);
  request_.examples = train_;
  request_.augmenter = augmenter_.get();
  request_.nonzero_columns = plan::nonzero_columns(train.features, options.batch);
  request_.isa = cpu::parse_isa(options.isa);
  request_.blas = blas_.get();
  request_.optimizer = &optimizer_;
  request_.frozen = frozen_arrays(graph_, options.frozen);
  request_.seed = options.seed;
  if (averaging_.kind != Averaging::Kind::none) average_ = values_.clone();
  if (averaging_.kind == Averaging::Kind::ema) {
    learning_.average = &*average_;
    learning_.average_decay = averaging_.amount;
  }
  if (options.patience > 0) best_ = values_.clone();
  std::size_t threads = options.threads;
  if (threads == 0) {
    trials_ = try_threads(request_, values_, learning_, order_, steps_, options_.pin);
    threads = fewest_that_nothing_beats(trials_);
  }
  team_ = std::make_unique<base::Team>(threads, options.pin);
  if (options.watch) watch_ = std::make_unique<LayerWatcher<T>>(graph_, values_);
  make_plans();
}

template <typename T>
void EngineOf<T>::make_plans() {
  plan_ = std::make_unique<plan::Plan<T>>(request_, values_, *team_, &learning_);
  if (options_.profile) {
    profiler_ = std::make_unique<Profiler>(base::tick_clock(), plan_->describe());
    plan_->record(&profiler_->recorder());
  }
  const std::size_t batches = kernels::divide_up(order_.size(), options_.batch);
  updates_.resize(kernels::divide_up(batches, kStretches));
  if (watch_ != nullptr) watch_->plan(request_, *team_, learning_);
  if (!test_order_.empty() && test_plan_ == nullptr)
    test_plan_ = std::make_unique<plan::Plan<T>>(evaluation_request(test_, test_order_.size()),
                                                 judged(), *team_);
  if (!rows_.held.empty() && held_plan_ == nullptr)
    held_plan_ = std::make_unique<plan::Plan<T>>(evaluation_request(train_, rows_.held.size()),
                                                 judged(), *team_);
}

template <typename T>
plan::Request EngineOf<T>::evaluation_request(const Examples& examples, std::size_t rows) const {
  plan::Request request = request_;
  request.mode = plan::Mode::evaluate;
  if (blas_ != nullptr && blas_->use() == BlasUse::weighed) request.blas = nullptr;
  request.batch = std::min(kEvaluationBatch, rows);
  request.examples = examples;
  request.nonzero_columns = plan::nonzero_columns(examples.features, request.batch);
  return request;
}

// The rows that are trained on, in the epoch's order.
template <typename T>
void EngineOf<T>::fill_order(std::vector<std::uint32_t>& order, std::size_t epoch) const {
  shuffle(order, options_.seed, epoch);
  if (rows_.held.empty()) return;
  for (std::uint32_t& row : order) row = rows_.train[row];
}

template <typename T>
void EngineOf<T>::fail_numeric(std::uint64_t step) const {
  const auto whole = [&](graph::ParameterId id) {
    const auto array = values_.read(id);
    return std::all_of(array.begin(), array.end(), [](T value) { return std::isfinite(value); });
  };
  throw numeric_error(graph_, whole, {step, epoch_, options_.optimizer});
}

template <typename T>
void EngineOf<T>::run_steps(std::size_t first, std::size_t count) {
  const double total = static_cast<double>(kernels::divide_up(order_.size(), options_.batch) *
                                           std::max<std::size_t>(1, options_.epochs));
  const std::size_t batches = kernels::divide_up(count, options_.batch);
  const std::uint64_t done = steps_.done();
  for (std::size_t i = 0; i < batches; ++i) {
    const double progress = static_cast<double>(steps_.done()) / total;
    const double rate = optimizer_.schedule.at(std::min(progress, 1.0)) * rate_factor_;
    updates_[i] = steps_.next(rate).template as<T>();
  }
  const auto rows = std::span(order_).subspan(first, count);
  const std::span<const optimizers::Coefficients<T>> updates(updates_.data(), batches);
  account(Profiler::Part::rates);
  if (watch_ != nullptr && watch_->due()) {
    watch_->run(rows, updates, done);
    account(Profiler::Part::watching);
    return;
  }
  if (profiler_ != nullptr) profiler_->begin_stretch();
  plan_->run(rows, updates, done);
  if (profiler_ != nullptr) profiler_->end_stretch(batches);
}

// A stretch, or with a watcher a single step that it looks at, and then the rest.
template <typename T>
void EngineOf<T>::run_watched(std::size_t first, std::size_t count) {
  if (watch_ != nullptr && watch_->take_turn(count / options_.batch, kWatchEvery)) {
    const std::size_t one = std::min(count, options_.batch);
    run_steps(first, one);
    first += one, count -= one;
    watch_->rest();
  }
  if (count > 0) run_steps(first, count);
}

template <typename T>
void EngineOf<T>::attempt(EpochReport& report, const Watcher& watcher) {
  const std::size_t batches = kernels::divide_up(order_.size(), options_.batch);
  const std::size_t stretch = kernels::divide_up(batches, kStretches) * options_.batch;
  plan::Results sum;
  report.examples = 0;
  for (std::size_t done = 0; done < order_.size() && !report.stopped;) {
    const std::size_t count = std::min(stretch, order_.size() - done);
    run_watched(done, count);
    done += count;
    plan::Results results = plan_->take_results();
    if (watch_ != nullptr) watch_->add_results(results);
    if (results.bad_step != 0) fail_numeric(results.bad_step);
    sum.loss += results.loss;
    sum.weight += results.weight;
    report.examples = done;
    report.stopped =
        watcher && !watcher(static_cast<double>(done) / static_cast<double>(order_.size()));
    account(Profiler::Part::between);
  }
  report.loss = sum.weight > 0 ? sum.loss / sum.weight : 0;
}

template <typename T>
void EngineOf<T>::run_examples(EpochReport& report, const Watcher& watcher) {
  fill_order(order_, epoch_);
  account(Profiler::Part::shuffle);
  if (!options_.recover) return attempt(report, watcher);
  const Snapshot<T> before{values_.clone(), learning_.clone(), steps_.done()};
  for (;;) {
    try {
      return attempt(report, watcher);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::numeric || ++report.recoveries > kMostRecoveries) throw;
      std::copy(before.values.data(), before.values.data() + values_.size(), values_.data());
      learning_.take_states(before.learning);
      steps_.restart(before.steps);
      rate_factor_ /= 2;
      plan_->take_results();
    }
  }
}

template <typename T>
EpochReport EngineOf<T>::run_epoch(const Watcher& watcher) {
  EpochReport report;
  report.epoch = ++epoch_;
  if (options_.unfreeze_at != 0 && epoch_ == options_.unfreeze_at) {
    request_.frozen.clear();
    make_plans();
  }
  if (watch_ != nullptr) watch_->begin_epoch();
  if (profiler_ != nullptr) profiler_->begin_epoch();
  const Clock::time_point start = Clock::now();
  run_examples(report, watcher);
  average();
  account(Profiler::Part::averaging);
  const double progress =
      static_cast<double>(epoch_) / static_cast<double>(std::max<std::size_t>(1, options_.epochs));
  report.rate = optimizer_.schedule.at(std::min(progress, 1.0)) * rate_factor_;
  report.seconds = seconds_since(start);
  training_seconds_ += report.seconds;
  evaluate(report);
  account(Profiler::Part::evaluation);
  optimizer_.schedule.note(rows_.held.empty() ? report.loss : report.validation_loss);
  if (watch_ != nullptr) watched_.push_back(watch_->end_epoch(report, watched_));
  account(Profiler::Part::watching);
  if (profiler_ != nullptr) profiler_->end_epoch();
  return report;
}

// The average of the weights at the ends of the last epochs.
template <typename T>
void EngineOf<T>::average() {
  if (averaging_.kind != Averaging::Kind::swa) return;
  const double begins = averaging_.amount * static_cast<double>(options_.epochs);
  if (static_cast<double>(epoch_ - 1) <= begins) averaged_ = 0;
  const double share = 1 / static_cast<double>(averaged_ + 1);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    T& mean = average_->data()[i];
    mean += static_cast<T>(share) * (values_.data()[i] - mean);
  }
  ++averaged_;
}

template <typename T>
void EngineOf<T>::evaluate(EpochReport& report) {
  const Clock::time_point start = Clock::now();
  if (held_plan_ != nullptr) {
    held_plan_->run(rows_.held);
    const plan::Results held = held_plan_->take_results();
    report.validation_loss = held.weight > 0 ? held.loss / held.weight : 0;
    report.validation_correct = held.correct;
    report.validation_total = rows_.held.size();
    report.best = report.validation_loss < best_loss_;
    worse_ = report.best ? 0 : worse_ + 1;
    if (report.best) {
      best_loss_ = report.validation_loss;
      if (best_) std::copy(judged().data(), judged().data() + values_.size(), best_->data());
    }
  }
  if (test_plan_ != nullptr) {
    test_plan_->run(test_order_);
    const plan::Results results = test_plan_->take_results();
    report.correct = results.correct;
    report.total = test_order_.size();
    report.test_loss = results.weight > 0 ? results.loss / results.weight : 0;
    const std::size_t values = report.total * graph_.slots[graph_.output()].columns;
    report.test_rmse = std::sqrt(results.squared_error / static_cast<double>(values));
  }
  report.evaluation_seconds = seconds_since(start);
  evaluation_seconds_ += report.evaluation_seconds;
}

template <typename T>
void EngineOf<T>::finish() {
  if (epoch_ == 0) return;
  const plan::Parameters<T>& kept = best_ && !rows_.held.empty() ? *best_ : judged();
  std::copy(kept.data(), kept.data() + values_.size(), values_.data());
}

template <typename T>
PlanReport EngineOf<T>::plan() const {
  constexpr Precision kPrecision =
      sizeof(T) == sizeof(float) ? Precision::float32 : Precision::float64;
  PlanReport report = report_plan(plan_->describe(), plan_->stage_seconds(), kPrecision, trials_);
  report.blas_use = blas_use();
  if (blas_ != nullptr) report.blas = blas_->library();
  return report;
}

template <typename T>
TimeSplit EngineOf<T>::time_split() const {
  return split_time(plan_->describe(), plan_->stage_seconds(), training_seconds_,
                    evaluation_seconds_);
}

template <typename T>
ProfileRecords EngineOf<T>::profile() const {
  return profiler_ == nullptr ? ProfileRecords{} : profiler_->records(plan());
}

}  // namespace

std::unique_ptr<Trainer::Engine> make_engine(Model& model, const Examples& train,
                                             const Examples& test, const TrainOptions& options) {
  check_options(options, train);
  const losses::Choice loss = parse_loss(options.loss);
  check_examples(model, train, loss.loss);
  if (test.features.rows > 0) check_examples(model, test, loss.loss);  // there may be none
  return std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Trainer::Engine> {
        return std::make_unique<EngineOf<T>>(values, model, train, test, options);
      },
      data_of(model).values);
}

}  // namespace lithe::train
