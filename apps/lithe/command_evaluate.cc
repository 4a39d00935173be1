// lithe evaluate: how many of a data set's test examples a model reads.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command.h"
#include "lithe/data.h"
#include "lithe/trainer.h"
#include "parse.h"
#include "training_data.h"
#include "unknown_data.h"

namespace lithe::app {

namespace {

// What the model has classes for.
Dataset examples_for(const Model& model, const Dataset& data) {
  Dataset known = known_to(model, data);
  const std::size_t left_out = data.test.features.rows - known.test.features.rows;
  if (left_out > 0)
    fmt::print(stderr, "{} test examples of classes that the model does not know are left out\n",
               left_out);
  return known;
}

}  // namespace

int evaluate(const Arguments& arguments) {
  CLI::App app("Says how many test examples of a data set a model reads.", "lithe evaluate");
  std::string file, isa = "auto";
  DataChoice choice;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  add_data_choice(app, choice, DataFor::model);
  app.add_option("--isa", isa, "instruction set")->capture_default_str();
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  const Dataset data = examples_for(model, load_for_model(choice, model, TargetUse::required).set);
  const auto loss = model.notes().find("lithe.loss");
  const Evaluation result = lithe::evaluate(
      model, data.test, loss == model.notes().end() ? "quadratic" : loss->second, isa);
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"correct", result.correct},
                                      {"total", result.total},
                                      {"rmse", result.rmse},
                                      {"loss", result.loss},
                                      {"seconds", result.seconds}}
                           .dump(2));
  } else {
    const std::string score = data.test.labels == nullptr
                                  ? fmt::format("rmse {:.6g} of {}", result.rmse, result.total)
                                  : fmt::format("{}/{}", result.correct, result.total);
    fmt::print("{}  loss {:.5f}  {:.4f} s\n", score, result.loss, result.seconds);
  }
  return 0;
}

}  // namespace lithe::app
