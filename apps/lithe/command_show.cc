// lithe show: what a model file holds, the card of a model.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command.h"
#include "lithe/model.h"
#include "parse.h"
#include "show_state.h"
#include "terminal.h"

namespace lithe::app {

namespace {

std::string shape_text(const std::vector<std::size_t>& shape) { return Shape{shape}.to_string(); }

// "layers.0.weight 784x30"
std::vector<std::string> array_texts(const Model& model, const LayerDescription& layer) {
  std::vector<std::string> texts;
  for (const std::string& array : layer.arrays)
    texts.push_back(fmt::format("{} {}", array, shape_text(model.shape(array))));
  return texts;
}

void print_text(const std::string& file, Model& model) {
  print_folded("{}: {}\n", file, model.network().to_string());
  print_folded("{}, {} values to learn, {:.0f} operations for an example\n",
               name(model.precision()), model.network().parameter_count(),
               model.network().forward_operations());
  print_folded("takes {} values, divided by {}; gives {}\n\n", model.network().input_shape().size(),
               model.preprocessing().divisor, model.network().output_shape().size());
  for (const LayerDescription& layer : describe_layers(model)) {
    print_folded("{:40} -> {:>8}  {:>10} values\n", layer.label, layer.output.to_string(),
                 layer.parameters);
    for (const std::string& array : array_texts(model, layer)) print_folded("    {}\n", array);
  }
  for (const auto& [name, array] : model.extra_arrays())
    print_folded("    {} {}\n", name, shape_text(array.shape));
  print_folded("\n");
  for (const auto& [key, value] : model.metadata())
    if (key != "lithe.history")
      print_folded("{:16} {}\n", key.starts_with("lithe.") ? key.substr(6) : key, value);
  const Preprocessing& preprocessing = model.preprocessing();
  if (!preprocessing.image.empty())
    print_folded("{:16} {}, others made so by {}\n", "images", shape_text(preprocessing.image),
                 name(preprocessing.resize));
  const auto& classes = preprocessing.class_names;
  if (!classes.empty())
    print_folded("{:16} {} ({}{})\n", "classes", classes.size(), classes.front(),
                 classes.size() > 1 ? ", ..." : "");
}

void print_json(Model& model) {
  using nlohmann::json;
  json layers = json::array();
  for (const LayerDescription& layer : describe_layers(model))
    layers.push_back({{"layer", layer.number},
                      {"label", layer.label},
                      {"shape", layer.output.sizes},
                      {"outputs", layer.output.size()},
                      {"values", layer.parameters},
                      {"operations", layer.operations},
                      {"arrays", array_texts(model, layer)}});
  fmt::print("{}\n", json{{"network", model.network().to_string()},
                          {"precision", name(model.precision())},
                          {"parameters", model.network().parameter_count()},
                          {"operations", model.network().forward_operations()},
                          {"divisor", model.preprocessing().divisor},
                          {"class_names", model.preprocessing().class_names},
                          {"image", model.preprocessing().image},
                          {"resize", name(model.preprocessing().resize)},
                          {"schema", model.preprocessing().schema},
                          {"layers", layers},
                          {"metadata", model.metadata()}}
                         .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int show(const Arguments& arguments) {
  Options app(
      "Prints what a model file holds: layers, shapes, and how it was trained; or of a training's "
      "state (--state), where it is.",
      "lithe show");
  std::string file;
  bool json = false;
  app.add_option("model", file, "model file, or the state of a training")->required();
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  if (show_state(file, json)) return 0;
  Model model = Model::load(file);
  json ? print_json(model) : print_text(file, model);
  return 0;
}

}  // namespace lithe::app
