// The training loop: shuffle, steps, evaluate.
#include "train/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "catalogue/catalogue.h"
#include "lithe/cancel.h"
#include "lithe/error.h"
#include "train/averaging.h"
#include "train/batch_of_one.h"
#include "train/check.h"
#include "train/early_stopping.h"
#include "train/epoch_order.h"
#include "train/evaluator.h"
#include "train/forward.h"
#include "train/numeric_error.h"
#include "train/optimizer_state.h"
#include "train/plan_report.h"
#include "train/recovery.h"
#include "train/request.h"
#include "train/setup.h"
#include "train/step_runner.h"
#include "train/streams.h"
#include "train/target_scaling.h"
#include "train/training_memory.h"
#include "train/training_state.h"
#include "train/trial.h"

namespace lithe::train {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

BlasUse blas_use(const TrainOptions& options) {
  if (options.blas == "auto") return BlasUse::where_faster;
  if (options.blas != "native") return BlasUse::everywhere;
  return options.benchmark_blas && !options.bfloat16 ? BlasUse::benchmarked : BlasUse::none;
}

// The examples to train on as the network learns them; the model keeps how they were scaled.
ScaledTargets scaled(Model& model, const Examples& examples, std::span<const std::uint32_t> rows,
                     const TrainOptions& options) {
  model.set_preprocessing(with_target_scaling(model.preprocessing(), examples, rows, options));
  return {examples, model.preprocessing()};
}

// Epochs whose reports have room from the beginning: more may follow than were asked for.
constexpr std::size_t kLeastReserved = 1024, kMostReserved = 4096;

template <typename T>
class EngineOf final : public Trainer::Engine {
 public:
  EngineOf(plan::Parameters<T>& values, Model& model, const Examples& train, const Examples& test,
           const TrainOptions& options);

  EpochReport run_epoch(const ProgressCallback& callback) override;
  bool finished() const override {
    return !within_epoch_ && (epoch_ >= options_.epochs || early_stopping_.stops());
  }
  TrainingResult finish() override;
  PlanReport plan() const override;
  TimeSplit time_split() const override;
  ProfileRecords profile() const override;
  std::vector<std::uint32_t> order(std::size_t epoch) const override {
    return order_.of_epoch(epoch);
  }
  const std::vector<EpochReport>& history() const override { return history_; }
  void save_state(const std::filesystem::path& file) override;
  void load_state(const std::filesystem::path& file) override;
  std::map<std::string, NamedArray> optimizer_state() const override;
  void restore_optimizer(const std::map<std::string, NamedArray>& state) override;
  void save_model(const std::filesystem::path& file) override;
  const std::vector<EpochWatch>& watched() const override {
    static const std::vector<EpochWatch> none;
    return steps_.watcher() != nullptr ? steps_.watcher()->history() : none;
  }

 private:
  std::size_t trained_rows() const;
  EpochOrder make_order() const;
  std::size_t states_that_fit();
  std::size_t choose_threads();
  plan::Request evaluation_of(const Examples& examples, std::size_t rows);
  void make_evaluators(const Examples& test);
  void unfreeze();
  void begin_epoch();
  void run_steps(const ProgressCallback& callback);
  void attempt_epoch(const ProgressCallback& callback);
  void evaluate(EpochReport& report);
  void end_epoch(EpochReport& report);
  std::vector<StatePart<T>> state_parts();
  void visit(StateFigures& figures);
  const StateIdentity& identity();
  std::unique_ptr<StateFile<T>> make_state_file(const std::filesystem::path& file);
  void save(StateFile<T>& file);
  void save_if_due();
  void save_in_background();
  void make_room();
  plan::Parameters<T>& evaluated_values() {
    return averaging_.average() != nullptr ? *averaging_.average() : values_;
  }
  [[noreturn]] void fail_numeric(std::uint64_t step, NumericPlace::What what) const;
  void check_weights() const;

