#include "graph/graph.h"

#include <utility>

#include "graph/op.h"

namespace lithe::graph {

SlotId Graph::add_slot(std::string name, std::size_t columns, std::size_t positions) {
  slots.push_back({std::move(name), columns, positions});
  return slots.size() - 1;
}

SlotId Graph::add_input(std::string name, std::size_t columns, std::size_t positions,
                        SlotKind kind) {
  const SlotId slot = add_slot(name, columns, positions);
  slots[slot].kind = kind;
  inputs.push_back({std::move(name), slot});
  return slot;
}

ParameterId Graph::add_parameter(ParameterSpec spec) {
  parameters.push_back(std::move(spec));
  return parameters.size() - 1;
}

double forward_operations(const Graph& graph) {
  double sum = 0;
  for (const Operation& operation : graph.operations) sum += operation.op->operations(graph);
  return sum;
}

std::optional<ParameterId> weight_of(const Graph& graph, const Op& op) {
  for (const ParameterId id : op.parameters())
    if (graph.parameters[id].kind == ParameterKind::weight) return id;
  return std::nullopt;
}

}  // namespace lithe::graph
