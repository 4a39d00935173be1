#include "task.h"

#include <dlfcn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>

#include "common/timing.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe::bench {

namespace {

constexpr double kTrial = 0.2;               // of the seconds measured, for each way
constexpr std::size_t kTrialImages = 6'400;  // of an epoch

std::vector<float> pixels_of(const Examples& examples) {
  std::vector<float> pixels;
  pixels.reserve(examples.features.rows * kPixels);
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    for (std::size_t i = 0; i < kPixels; ++i)
      pixels.push_back(static_cast<float>(examples.features.row(row)[i]) / 255.0F);
  return pixels;
}

// On one thread the time of the processor counts, which other programs disturb less.
double fastest(const std::vector<Taken>& taken, std::size_t threads) {
  const auto counts = threads == 1 ? &Taken::processor : &Taken::seconds;
  return (*std::ranges::min_element(taken, {}, counts)).*counts;
}

// The number of the way that `trial` finds the fastest; its trials go into `answer`.
template <class Ways, class Trial>
std::size_t fastest_way(const Ways& ways, nlohmann::json& answer, const Trial& trial) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    seconds.push_back(ways.size() > 1 ? trial(i) : 0);
    answer["ways"][ways[i].first] = seconds[i];
  }
  const auto best = static_cast<std::size_t>(std::ranges::min_element(seconds) - seconds.begin());
  answer["way"] = ways[best].first;
  return best;
}

Task read(CLI::App& app, int argc, char** argv) {
  Task task;
  app.add_option("--kind", task.kind)->check(CLI::IsMember({"train", "call", "convolution"}));
  app.add_option("--part", task.part)->check(CLI::IsMember({"forward", "weights", "input"}));
  app.add_option("--algorithm", task.algorithm)->check(CLI::IsMember({"direct", "winograd"}));
  app.add_option("--batch", task.batch)->check(CLI::Range(1, 60'000));
  app.add_option("--epochs", task.epochs)->check(CLI::Range(1, 1'000));
  app.add_option("--images", task.images)->check(CLI::Range(1, 60'000));
  app.add_option("--threads", task.threads)->check(CLI::Range(1, 1'024));
  app.add_option("--seconds", task.seconds, "to measure, of calls and convolutions");
  app.parse(argc, argv);
  return task;
}

}  // namespace

Mnist::Mnist(std::size_t images) {
  const Dataset data = load_dataset("mnist", data_folder(""));
  const Examples train = data.train.slice(0, images);
  pixels = pixels_of(train);
  test_pixels = pixels_of(data.test);
  classes.assign(train.labels, train.labels + train.features.rows);
  test_classes.assign(data.test.labels, data.test.labels + data.test.features.rows);
}

std::vector<std::int64_t> shuffled(std::size_t images, std::uint64_t epoch) {
  std::vector<std::int64_t> order(images);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(epoch));
  return order;
}

nlohmann::json time_training(const Task& task, const Learners& learners) {
  nlohmann::json answer;
  const Mnist few(std::min(kTrialImages, task.images)), all(task.images);
  const std::size_t way = fastest_way(learners, answer, [&](std::size_t i) {
    const auto learner = learners[i].second(few);
    return fastest(repeat(0, [&] { return time_of([&] { learner->train(0); }); }), task.threads);
  });
  const auto learner = learners[way].second(all);
  for (std::uint64_t epoch = 1; epoch <= task.epochs; ++epoch) {
    double loss = 0;
    add_times(answer, {time_of([&] { loss = learner->train(epoch); })}, 1);
    answer["check"]["loss"].push_back(loss);
    answer["check"]["correct"].push_back(learner->correct());
  }
  answer["check"]["parameters"] = learner->parameters();
  return answer;
}

nlohmann::json time_works(const Task& task, const Works& works, std::size_t repetitions) {
  nlohmann::json answer;
  const auto time = [&](std::size_t i, double seconds) {
    return repeat(seconds, [&] { return time_of(works[i].second); });
  };
  const std::size_t way = fastest_way(works, answer, [&](std::size_t i) {
    return fastest(time(i, kTrial * task.seconds), task.threads);
  });
  add_times(answer, time(way, task.seconds), repetitions);
  return answer;
}

int run(int argc, char** argv, const std::string& about,
        const std::function<nlohmann::json(const Task&)>& answer) {
  CLI::App app(about);
  try {
    std::cout << answer(read(app, argc, argv)) << '\n';
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const Error& error) {
    std::cerr << error.problem() << '\n';  // in one line, which the driver shows
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