  TrainOptions options_;
  plan::Parameters<T>& values_;
  Model& model_;
  const graph::Graph carried_;  // of options.stateful
  const graph::Graph& graph_;
  optimizers::Optimizer optimizer_;
  Rows rows_;
  ScaledTargets train_targets_, test_targets_;
  std::vector<double> target_deviation_;
  std::vector<float> weights_;
  Examples train_;
  std::unique_ptr<augment::Augmenter> augmenter_;
  std::unique_ptr<plan::Blas> blas_;
  plan::Request request_;
  plan::OptimizerState<T> learning_;
  Averaging<T> averaging_;
  EarlyStopping<T> early_stopping_;
  Recovery<T> recovery_;
  EpochOrder order_;
  Trials trials_;
  base::Team team_;
  StepRunner<T> steps_;
  std::optional<Evaluator<T>> validation_, test_;
  std::size_t epoch_ = 0;
  bool within_epoch_ = false;
  EpochReport report_;                        // of the epoch that has begun
  plan::Results sum_;                         // of its steps up to now
  Clock::time_point resumed_ = Clock::now();  // the epoch, or the training after a break
  double epoch_seconds_ = 0;                  // of the epoch, before `resumed_`
  double training_seconds_ = 0, evaluation_seconds_ = 0;
  std::vector<EpochReport> history_;

