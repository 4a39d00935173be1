// Activations: as layers of their own, and as what other layers end with.
//
// Those that work value by value are rows of activations.inc. PReLU learns, and softmax looks at
// the whole example, so they are operations of their own.
#include <fmt/format.h>

#include "ops/layer.h"

namespace lithe::ops {

namespace {

using network::Declaration, network::Type;

Declaration declare(const activations::Row& row) {
  Declaration result{std::string(row.name), std::string(row.help)};
  if (!row.argument.empty())
    result.arguments.push_back({std::string(row.argument), "see the formula", Type::number,
                                fmt::format("{}", row.fallback), row.low, row.high});
  return result;
}

Declaration declare_prelu() {
  return {
      "prelu",
      "x where it is positive, slope * x elsewhere; the slope of each unit, of an image of each "
      "channel, is learned",
      {{"start", "the slopes at first", Type::number, "0.25", -1, 1}}};
}

Declaration declare_softmax() {
  return {"softmax", "exp(x) / sum of exp(x) over the outputs: shares that add up to 1"};
}

const activations::Row* find(const std::string& name) {
  for (const auto& row : activations::kActivations)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace

std::vector<Declaration> activation_declarations() {
  std::vector<Declaration> result;
  for (const auto& row : activations::kActivations) result.push_back(declare(row));
  result.push_back(declare_prelu());
  result.push_back(declare_softmax());
  return result;
}

std::vector<Layer> activation_layers() {
  std::vector<Layer> result;
  for (const Declaration& declaration : activation_declarations())
    result.push_back({declaration, [](const Component& activation, GraphBuilder& builder) {
                        builder.activate(activation);
                      }});
  return result;
}

void GraphBuilder::activate(const Component& activation) {
  if (activation.name == "identity") return;
  const SlotId before = slot;
  if (activation.name == "prelu") {
    const std::size_t slopes = channels_or_columns();
    const ParameterId slope =
        add_vector("slope", ParameterKind::vector, activation.number("start"), slopes);
    add(Prelu{before, advance("output"), slope, slopes});
  } else if (activation.name == "softmax") {
    add(Softmax{before, advance("output")});
  } else {
    const activations::Row& row = *find(activation.name);
    const double argument = row.argument.empty() ? 0 : activation.number(std::string(row.argument));
    add(Activate{before, advance("output"), row.activation, argument});
  }
}

}  // namespace lithe::ops
