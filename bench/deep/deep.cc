// Times steps of training, or calls for one example, of any network on random data, and prints one
// line of JSON: the seconds of a step, epoch by epoch. bench/deep/run.py calls it for every
// workload.
//
//   bench_deep --network "input(24) -> dense(8, tanh) -> dense(2)" --loss quadratic
//              --optimizer "sgd(0.01)" --batch 200 --steps 100
//   bench_deep --network "input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)" --inference
//
// A step's time is the epoch's, as the trainer reports it, through its steps: shuffling and the
// gathering of rows are in it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "common/timing.h"
#include "lithe/error.h"
#include "lithe/machine.h"
#include "lithe/predictor.h"
#include "lithe/trainer.h"

namespace {

struct Options {
  std::string network, loss = "quadratic", optimizer = "sgd(0.01)", targets = "classes",
                       isa = "auto";
  std::size_t batch = 1, steps = 100, threads = 1;
  double seconds = 1;  // to measure, three epochs at least
  double zeros = 0;    // share of the inputs that are zero
  bool inference = false;
};

// Random examples, each with a class, or with 0 or 1 for each output.
struct RandomExamples {
  RandomExamples(const lithe::Network& network, std::size_t rows, bool classes, double zeros) {
    const std::size_t inputs = network.input_shape().size();
    const std::size_t outputs = network.output_shape().size();
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    features.resize(rows * inputs);
    std::bernoulli_distribution empty(zeros);
    for (float& value : features) value = empty(random) ? 0.0F : normal(random);
    view.features = {features.data(), lithe::ElementType::float32, rows, inputs,
                     inputs * sizeof(float)};
    if (classes) {
      std::uniform_int_distribution<std::int32_t> any(0, static_cast<std::int32_t>(outputs) - 1);
      labels.resize(rows);
      for (std::int32_t& label : labels) label = any(random);
      view.labels = labels.data();
      view.classes = outputs;
    } else {
      std::bernoulli_distribution coin;
      targets.resize(rows * outputs);
      for (float& target : targets) target = coin(random) ? 1.0F : 0.0F;
      view.targets = targets.data();
      view.target_columns = outputs;
    }
  }

  std::vector<float> features, targets;
  std::vector<std::int32_t> labels;
  lithe::Examples view;
};

struct Measured {
  std::vector<lithe::bench::Taken> epochs;
  std::string isa, outcome;
};

Measured train(const Options& o, lithe::Model& model, const RandomExamples& examples) {
  lithe::Trainer trainer(model, examples.view, {},
                         {.loss = o.loss,
                          .optimizer = o.optimizer,
                          .batch = o.batch,
                          .threads = o.threads,
                          .pin = o.threads > 1,
                          .isa = o.isa});
  lithe::EpochReport report;
  Measured result{.epochs = lithe::bench::repeat(o.seconds,
                                                 [&] {
                                                   auto taken = lithe::bench::time_of(
                                                       [&] { report = trainer.run_epoch(); });
                                                   taken.seconds = report.seconds;
                                                   return taken;
                                                 }),
                  .isa = trainer.plan().isa,
                  .outcome = {}};
  result.outcome = fmt::format("loss {:.4g}", report.loss);
  return result;
}

Measured predict(const Options& o, const lithe::Model& model, const RandomExamples& examples) {
  lithe::Predictor predictor(model, 1, o.isa);
  const std::size_t inputs = examples.view.features.columns;
  float sum = 0;  // of the first outputs: what is used cannot be left out
  const auto calls = [&] {
    for (std::size_t row = 0; row < o.steps; ++row)
      sum += predictor.run({examples.features.data() + row * inputs, inputs})[0];
  };
  Measured result{
      .epochs = lithe::bench::repeat(o.seconds, [&] { return lithe::bench::time_of(calls); }),
      .isa = o.isa == "auto" ? lithe::supported_isas().front() : o.isa,
      .outcome = {}};
  result.outcome = fmt::format("sum of outputs {:.4g}", sum);
  return result;
}

int run(int argc, char** argv) {
  CLI::App app("Times steps of training, or calls for one example, on random data.");
  Options o;
  app.add_option("--network", o.network, "a sentence that begins with input")->required();
  app.add_option("--loss", o.loss)->capture_default_str();
  app.add_option("--optimizer", o.optimizer)->capture_default_str();
  app.add_option("--targets", o.targets, "a class an example, or 0 or 1 an output")
      ->check(CLI::IsMember({"classes", "values"}))
      ->capture_default_str();
  app.add_option("--batch", o.batch)->check(CLI::Range(1, 1 << 20))->capture_default_str();
  app.add_option("--steps", o.steps, "an epoch")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--threads", o.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--seconds", o.seconds, "to measure")->capture_default_str();
  app.add_option("--isa", o.isa)->capture_default_str();
  app.add_option("--zeros", o.zeros, "share of the inputs that are zero");
  app.add_flag("--inference", o.inference, "calls for one example instead of training");
  CLI11_PARSE(app, argc, argv);
  if (o.inference) o.batch = 1;
  lithe::Model model(lithe::Network::parse(o.network), lithe::Precision::float32, /*seed=*/1);
  const RandomExamples examples(model.network(), o.batch * o.steps, o.targets == "classes",
                                o.zeros);
  const Measured m = o.inference ? predict(o, model, examples) : train(o, model, examples);
  nlohmann::json answer = {{"outcome", m.outcome},
                           {"versions", {{"lithe", "this build"}}},
                           {"blas", "none, its own kernels"},
                           {"kernels", m.isa}};
  lithe::bench::add_times(answer, m.epochs, o.steps);
  std::cout << answer << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lithe::Error& error) {
    std::cerr << error.problem() << '\n';  // in one line, which the driver shows
    return 1;
  }
}
