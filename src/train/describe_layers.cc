#include "catalogue/catalogue.h"
#include "graph/op.h"
#include "lithe/model.h"
#include "train/model_data.h"

namespace lithe {

std::vector<LayerDescription> describe_layers(const Model& model) {
  const graph::Graph& graph = data_of(model).graph;
  std::vector<LayerDescription> result;
  for (const auto& [number, label, shape] : catalogue::layer_outputs(model.network().layers()))
    result.push_back({number, label, shape, 0, 0, {}});
  for (const graph::Operation& operation : graph.operations) {
    LayerDescription& layer = result[operation.layer - 1];
    layer.operations += operation.op->operations(graph);
    for (const graph::ParameterId id : operation.op->parameters()) {
      const graph::ParameterSpec& spec = graph.parameters[id];
      layer.arrays.push_back(spec.name);
      if (spec.kind != graph::ParameterKind::statistic)
        layer.parameters += spec.rows * spec.columns;
    }
  }
  return result;
}

}  // namespace lithe
