// The training loop: shuffle, run the plan over the order in stretches, evaluate.
#include "lithe/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/threads.h"
#include "lithe/error.h"
#include "plan/choose.h"
#include "plan/plan.h"
#include "train/check.h"
#include "train/engine.h"
#include "train/shuffle.h"

namespace lithe {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Between stretches the watcher is asked; within one the threads never leave the plan.
constexpr std::size_t kStretches = 50;
constexpr std::size_t kEvaluationBatch = 128;

// How long each number of threads is tried for. With the fewest steps that fill the caches, a trial
// of the smallest networks takes a few milliseconds and one of large ones a few steps.
constexpr double kTrialSeconds = 0.005;
constexpr std::size_t kTrialSteps = 200;
// More threads must win by this much: a draw goes to fewer.
constexpr double kWorthwhile = 1.05;

template <typename T>
class EngineOf final : public Trainer::Engine {
 public:
  EngineOf(plan::Parameters<T>& values, const layers::Graph& graph, const Examples& train,
           const Examples& test, const TrainOptions& options)
      : options_(options),
        rate_(static_cast<T>(train::parse_learning_rate(options.optimizer))),
        order_(train.features.rows),
        test_order_(test.features.rows) {
    request_.graph = &graph;
    request_.mode = plan::Mode::train;
    request_.batch = options.batch;
    request_.loss = train::parse_loss(options.loss);
    request_.examples = train;
    request_.kept_columns = plan::kept_columns(train.features, options.batch);
    request_.isa = machine::parse_isa(options.isa);
    std::iota(order_.begin(), order_.end(), 0u);
    std::iota(test_order_.begin(), test_order_.end(), 0u);
    const std::size_t threads = options.threads != 0 ? options.threads : fastest_threads(values);
    team_ = std::make_unique<base::Team>(threads, options.pin);
    plan_ = std::make_unique<plan::Plan<T>>(request_, values, *team_);
    if (!test_order_.empty())
      evaluation_ = std::make_unique<plan::Plan<T>>(evaluation_request(test), values, *team_);
  }

  EpochReport run_epoch(const Watcher& watcher) override;
  PlanReport plan() const override;
  TimeSplit time_split() const override;
  std::vector<std::uint32_t> order(std::size_t epoch) const override {
    std::vector<std::uint32_t> result(order_.size());
    train::shuffle(result, options_.seed, epoch);
    return result;
  }

 private:
  plan::Request evaluation_request(const Examples& test) const {
    plan::Request request = request_;
    request.mode = plan::Mode::evaluate;
    request.batch = std::min(kEvaluationBatch, test.features.rows);
    request.examples = test;
    request.kept_columns = plan::kept_columns(test.features, request.batch);
    return request;
  }

  std::size_t fastest_threads(plan::Parameters<T>& values);
  double trial(plan::Plan<T>& plan);
  [[noreturn]] void fail_numeric(std::uint64_t step) const;

  TrainOptions options_;
  T rate_;
  plan::Request request_;
  std::vector<std::uint32_t> order_, test_order_;
  std::unique_ptr<base::Team> team_;
  std::unique_ptr<plan::Plan<T>> plan_, evaluation_;
  std::vector<std::pair<std::size_t, double>> trials_;
  std::size_t epoch_ = 0;
  double training_seconds_ = 0, evaluation_seconds_ = 0;
};

// Examples a second.
template <typename T>
double EngineOf<T>::trial(plan::Plan<T>& plan) {
  const std::size_t count = std::min(order_.size(), kTrialSteps * options_.batch);
  const std::size_t stretch = std::max(options_.batch, count / 10);
  const Clock::time_point start = Clock::now();
  std::size_t done = 0;
  while (done + stretch <= count && (done == 0 || seconds_since(start) < kTrialSeconds)) {
    plan.run(std::span(order_).subspan(done, stretch), rate_);
    done += stretch;
  }
  return static_cast<double>(done) / seconds_since(start);
}

// Tries 1, 2, 4, ... threads on a copy of the values, each in turn and again, and takes the fewest
// that nothing beats clearly.
template <typename T>
std::size_t EngineOf<T>::fastest_threads(plan::Parameters<T>& values) {
  const std::size_t most = base::usable_processors();
  if (most == 1) return 1;
  std::vector<std::size_t> candidates;
  for (std::size_t n = 1; n < most; n *= 2) candidates.push_back(n);
  candidates.push_back(most);
  plan::Parameters<T> copy = values.clone();
  for (const std::size_t n : candidates) trials_.emplace_back(n, 0.0);
  for (int round = 0; round < 2; ++round)
    for (auto& [threads, best] : trials_) {
      base::Team team(threads, options_.pin);
      plan::Plan<T> plan(request_, copy, team);
      best = std::max(best, trial(plan));
    }
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < trials_.size(); ++i)
    if (trials_[i].second > trials_[chosen].second * kWorthwhile) chosen = i;
  return trials_[chosen].first;
}

template <typename T>
void EngineOf<T>::fail_numeric(std::uint64_t step) const {
  throw Error(ErrorKind::numeric,
              "the loss is no longer a number (infinite, or not a number at all)",
              fmt::format("step {} of the training, in epoch {}", step, epoch_),
              fmt::format("a smaller learning rate than that of {}, a tenth of it say",
                          options_.optimizer));
}

