// lithe show: what a model file holds, the card of a model.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "catalogue/catalogue.h"
#include "command.h"
#include "graph/op.h"
#include "lithe/model.h"
#include "parse.h"
#include "terminal.h"
#include "train/model_data.h"

namespace lithe::app {

namespace {

struct LayerCard {
  std::size_t number;
  std::string label;
  std::size_t outputs, values;  // learned values
  double operations;            // of a forward pass, for one example
  std::vector<std::string> arrays;
};

std::string shape_text(const std::vector<std::size_t>& shape) { return Shape{shape}.to_string(); }

std::vector<LayerCard> layer_cards(const Model& model) {
  const graph::Graph& graph = data_of(model).graph;
  std::vector<LayerCard> cards;
  for (const auto& operation : graph.operations) {
    if (cards.empty() || cards.back().number != operation.layer)
      cards.push_back({operation.layer, operation.label, 0, 0, 0, {}});
    LayerCard& card = cards.back();
    card.outputs = graph.slots[operation.op->output()].columns;
    for (const auto id : operation.op->parameters()) {
      const auto& spec = graph.parameters[id];
      card.arrays.push_back(fmt::format("{} {}", spec.name, shape_text(model.shape(spec.name))));
      if (spec.kind != graph::ParameterKind::statistic) card.values += spec.rows * spec.columns;
    }
    card.operations += operation.op->operations(graph);
  }
  return cards;
}

void print_text(const std::string& file, Model& model) {
  print_folded("{}: {}\n", file, model.network().to_string());
  print_folded("{}, {} values to learn, {:.0f} operations for an example\n",
               name(model.precision()), model.network().parameter_count(),
               model.network().forward_operations());
  print_folded("takes {} values, divided by {}; gives {}\n\n", model.network().input_shape().size(),
               model.preprocessing().divisor, model.network().output_shape().size());
  for (const LayerCard& card : layer_cards(model)) {
    print_folded("{:40} -> {:6}  {:>10} values\n", card.label, card.outputs, card.values);
    for (const std::string& array : card.arrays) print_folded("    {}\n", array);
  }
  for (const auto& [name, array] : model.extra_arrays())
    print_folded("    {} {}\n", name, shape_text(array.shape));
  print_folded("\n");
  for (const auto& [key, value] : model.metadata())
    if (key != "lithe.history") print_folded("{:16} {}\n", key.substr(6), value);
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
  for (const LayerCard& card : layer_cards(model))
    layers.push_back({{"layer", card.number},
                      {"label", card.label},
                      {"outputs", card.outputs},
                      {"values", card.values},
                      {"operations", card.operations},
                      {"arrays", card.arrays}});
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
                         .dump(2));
}

}  // namespace

int show(const Arguments& arguments) {
  Options app("Prints what a model file holds: layers, shapes, and how it was trained.",
              "lithe show");
  std::string file;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  json ? print_json(model) : print_text(file, model);
  return 0;
}

}  // namespace lithe::app