  const Examples given_train_, given_test_;  // as they came, which the identity names
  std::optional<StateIdentity> identity_;
  std::vector<double> figures_, history_rows_, carried_values_;  // as the state has them
  Clock::time_point saved_ = Clock::now();
  std::unique_ptr<StateFile<T>> state_;  // of options.state
};

template <typename T>
EngineOf<T>::EngineOf(plan::Parameters<T>& values, Model& model, const Examples& train,
                      const Examples& test, const TrainOptions& options)
    : options_(options),
      values_(values),
      model_(model),
      carried_(options.stateful ? catalogue::compile_carried(model.network().layers())
                                : graph::Graph{}),
      graph_(options.stateful ? carried_ : data_of(model).graph),
      optimizer_(parse_optimizer(options.optimizer)),
      rows_(choose_rows(train, options)),
      train_targets_(scaled(model, train, rows_.train, options)),
      test_targets_(test, model.preprocessing()),
      target_deviation_(model.preprocessing().target_deviation),
      weights_(example_weights(train, options)),
      train_(weighted(train_targets_.examples(), weights_)),
      augmenter_(make_augmenter(options, model.network().input_shape(), train.features)),
      blas_(load_blas(options, model.precision())),
      request_(
          training_request(graph_, train_, options_, optimizer_, augmenter_.get(), blas_.get())),
      learning_(values, states_that_fit()),
      averaging_(options.average, values, options.epochs, learning_),
      early_stopping_(options.patience, values),
      recovery_(options.recover, values, learning_, averaging_),
      order_(make_order()),
      team_(choose_threads(), options.pin),
      steps_(options_, order_.size(), optimizer_, graph_, values_, learning_, team_),
      given_train_(train),
      given_test_(test) {
  steps_.compile(request_);
  if (trials_.empty())
    steps_.watch_threads(0, team_.size());
  else
    steps_.watch_threads(1 / trials_.front().second, fewest_that_nothing_beats(trials_));
  make_evaluators(test_targets_.examples());
  history_.reserve(std::clamp(options_.epochs, kLeastReserved, kMostReserved));
  if (!options_.state.empty()) state_ = make_state_file(options_.state);
}

// Layers that are frozen for a while count as not frozen, because the order is made once.
template <typename T>
std::size_t EngineOf<T>::trained_rows() const {
  const std::vector<bool> frozen = options_.unfreeze_at > 0 ? std::vector<bool>{} : request_.frozen;
  return rows_per_epoch(graph_, frozen, rows_.train.size(), options_.batch);
}

template <typename T>
EpochOrder EngineOf<T>::make_order() const {
  if (!options_.stateful) return {rows_.train, trained_rows(), options_.seed};
  const std::size_t used = rows_of_full_streams(rows_.train.size(), options_.batch);
  return EpochOrder(streams_of(std::span(rows_.train).first(used), options_.batch).rows);
}

// How many states the optimizer has, once it is known that they and all else fit into the memory.
template <typename T>
std::size_t EngineOf<T>::states_that_fit() {
  const Examples& test = test_targets_.examples();
  TrainingForm<T> form{options_, values_, optimizers::row(optimizer_.rule).states, request_};
  form.data = bytes_of(train_) + bytes_of(test);
  const auto evaluates = [&](const Examples& examples, std::size_t rows) {
    if (rows > 0) form.evaluations.push_back(evaluation_of(examples, rows));
  };
  evaluates(test, test.features.rows);
  evaluates(train_, rows_.validation.size());
  if (const std::size_t rows = test.features.rows; rows > 0)
    form.answers = {
        prediction_request(graph_, test.features, std::min(rows, kForwardBatch), options_.isa)};
  check_training_memory(form, cpu::memory_room());
  return form.states;
}

template <typename T>
std::size_t EngineOf<T>::choose_threads() {
  if (options_.threads != 0) return options_.threads;
  const auto examples = static_cast<double>(order_.rows().size()) *
                        static_cast<double>(std::max<std::size_t>(1, options_.epochs));
  trials_ = try_threads(request_, values_, learning_, order_.rows(),
                        optimizers::StepCounter(optimizer_), options_.pin, examples);
  return options_.profile ? fewest_that_nothing_beats(trials_) : most_that_may_be_faster(trials_);
}

template <typename T>
plan::Request EngineOf<T>::evaluation_of(const Examples& examples, std::size_t rows) {
  plan::Blas* blas = blas_use(options_) == BlasUse::benchmarked ? nullptr : blas_.get();
  plan::Request request = evaluation_request(graph_, examples, rows, request_.loss, options_.isa,
                                             blas, target_deviation_);
  if (options_.stateful) request.batch = std::min(options_.batch, rows);  // its streams
  return request;
}

template <typename T>
void EngineOf<T>::make_evaluators(const Examples& test) {
  const auto make = [&](std::optional<Evaluator<T>>& evaluator, const Examples& examples,
                        std::vector<std::uint32_t> rows) {
    if (rows.empty()) return;
    const plan::Request request = evaluation_of(examples, rows.size());
    Streams streams{std::move(rows), {}};
    if (options_.stateful) streams = streams_of(streams.rows, request.batch);
    evaluator.emplace(request, std::move(streams.rows), evaluated_values(), team_,
                      std::move(streams.batches));
  };
  make(test_, test, all_rows(test.features.rows));
  make(validation_, train_, std::move(rows_.validation));
}

template <typename T>
void EngineOf<T>::unfreeze() {
  request_.frozen.clear();
  steps_.compile(request_);
}

template <typename T>
void EngineOf<T>::fail_numeric(std::uint64_t step, NumericPlace::What what) const {
  const auto whole = [&](graph::ParameterId id) {
    const auto array = values_.read(id);
    return std::all_of(array.begin(), array.end(), [](T value) { return std::isfinite(value); });
  };
  throw numeric_error(graph_, whole, {step, epoch_, options_.optimizer, what, options_.recover});
}

// The last update of an epoch may break weights that no loss has seen.
template <typename T>
void EngineOf<T>::check_weights() const {
  // A value is no number, or infinite, where all bits of its exponent are set. In whole numbers the
  // loop becomes one of vectors.
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const Bits exponent = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
  const T* const values = values_.data();
  Bits bad = 0;
  for (std::size_t i = 0; i < values_.size(); ++i)
    bad |= (std::bit_cast<Bits>(values[i]) & exponent) == exponent ? Bits{1} : Bits{0};
  if (bad != 0) fail_numeric(steps_.steps(), NumericPlace::weights);
}

template <typename T>
void EngineOf<T>::begin_epoch() {
  report_ = {};
  report_.epoch = ++epoch_;
  sum_ = {};
  epoch_seconds_ = 0;
  within_epoch_ = true;
  if (options_.unfreeze_at != 0 && epoch_ == options_.unfreeze_at) unfreeze();
  order_.shuffle(epoch_);
  steps_.account(Profiler::Part::shuffle);
  recovery_.begin_epoch(steps_.steps());
}

template <typename T>
void EngineOf<T>::run_steps(const ProgressCallback& callback) {
  const auto rows = order_.rows();
  while (report_.examples < rows.size() && !report_.stopped) {
    const std::size_t count = std::min(steps_.stretch(), rows.size() - report_.examples);
    const auto [results, done] =
        steps_.run(rows.subspan(report_.examples, count), recovery_.learning_rate_factor());
    if (results.bad_step != 0) fail_numeric(results.bad_step, NumericPlace::loss);
    sum_.loss += results.loss;
    sum_.weight += results.weight;
    report_.examples += done;
    report_.stopped = callback && !callback(static_cast<double>(report_.examples) /
                                            static_cast<double>(rows.size()));
    save_if_due();
    end_if_cancelled();
    steps_.account(Profiler::Part::between);
  }
  if (report_.examples == rows.size()) check_weights();
  report_.loss = mean_loss(sum_);
}

// The steps and what is computed of them, which shows whether all are still numbers.
template <typename T>
void EngineOf<T>::attempt_epoch(const ProgressCallback& callback) {
  if (report_.examples == 0) steps_.plan().reset_carried();
  run_steps(callback);
  averaging_.end_epoch(epoch_, values_);
  steps_.account(Profiler::Part::averaging);
  report_.seconds = epoch_seconds_ + seconds_since(resumed_);
  evaluate(report_);
}

template <typename T>
void EngineOf<T>::evaluate(EpochReport& report) {
  const Clock::time_point start = Clock::now();
  if (validation_) {
    const plan::Results results = validation_->run();
    report.validation_loss = mean_loss(results);
    report.validation_correct = results.correct;
    report.validation_total = results.answers;
    if (!std::isfinite(report.validation_loss))
      fail_numeric(steps_.steps(), NumericPlace::validation_loss);
  }
  if (test_) {
    const plan::Results results = test_->run();
    report.correct = results.correct;
    report.total = results.answers;
    report.test_loss = mean_loss(results);
    const std::size_t values = report.total * graph_.slots[graph_.output()].columns;
    report.test_rmse = std::sqrt(results.squared_error / static_cast<double>(values));
    if (!std::isfinite(report.test_loss)) fail_numeric(steps_.steps(), NumericPlace::test_loss);
  }
  report.evaluation_seconds = seconds_since(start);
  steps_.account(Profiler::Part::evaluation);
}

template <typename T>
EpochReport EngineOf<T>::run_epoch(const ProgressCallback& callback) {
  steps_.begin_epoch();
  resumed_ = Clock::now();
  if (!within_epoch_) begin_epoch();
  for (;;) {
    try {
      attempt_epoch(callback);
      break;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::numeric || !recovery_.may_retry()) throw;
      steps_.restart(recovery_.retry());
      sum_ = {};
      report_.examples = 0;
      report_.recoveries = recovery_.retries();
    } catch (const Cancelled&) {
      epoch_seconds_ += seconds_since(resumed_);
      throw;
    }
  }
  end_epoch(report_);
  within_epoch_ = false;
  history_.push_back(report_);
  save_if_due();
  return report_;
}