template <typename T>
EpochReport EngineOf<T>::run_epoch(const Watcher& watcher) {
  EpochReport report;
  report.epoch = ++epoch_;
  const Clock::time_point start = Clock::now();
  train::shuffle(order_, options_.seed, epoch_);
  const std::size_t batches = kernels::divide_up(order_.size(), options_.batch);
  const std::size_t stretch = kernels::divide_up(batches, kStretches) * options_.batch;
  plan::Results sum;
  for (std::size_t done = 0; done < order_.size() && !report.stopped;) {
    const std::size_t count = std::min(stretch, order_.size() - done);
    plan_->run(std::span(order_).subspan(done, count), rate_);
    done += count;
    const plan::Results results = plan_->take_results();
    if (results.bad_step != 0) fail_numeric(results.bad_step);
    sum.loss += results.loss;
    report.examples = done;
    report.stopped =
        watcher && !watcher(static_cast<double>(done) / static_cast<double>(order_.size()));
  }
  report.loss = sum.loss / static_cast<double>(report.examples);
  report.seconds = seconds_since(start);
  training_seconds_ += report.seconds;
  if (evaluation_ != nullptr) {
    const Clock::time_point evaluation_start = Clock::now();
    evaluation_->run(test_order_, 0);
    const plan::Results results = evaluation_->take_results();
    report.correct = results.correct;
    report.total = test_order_.size();
    report.test_loss = results.loss / static_cast<double>(report.total);
    report.evaluation_seconds = seconds_since(evaluation_start);
    evaluation_seconds_ += report.evaluation_seconds;
  }
  return report;
}

template <typename T>
PlanReport EngineOf<T>::plan() const {
  const plan::Description d = plan_->describe();
  PlanReport report{std::string(machine::name(d.isa)),
                    sizeof(T) == sizeof(float) ? Precision::float32 : Precision::float64,
                    d.threads,
                    d.batch,
                    d.arena_bytes,
                    d.parameter_bytes,
                    d.parameter_count,
                    d.operations(),
                    trials_,
                    {},
                    {}};
  for (std::size_t i = 0; i < d.stages.size(); ++i) {
    const plan::StageInfo& info = d.stages[i];
    PlanStage stage{info.name, info.kernel,     info.shared, info.barrier,
                    {},        info.operations, info.bytes,  plan_->stage_seconds()[i]};
    for (const auto& refusal : info.refused)
      stage.refused.push_back(refusal.kernel + ": " + refusal.reason);
    report.stages.push_back(std::move(stage));
  }
  for (std::size_t i = 0; i < d.buffers.size(); ++i)
    report.buffers.push_back({d.buffers[i].name, d.buffers[i].bytes, d.offsets[i],
                              d.buffers[i].first, d.buffers[i].last});
  return report;
}

template <typename T>
TimeSplit EngineOf<T>::time_split() const {
  const auto& infos = plan_->describe().stages;
  const auto& seconds = plan_->stage_seconds();
  double by_phase[4] = {}, sum = 0;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    by_phase[static_cast<std::size_t>(infos[i].phase)] += seconds[i];
    sum += seconds[i];
  }
  // The stages' shares are sampled; the time they share was measured.
  const double scale = sum > 0 ? training_seconds_ / sum : 0;
  return {by_phase[0] * scale, by_phase[1] * scale, by_phase[2] * scale, evaluation_seconds_};
}

std::unique_ptr<Trainer::Engine> make_engine(Model& model, const Examples& train,
                                             const Examples& test, const TrainOptions& options) {
  train::check_options(options, train);
  train::check_examples(model, train);
  if (test.features.rows > 0) train::check_examples(model, test);  // there may be none
  return std::visit(
      [&]<typename T>(plan::Parameters<T>& values) -> std::unique_ptr<Trainer::Engine> {
        return std::make_unique<EngineOf<T>>(values, model.data().graph, train, test, options);
      },
      model.data().values);
}

}  // namespace

Trainer::Trainer(Model& model, const Examples& train, const Examples& test,
                 const TrainOptions& options)
    : engine_(make_engine(model, train, test, options)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

EpochReport Trainer::run_epoch(const Watcher& watcher) { return engine_->run_epoch(watcher); }
PlanReport Trainer::plan() const { return engine_->plan(); }
TimeSplit Trainer::time_split() const { return engine_->time_split(); }
std::vector<std::uint32_t> Trainer::order(std::size_t epoch) const { return engine_->order(epoch); }

Evaluation evaluate(const Model& model, const Examples& examples, const std::string& loss,
                    const std::string& isa) {
  train::check_examples(model, examples);
  plan::Request request;
  request.graph = &model.data().graph;
  request.mode = plan::Mode::evaluate;
  request.batch = std::clamp<std::size_t>(examples.features.rows, 1, kEvaluationBatch);
  request.loss = train::parse_loss(loss);
  request.examples = examples;
  request.kept_columns = plan::kept_columns(examples.features, request.batch);
  request.isa = machine::parse_isa(isa);
  std::vector<std::uint32_t> order(examples.features.rows);
  std::iota(order.begin(), order.end(), 0u);
  base::Team team(1);
  const Clock::time_point start = Clock::now();
  const plan::Results results = std::visit(
      [&]<typename T>(plan::Parameters<T>& values) {
        plan::Plan<T> plan(request, values, team);
        plan.run(order, 0);
        return plan.take_results();
      },
      model.data().values);
  return {results.correct, order.size(), results.loss / static_cast<double>(order.size()),
          seconds_since(start)};
}

}  // namespace lithe
