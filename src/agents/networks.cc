#include "agents/networks.h"

#include <fmt/format.h>

#include <variant>

#include "ops/standardize.h"
#include "train/model_data.h"

namespace lithe::agents {

Model make_network(const NetworkForm& form, std::uint64_t seed) {
  std::string sentence = fmt::format("input({})", form.input.to_string());
  if (form.standardized) sentence += " -> standardize";
  if (!form.body.empty()) sentence += " -> " + form.body;
  sentence +=
      fmt::format(" -> dense({}, {}, orthogonal({}))", form.outputs, form.activation, form.gain);
  return Model(Network::parse(sentence), Precision::float32, seed);
}

Standardization standardization_of(Model& model) {
  ModelData& data = model.data();
  auto& values = std::get<plan::Parameters<float>>(data.values);
  for (const graph::Operation& operation : data.graph.operations)
    if (const auto work = ops::as_standardize(*operation.op))
      return {values.at(work->mean), values.at(work->deviation)};
  return {nullptr, nullptr};
}

}  // namespace lithe::agents