// Completes the report, and passes it on to the schedule and the watcher.
template <typename T>
void EngineOf<T>::end_epoch(EpochReport& report) {
  training_seconds_ += report.seconds;
  evaluation_seconds_ += report.evaluation_seconds;
  if (validation_)
    report.best = early_stopping_.note(epoch_, report.validation_loss, evaluated_values());
  const std::size_t epochs = std::max<std::size_t>(1, options_.epochs);
  const double progress = static_cast<double>(epoch_) / static_cast<double>(epochs);
  report.learning_rate =
      optimizer_.schedule.at(std::min(progress, 1.0)) * recovery_.learning_rate_factor();
  report.epochs = options_.epochs;
  if (epoch_ < options_.epochs)
    report.seconds_left = (training_seconds_ + evaluation_seconds_) / static_cast<double>(epoch_) *
                          static_cast<double>(options_.epochs - epoch_);
  optimizer_.schedule.note(validation_ ? report.validation_loss : report.loss);
  if (steps_.watcher() != nullptr) steps_.watcher()->end_epoch(report);
  steps_.account(Profiler::Part::watching);
  steps_.end_epoch();
}

// The parts of a state, all laid out as the parameters are.
template <typename T>
std::vector<StatePart<T>> EngineOf<T>::state_parts() {
  std::vector<StatePart<T>> parts = {{"", values_.data()}};
  for (std::size_t i = 0; i < learning_.states.size(); ++i)
    parts.push_back({fmt::format("optimizer.{}.", i), learning_.states[i].data()});
  if (averaging_.average() != nullptr) parts.push_back({"average.", averaging_.average()->data()});
  if (early_stopping_.best_values() != nullptr)
    parts.push_back({"best.", early_stopping_.best_values()});
  recovery_.add_parts(parts);
  return parts;
}

