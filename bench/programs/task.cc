#include "task.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>
#include <random>
#include <span>

#include "data.h"
#include "lithe/error.h"
#include "timing.h"

namespace lithe::bench {

namespace {

constexpr double kTrial = 0.2;             // of the seconds asked for, for each way
constexpr std::size_t kTrialRows = 6'400;  // of an epoch

// Each time was for so many repetitions of what counts.
void add_times(nlohmann::json& answer, const std::vector<Taken>& taken, std::size_t repetitions) {
  for (const Taken& one : taken) {
    answer["seconds"].push_back(one.seconds / static_cast<double>(repetitions));
    answer["processor_seconds"].push_back(one.processor / static_cast<double>(repetitions));
  }
}

// On one thread the time of the processor counts, which other programs disturb less.
double fastest(const std::vector<Taken>& taken, std::size_t threads) {
  const auto counts = threads == 1 ? &Taken::processor : &Taken::seconds;
  return (*std::ranges::min_element(taken, {}, counts)).*counts;
}

// The number of the way to measure; what each took in its trial goes into `answer`.
template <class Ways, class MakeWork>
std::size_t chosen_way(const Task& task, const Ways& ways, nlohmann::json& answer,
                       const MakeWork& make_work) {
  std::vector<double> seconds;
  for (std::size_t i = 0; task.threads > 0 && ways.size() > 1 && i < ways.size(); ++i) {
    const std::function<void()> work = make_work(i);
    work();
    seconds.push_back(fastest(repeat(kTrial * task.seconds, work), task.threads));
    answer["ways"][ways[i].first] = seconds[i];
  }
  const auto best = seconds.empty() ? 0 : std::ranges::min_element(seconds) - seconds.begin();
  answer["way"] = ways[static_cast<std::size_t>(best)].first;
  return static_cast<std::size_t>(best);
}

double loss_of(const Task& task, std::span<const double> a, std::size_t answer) {
  if (task.loss == "binary_cross_entropy")
    return std::log1p(std::exp(-std::abs(a[0]))) + std::max(a[0], 0.0) -
           a[0] * static_cast<double>(answer);
  double sum = 0;
  if (task.loss == "cross_entropy") {
    const double most = *std::max_element(a.begin(), a.end());
    for (const double value : a) sum += std::exp(value - most);
    return std::log(sum) + most - a[answer];
  }
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += 0.5 * std::pow(a[i] - (i == answer ? 1.0 : 0.0), 2);
  return sum;
}

// The mean loss over the test examples, and how many are read rightly.
nlohmann::json checked(const Task& task, const Examples32& data, Learner& learner) {
  const std::vector<double> outputs = learner.outputs();
  const std::size_t columns = task.outputs(), tested = data.test_classes.size();
  double loss = 0;
  std::size_t correct = 0;
  for (std::size_t row = 0; row < tested; ++row) {
    const std::span<const double> a(outputs.data() + row * columns, columns);
    const auto answer = static_cast<std::size_t>(data.test_classes[row]);
    loss += loss_of(task, a, answer) / static_cast<double>(tested);
    const std::size_t told =
        columns == 1 ? (a[0] > 0 ? 1 : 0)
                     : static_cast<std::size_t>(std::ranges::max_element(a) - a.begin());
    correct += told == answer ? 1 : 0;
  }
  return {{"loss", loss},
          {"correct", correct},
          {"tested", tested},
          {"parameters", learner.parameters()}};
}

}  // namespace

Task::Task(const nlohmann::json& job) : seconds(job.at("seconds")), threads(job.at("threads")) {
  const nlohmann::json& workload = job.at("workload");
  const auto take = [&](const char* key, auto& to) { workload.at(key).get_to(to); };
  take("kind", kind);
  take("data", data);
  take("part", part);
  take("precision", precision);
  take("loss", loss);
  take("network", network);
  take("zeros", zeros);
  take("rows", rows);
  take("batch", batch);
  take("repetitions", repetitions);
  take("input", input);
  take("layers", layers);
  algorithm = layers.at(0).value("algorithm", "direct");
  workload.at("optimizer").at("name").get_to(optimizer);
  workload.at("optimizer").at("rate").get_to(rate);
}

std::size_t Task::outputs() const {
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    if (layer->contains("units")) return (*layer)["units"];
  throw std::runtime_error("the workload has no layer with units");
}

std::vector<std::int64_t> shuffled(std::size_t rows, std::uint64_t epoch) {
  std::vector<std::int64_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(epoch));
  return order;
}

nlohmann::json time_training(const Task& task, const Learners& learners) {
  nlohmann::json answer;
  const Examples32 few(task, kTrialRows), all(task, task.rows);
  const std::size_t way = chosen_way(task, learners, answer, [&](std::size_t i) {
    return [learner = std::shared_ptr<Learner>(learners[i].second(few))] { learner->train(0); };
  });
  const auto learner = learners[way].second(all);
  std::uint64_t epoch = 1;
  learner->train(epoch);  // not timed: it fills caches
  answer["check"] = checked(task, all, *learner);
  add_times(answer, repeat(task.seconds, [&] { learner->train(++epoch); }), task.repetitions);
  return answer;
}

nlohmann::json time_works(const Task& task, const Works& works) {
  nlohmann::json answer;
  const std::size_t way =
      chosen_way(task, works, answer, [&](std::size_t i) { return works[i].second; });
  works[way].second();
  add_times(answer, repeat(task.seconds, works[way].second), task.repetitions);
  return answer;
}

int run(int argc, char** argv, const std::function<nlohmann::json(const Task&)>& answer) {
  try {
    if (argc != 2) throw std::runtime_error("takes a job, which bench/harness makes");
    std::cout << answer(Task(nlohmann::json::parse(argv[1]))) << '\n';
    return 0;
  } catch (const Error& error) {
    std::cerr << error.problem() << '\n';  // in one line, which the harness shows
  } catch (const std::exception& error) {
    std::string what = error.what();  // some begin and go on with empty lines
    std::ranges::replace(what, '\n', ' ');
    std::cerr << what << '\n';
  }
  return 1;
}

nlohmann::json loaded_blas() {
  const auto ask = [](const char* question) -> std::string {
    const auto function = reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, question));
    return function != nullptr ? function() : "not known";
  };
  return {{"blas", ask("openblas_get_config")}, {"kernels", ask("openblas_get_corename")}};
}

}  // namespace lithe::bench
