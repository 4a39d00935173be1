// What a network's last dense layer is given, and what it makes of it.
#include <fmt/format.h>

#include <algorithm>

#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "ops/dense.h"
#include "train/forward.h"

namespace lithe {

namespace {

// The network cut in two: the operations up to the last dense layer's input, and that layer.
struct Cut {
  graph::Graph front;
  ops::Dense head;
};

// Whether an operation does no more to the sums of a layer than an activation does: it has nothing
// to train, and puts out as many values as it takes.
bool is_activation(const graph::Graph& graph, const graph::Op& op) {
  const auto inputs = op.inputs();
  return inputs.size() == 1 && op.parameters().empty() &&
         graph.slots[inputs.front()].size() == graph.slots[op.output()].size();
}

Cut cut(const Model& model) {
  const graph::Graph& graph = data_of(model).graph;
  if (graph.slots[graph.output()].positions > 1)
    throw Error(ErrorKind::model,
                "the network answers at each position of a sequence, and what is unknown is said "
                "of whole examples",
                model.network().to_string(), "end it with last and dense, and train it again");
  std::size_t last = graph.operations.size();
  while (last > 0 && is_activation(graph, *graph.operations[last - 1].op)) --last;
  const ops::Dense* head = last > 0 ? ops::as_dense(*graph.operations[last - 1].op) : nullptr;
  if (head == nullptr)
    throw Error(ErrorKind::model,
                fmt::format("the network ends in '{}', not in a dense layer, whose sums and inputs "
                            "say what is unknown",
                            last > 0 ? graph.operations[last - 1].label : "nothing"),
                model.network().to_string(),
                "end it with dense(classes), an activation at most behind it, and train it again");
  Cut result{graph, *head};
  result.front.operations.resize(last - 1);
  result.front.outputs = {{"features", head->input}};
  return result;
}

Head read_head(const Model& model, const Cut& cut) {
  const auto& parameters = data_of(model).graph.parameters;
  const std::vector<double> weight = model.values(parameters[cut.head.weight].name),
                            bias = model.values(parameters[cut.head.bias].name);
  if (bias.size() > 1) return {weight, bias};
  Head two{std::vector<double>(2 * weight.size()), {0, bias[0]}};
  for (std::size_t k = 0; k < weight.size(); ++k) two.weight[2 * k + 1] = weight[k];
  return two;
}

// logits = features W + b for each row, in double precision and in a fixed order.
std::vector<double> logits_of(const std::vector<double>& features, const Head& head,
                              std::size_t rows, std::size_t columns) {
  const std::size_t classes = head.bias.size();
  std::vector<double> logits(rows * classes);
  for (std::size_t row = 0; row < rows; ++row) {
    double* out = &logits[row * classes];
    std::copy(head.bias.begin(), head.bias.end(), out);
    for (std::size_t k = 0; k < columns; ++k) {
      const double x = features[row * columns + k];
      if (x == 0) continue;
      for (std::size_t c = 0; c < classes; ++c) out[c] += x * head.weight[k * classes + c];
    }
  }
  return logits;
}

}  // namespace

Head head_of(const Model& model) { return read_head(model, cut(model)); }

Evidence collect_evidence(const Model& model, const Features& features) {
  const std::size_t inputs = model.network().input_shape().size();
  if (features.columns != inputs)
    throw Error(ErrorKind::data, fmt::format("the model takes {} values and an example has {}",
                                             inputs, features.columns));
  const Cut parts = cut(model);
  const Head head = read_head(model, parts);
  Evidence result;
  result.rows = features.rows;
  result.columns = parts.front.slots[parts.front.output()].columns;
  result.classes = head.bias.size();
  result.features = train::forward(data_of(model), parts.front, features);
  result.logits = logits_of(result.features, head, result.rows, result.columns);
  return result;
}

Evidence collect_evidence(const Model& model, const Examples& examples) {
  Evidence result = collect_evidence(model, examples.features);
  if (examples.labels != nullptr)
    result.labels.assign(examples.labels, examples.labels + examples.features.rows);
  return result;
}

}  // namespace lithe