// Every number that the training goes on from.
template <typename T>
void EngineOf<T>::visit(StateFigures& figures) {
  Progress progress{epoch_, within_epoch_, steps_.steps(), options_.epochs,
                    early_stopping_.best_epoch()};
  progress.visit(figures);
  epoch_ = progress.epoch, within_epoch_ = progress.within;
  if (progress.step != steps_.steps()) steps_.restart(progress.step);
  visit_report(report_, figures);
  figures(epoch_seconds_), figures(training_seconds_), figures(evaluation_seconds_);
  figures(sum_.loss), figures(sum_.weight);
  early_stopping_.visit(figures), averaging_.visit(figures), recovery_.visit(figures);
  optimizer_.schedule.visit(figures);
}

// Made for the first state, because it reads all examples.
template <typename T>
const StateIdentity& EngineOf<T>::identity() {
  if (!identity_)
    identity_ = training_identity(model_.network(), model_.precision(), given_train_, given_test_,
                                  options_);
  return *identity_;
}

template <typename T>
std::unique_ptr<StateFile<T>> EngineOf<T>::make_state_file(const std::filesystem::path& file) {
  StateFigures counter(StateFigures::Way::save, {});
  visit(counter);
  figures_.resize(counter.count());
  const std::size_t room = std::max<std::size_t>(1, history_.capacity()) * kReportFigures;
  if (state_ == nullptr && history_rows_.size() < room) history_rows_.resize(room);
  std::vector<StateTable> tables = {
      {"figures", {figures_.size()}, figures_},
      {"history", {history_rows_.size() / kReportFigures, kReportFigures}, history_rows_}};
  if (options_.stateful) {
    carried_values_.resize(steps_.plan().carried_size());
    tables.push_back({"carried", {carried_values_.size()}, carried_values_});
  }
  return std::make_unique<StateFile<T>>(file, values_, state_parts(), std::move(tables),
                                        state_metadata(identity(), options_.state_notes));
}

template <typename T>
void EngineOf<T>::save(StateFile<T>& file) {
  const double before = epoch_seconds_;
  if (within_epoch_) epoch_seconds_ += seconds_since(resumed_);
  StateFigures figures(StateFigures::Way::save, figures_);
  visit(figures);
  epoch_seconds_ = before;
  for (std::size_t i = 0; i < history_.size(); ++i)
    write_report(history_[i], std::span(history_rows_).subspan(i * kReportFigures, kReportFigures));
  steps_.plan().copy_carried(carried_values_);
  file.save();
  saved_ = Clock::now();
}

// After some steps, or an epoch.
template <typename T>
void EngineOf<T>::save_if_due() {
  if (state_ == nullptr) return;
  const bool stops = within_epoch_ && report_.stopped;
  // What follows a stop counts the epoch as done, which it is not.
  if (!stops && (report_.stopped || !state_->idle() || seconds_since(saved_) < options_.keep_every))
    return;
  save_in_background();
}

// The training does not end because of a state that cannot be written; finish() tells.
template <typename T>
void EngineOf<T>::save_in_background() {
  make_room();
  try {
    state_->wait();
  } catch (const Error&) {  // another attempt follows
  }
  save(*state_);
}

// Where there are more epochs than the state's table has room for, the file gets another form.
template <typename T>
void EngineOf<T>::make_room() {
  if (state_ == nullptr || history_.size() * kReportFigures <= history_rows_.size()) return;
  state_ = nullptr;
  state_ = make_state_file(options_.state);
}

template <typename T>
void EngineOf<T>::save_state(const std::filesystem::path& file) {
  make_room();
  const std::unique_ptr<StateFile<T>> state = make_state_file(file);
  save(*state);
  state->wait();
}

template <typename T>
void EngineOf<T>::save_model(const std::filesystem::path& file) {
  plan::Parameters<T>& evaluated = evaluated_values();
  const auto exchange = [&] {
    if (&evaluated != &values_)
      std::swap_ranges(values_.data(), values_.data() + values_.size(), evaluated.data());
  };
  exchange();
  try {
    model_.save(file);
  } catch (...) {
    exchange();
    throw;
  }
  exchange();
}

template <typename T>
std::map<std::string, NamedArray> EngineOf<T>::optimizer_state() const {
  auto state = train::optimizer_state(graph_, values_, learning_, steps_.steps());
  state["epochs"] = {{1}, {static_cast<double>(epoch_)}};
  return state;
}

