// lithe predict: what a model says of PNG pictures, or of the rows of a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "command.h"
#include "data/image_file.h"
#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "lithe/model.h"
#include "parse.h"
#include "training_data.h"

namespace lithe::app {

namespace {

std::string class_name(const Model& model, std::size_t index) {
  const auto& names = model.meaning().class_names;
  return index < names.size() ? names[index] : fmt::format("{}", index);
}

// The picture as the model's data look: its size, white on black, the ink in the middle.
data::Image prepare(const Model& model, data::Image image) {
  const Shape shape = model.network().input_shape();
  std::size_t height = 0, width = 0;
  if (shape.sizes.size() >= 2) {
    height = shape.sizes[0], width = shape.sizes[1];
  } else {
    height = width = static_cast<std::size_t>(std::lround(std::sqrt(shape.size())));
  }
  if (height * width != shape.size())
    throw Error(ErrorKind::model, fmt::format("the model takes {} values, which is no grey picture",
                                              shape.to_string()));
  if (data::is_dark_on_light(image)) data::invert(image);
  return image.height == height && image.width == width ? image
                                                        : data::center_ink(image, height, width);
}

// What the model believes of each class, from its outputs: of logits the softmax, or with one
// output the sigmoid, that of yes.
std::vector<double> confidences(Model& model, std::vector<double> outputs) {
  const std::string& loss = model.notes()["lithe.loss"];
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  if (loss.starts_with("binary_cross_entropy"))
    for (double& value : outputs) value = sigmoid(value);
  if (loss.starts_with("cross_entropy")) {
    const double largest = *std::max_element(outputs.begin(), outputs.end());
    for (double& value : outputs) value = std::exp(value - largest);
    const double sum = std::accumulate(outputs.begin(), outputs.end(), 0.0);
    for (double& value : outputs) value /= sum;
  }
  if (outputs.size() == 1 && model.meaning().class_names.size() == 2)
    outputs = {1 - outputs[0], outputs[0]};
  return outputs;
}

std::vector<std::size_t> ranked(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

// One line or one JSON value for the answer to `what`.
void answer(Model& model, const std::string& what, const std::vector<double>& outputs,
            nlohmann::json* results) {
  const bool numbers = model.meaning().class_names.empty();
  const std::vector<double> values = numbers ? outputs : confidences(model, outputs);
  const std::vector<std::size_t> order = ranked(values);
  if (results != nullptr) {
    nlohmann::json one = {{"of", what}, {"outputs", values}};
    if (!numbers) one["class"] = class_name(model, order[0]);
    results->push_back(std::move(one));
    return;
  }
  fmt::print("{}: ", what);
  if (numbers) {
    for (const double value : values) fmt::print("{:.6g} ", value);
  } else {
    fmt::print("{} ({:.3f})", class_name(model, order[0]), values[order[0]]);
    if (order.size() > 1)
      fmt::print(", then {} ({:.3f})", class_name(model, order[1]), values[order[1]]);
  }
  fmt::print("\n");
}

// The same of a model that can say "unknown".
void answer(const Model& model, const std::string& what, const Answer& given, double threshold,
            nlohmann::json* results) {
  const std::string best = class_name(model, given.best), next = class_name(model, given.runner_up);
  if (results != nullptr) {
    results->push_back({{"of", what},
                        {"class", given.unknown ? "unknown" : best},
                        {"unknown", given.unknown},
                        {"nearest", best},
                        {"confidence", given.confidence},
                        {"runner_up", next},
                        {"runner_up_confidence", given.runner_up_confidence},
                        {"score", given.score},
                        {"threshold", threshold}});
    return;
  }
  if (given.unknown)
    fmt::print("{}: unknown (score {:.4g} above {:.4g}; nearest {} ({:.3f})", what, given.score,
               threshold, best, given.confidence);
  else
    fmt::print("{}: {} ({:.3f}", what, best, given.confidence);
  fmt::print("), then {} ({:.3f})\n", next, given.runner_up_confidence);
}

// Answers each row; `name` says what a row is called.
template <typename Name>
void answer_all(Model& model, const Features& rows, const Name& name, nlohmann::json* results) {
  if (calibration_of(model)) {
    const Answerer answerer(model);
    const std::vector<Answer> answers = answerer.answer(rows);
    for (std::size_t row = 0; row < rows.rows; ++row)
      answer(model, name(row), answers[row], answerer.calibration().threshold, results);
    return;
  }
  const std::vector<double> outputs = model.predict(rows);
  const std::size_t width = outputs.size() / std::max<std::size_t>(1, rows.rows);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto first = outputs.begin() + static_cast<std::ptrdiff_t>(row * width);
    answer(model, name(row), {first, first + static_cast<std::ptrdiff_t>(width)}, results);
  }
}

void predict_picture(Model& model, const std::string& picture, nlohmann::json* results) {
  const data::Image image = prepare(model, data::read_image(picture, 1));
  const Features features{image.pixels.data(), ElementType::uint8,  1,
                          image.pixels.size(), image.pixels.size(), model.meaning().divisor};
  answer_all(
      model, features, [&](std::size_t) { return picture; }, results);
}

void predict_table(Model& model, const std::string& file, nlohmann::json* results) {
  DataChoice choice;
  choice.data = file;
  choice.table.test_share = 0;
  const Dataset data = load_for_model(choice, model, TargetUse::ignore).set;
  const Features& rows = data.test.features.rows > 0 ? data.test.features : data.train.features;
  answer_all(
      model, rows, [](std::size_t row) { return fmt::format("row {}", row + 1); }, results);
}

}  // namespace

int predict(const Arguments& arguments) {
  CLI::App app("Says what a model makes of PNG pictures or the rows of a table, and the runner-up.",
               "lithe predict");
  std::string file;
  std::vector<std::string> inputs;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  app.add_option("inputs", inputs, "PNG files, or tables (.csv, .npy, ...)")->required();
  app.add_flag("--json", json, "print one JSON array");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  auto results = nlohmann::json::array();
  for (const std::string& input : inputs)
    (is_table_path(input) ? predict_table : predict_picture)(model, input,
                                                             json ? &results : nullptr);
  if (json) fmt::print("{}\n", results.dump(2));
  return 0;
}

}  // namespace lithe::app
