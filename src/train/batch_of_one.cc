#include "train/batch_of_one.h"

#include <fmt/format.h>

#include "graph/op.h"
#include "lithe/error.h"

namespace lithe::train {

namespace {

// Whether an operation takes statistics of its input and learns from single values of each of them.
bool takes_variance_of_one(const graph::Graph& graph, const graph::Operation& operation,
                           const std::vector<bool>& frozen) {
  bool takes_statistics = false, learns = false;
  std::size_t channels = 0;
  for (const graph::ParameterId id : operation.op->parameters()) {
    const graph::ParameterSpec& spec = graph.parameters[id];
    if (spec.kind == graph::ParameterKind::statistic)
      takes_statistics = true, channels = spec.columns;
    else
      learns = learns || frozen.empty() || !frozen[id];
  }
  return takes_statistics && learns && graph.slots[operation.op->output()].size() == channels;
}

}  // namespace

const graph::Operation* needs_two_examples(const graph::Graph& graph,
                                           const std::vector<bool>& frozen) {
  for (const graph::Operation& operation : graph.operations)
    if (takes_variance_of_one(graph, operation, frozen)) return &operation;
  return nullptr;
}

std::size_t rows_per_epoch(const graph::Graph& graph, const std::vector<bool>& frozen,
                           std::size_t rows, std::size_t batch) {
  if (batch > 1 && rows % batch != 1) return rows;
  const graph::Operation* operation = needs_two_examples(graph, frozen);
  if (operation == nullptr) return rows;
  if (batch == 1)
    throw Error(
        ErrorKind::usage,
        fmt::format("a batch of 1 example, and {} needs two to take a variance", operation->label),
        "--batch", "at least 2, 32 say, or layer_norm instead of batch_norm");
  if (rows == 1)
    throw Error(ErrorKind::usage,
                fmt::format("one example is left to train on, and {} needs two to take a variance",
                            operation->label),
                "--validation", "fewer validation examples, or layer_norm instead of batch_norm");
  return rows - 1;
}

}  // namespace lithe::train
