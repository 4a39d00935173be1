// The range test of the learning rate (Smith, "Cyclical learning rates for training neural
// networks", 2017).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/threads.h"
#include "lithe/cancel.h"
#include "lithe/error.h"
#include "plan/plan.h"
#include "train/batch_of_one.h"
#include "train/check.h"
#include "train/model_data.h"
#include "train/request.h"
#include "train/setup.h"
#include "train/shuffle.h"
#include "train/target_scaling.h"

namespace lithe {

namespace {

// Decay of the running mean of losses, which is corrected for its start at 0.
constexpr double kSmoothing = 0.9;
constexpr double kGivesUpAt = 4;  // times the least loss

// The rate at which the loss falls fastest over the logarithm of the rate. Rates beyond the least
// loss do not count, nor does the first tenth, where the running mean is still settling.
double steepest(const LearningRateTest& test) {
  const std::size_t count = test.losses.size();
  const auto least = static_cast<std::size_t>(
      std::min_element(test.losses.begin(), test.losses.end()) - test.losses.begin());
  const std::size_t width = std::max<std::size_t>(1, count / 20);
  double best = 0;
  std::size_t at = least / 2;
  for (std::size_t i = std::max(count / 10, width); i + width <= least; ++i) {
    const double fall = test.losses[i - width] - test.losses[i + width];
    if (fall > best) best = fall, at = i;
  }
  return test.learning_rates[at];
}

template <typename T>
LearningRateTest run(const Model& model, const plan::Parameters<T>& values, const Examples& given,
                     const TrainOptions& options, double lowest, double highest,
                     std::size_t steps) {
  const train::ScaledTargets scaled(
      given, train::with_target_scaling(model.preprocessing(), given,
                                        train::all_rows(given.features.rows), options));
  const Examples& examples = scaled.examples();
  const optimizers::Optimizer optimizer = train::parse_optimizer(options.optimizer);
  plan::Parameters<T> copy = values.clone();
  plan::OptimizerState<T> learning(copy, optimizers::row(optimizer.rule).states);
  const auto augmenter =
      train::make_augmenter(options, model.network().input_shape(), examples.features);
  const auto blas = train::load_blas(options, model.precision());
  const plan::Request request = train::training_request(data_of(model).graph, examples, options,
                                                        optimizer, augmenter.get(), blas.get());
  train::rows_per_epoch(*request.graph, request.frozen, examples.features.rows, options.batch);
  base::Team team(1);
  plan::Plan<T> plan(request, copy, team, &learning);
  std::vector<std::uint32_t> order(examples.features.rows);
  optimizers::StepCounter counter(optimizer);
  LearningRateTest result;
  double mean = 0, least = std::numeric_limits<double>::infinity();
  std::size_t at = order.size(), epoch = 0;
  for (std::size_t step = 0; step < steps; ++step) {
    end_if_cancelled();
    if (at + options.batch > order.size()) {
      train::shuffle(order, options.seed, ++epoch);
      at = 0;
    }
    const double share =
        static_cast<double>(step) / static_cast<double>(std::max<std::size_t>(1, steps - 1));
    const double rate = lowest * std::pow(highest / lowest, share);
    const optimizers::Coefficients<T> update = counter.next(rate).template as<T>();
    plan.run(std::span(order).subspan(at, options.batch), {&update, 1}, step);
    at += options.batch;
    const plan::Results results = plan.take_results();
    const double loss = results.loss / results.weight;
    if (!std::isfinite(loss)) break;
    mean = kSmoothing * mean + (1 - kSmoothing) * loss;
    const double smooth = mean / (1 - std::pow(kSmoothing, static_cast<double>(step + 1)));
    if (step > steps / 10 && smooth > kGivesUpAt * least) break;
    least = std::min(least, smooth);
    result.learning_rates.push_back(rate);
    result.losses.push_back(smooth);
  }
  if (result.learning_rates.size() < 10)
    throw Error(ErrorKind::numeric, "the loss leaves the range of numbers at once",
                "the range test of the learning rate", "a lower first rate");
  result.best = steepest(result);
  return result;
}

}  // namespace

LearningRateTest find_learning_rate(const Model& model, const Examples& train,
                                    const TrainOptions& options, double lowest, double highest,
                                    std::size_t steps) {
  train::check_options(options, train);
  train::check_training(model, train, train::parse_loss(options.loss).loss);
  if (!(lowest > 0) || !(highest > lowest) || highest > 1e6)
    throw Error(ErrorKind::usage, "the range of rates", "--lowest, --highest",
                "0 < lowest < highest, and highest at most 1e6");
  if (steps < 20 || steps > 1'000'000)
    throw Error(ErrorKind::usage, "the number of steps", "--steps", "from 20 to 1000000");
  return std::visit(
      [&](const auto& values) {
        return run(model, values, train, options, lowest, highest, steps);
      },
      data_of(model).values);
}

}  // namespace lithe