template <typename T>
void EngineOf<T>::restore_optimizer(const std::map<std::string, NamedArray>& state) {
  if (epoch_ > 0)
    throw Error(ErrorKind::usage, "an epoch has been run already", "Trainer::restore_optimizer",
                "restore before the first one");
  const std::uint64_t epochs = count_in(state, "epochs", "a trainer");
  steps_.restart(train::restore_optimizer(state, graph_, values_, learning_, "a trainer"));
  epoch_ = epochs;
  if (options_.unfreeze_at != 0 && epoch_ >= options_.unfreeze_at) unfreeze();
}

template <typename T>
void EngineOf<T>::load_state(const std::filesystem::path& file) {
  const SavedState saved(file);
  saved.check_identity(identity());
  std::vector<double> figures = saved.table("figures");
  StateFigures check(StateFigures::Way::check, figures);
  visit(check);
  if (check.count() != figures.size())
    throw Error(ErrorKind::model, "the state has other figures than this training", file.string(),
                "begin anew without --resume");
  if (!check.valid())
    throw Error(ErrorKind::model, "the state's figures are damaged", file.string(),
                "begin anew without --resume");
  const TrainingState state = training_state(saved, file.string());
  const auto parts = state_parts();
  saved.restore<T>(values_, parts);
  StateFigures restore(StateFigures::Way::restore, figures);
  visit(restore);
  report_.stopped = false;
  history_.assign(state.history.begin(), state.history.end());
  if (options_.unfreeze_at != 0 && epoch_ >= options_.unfreeze_at) unfreeze();
  if (within_epoch_) order_.shuffle(epoch_);
  if (options_.stateful) steps_.plan().set_carried(saved.table("carried"));
}

template <typename T>
TrainingResult EngineOf<T>::finish() {
  TrainingResult result;
  result.epochs = result.kept_epoch = epoch_;
  result.stopped_early = epoch_ < options_.epochs && early_stopping_.stops();
  const plan::Parameters<T>* best = early_stopping_.best();
  if (best != nullptr) {
    result.kept_epoch = early_stopping_.best_epoch();
    result.kept_validation_loss = early_stopping_.best_loss();
  }
  if (state_ != nullptr) {
    if (!report_.stopped) save_in_background();
    try {
      state_->wait();
    } catch (const Error& error) {
      result.state_error = error.problem();
    }
  }
  if (epoch_ == 0) return result;
  const plan::Parameters<T>& kept = best != nullptr      ? *best
                                    : averaging_.empty() ? values_
                                                         : evaluated_values();
  std::copy(kept.data(), kept.data() + values_.size(), values_.data());
  return result;
}

template <typename T>
PlanReport EngineOf<T>::plan() const {
  constexpr Precision kPrecision =
      sizeof(T) == sizeof(float) ? Precision::float32 : Precision::float64;
  PlanReport report = report_plan(steps_.plan().describe(), steps_.plan().stage_seconds(),
                                  kPrecision, options_.bfloat16, trials_);
  report.share_by_fewer_threads = steps_.share_of_fewer();
  report.blas_use = blas_use(options_);
  if (blas_ != nullptr) report.blas = blas_->library();
  return report;
}

template <typename T>
TimeSplit EngineOf<T>::time_split() const {
  return split_time(steps_.plan().describe(), steps_.plan().stage_seconds(), training_seconds_,
                    evaluation_seconds_);
}

template <typename T>
ProfileRecords EngineOf<T>::profile() const {
  return steps_.profiler() == nullptr ? ProfileRecords{} : steps_.profiler()->records(plan());
}

}  // namespace

std::unique_ptr<Trainer::Engine> make_engine(Model& model, const Examples& train,
                                             const Examples& test, const TrainOptions& options) {
  check_options(options, train);
  check_bfloat16(model.precision(), options);
  const losses::Choice loss = parse_loss(options.loss);
  check_training(model, train, loss.loss);
  if (test.features.rows > 0) check_examples(model, test, loss.loss);  // there may be none
  if (options.stateful)
    check_stateful(options, catalogue::compile_carried(model.network().layers()), train, test);
  return std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Trainer::Engine> {
        return std::make_unique<EngineOf<T>>(values, model, by_positions(model, train),
                                             by_positions(model, test), options);
      },
      data_of(model).values);
}

}  // namespace lithe::train
