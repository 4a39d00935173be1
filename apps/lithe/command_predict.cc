// lithe predict: what a model sees in PNG pictures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "command.h"
#include "data/image.h"
#include "lithe/error.h"
#include "lithe/model.h"
#include "parse.h"

namespace lithe::app {

namespace {

std::string class_name(const Model& model, std::size_t index) {
  const auto& names = model.meaning().class_names;
  return index < names.size() ? names[index] : fmt::format("{}", index);
}

// The picture as the model's data look: its size, white on black, the ink in the middle.
data::GreyImage prepare(const Model& model, data::GreyImage image) {
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

// Outputs of a model trained with cross entropy are logits: their softmax is what it believes.
std::vector<double> confidences(Model& model, std::vector<double> outputs) {
  if (model.notes()["lithe.loss"].starts_with("cross_entropy")) {
    const double largest = *std::max_element(outputs.begin(), outputs.end());
    for (double& value : outputs) value = std::exp(value - largest);
    const double sum = std::accumulate(outputs.begin(), outputs.end(), 0.0);
    for (double& value : outputs) value /= sum;
  }
  return outputs;
}

std::vector<std::size_t> ranked(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

}  // namespace

int predict(const Arguments& arguments) {
  CLI::App app("Says what a model sees in PNG pictures, and the runner-up.", "lithe predict");
  std::string file;
  std::vector<std::string> pictures;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  app.add_option("pictures", pictures, "PNG files")->required();
  app.add_flag("--json", json, "print one JSON array");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  auto results = nlohmann::json::array();
  for (const std::string& picture : pictures) {
    const data::GreyImage image = prepare(model, data::read_png(picture));
    const Features features{image.pixels.data(), ElementType::uint8,  1,
                            image.pixels.size(), image.pixels.size(), model.meaning().divisor};
    const std::vector<double> values = confidences(model, model.predict(features));
    const std::vector<std::size_t> order = ranked(values);
    if (json) {
      results.push_back(
          {{"picture", picture}, {"class", class_name(model, order[0])}, {"outputs", values}});
    } else {
      fmt::print("{}: {} ({:.3f})", picture, class_name(model, order[0]), values[order[0]]);
      if (order.size() > 1)
        fmt::print(", then {} ({:.3f})", class_name(model, order[1]), values[order[1]]);
      fmt::print("\n");
    }
  }
  if (json) fmt::print("{}\n", results.dump(2));
  return 0;
}

}  // namespace lithe::app
