#include "agents/networks.h"

#include <fmt/format.h>

#include <variant>

#include "ops/standardize.h"
#include "train/model_data.h"

namespace lithe::agents {

Model make_network(const NetworkSpec& spec, std::uint64_t seed) {
  std::string sentence = fmt::format("input({})", spec.input.to_string());
  if (spec.standardized) sentence += " -> standardize";
  if (!spec.body.empty()) sentence += " -> " + spec.body;
  sentence +=
      fmt::format(" -> dense({}, {}, orthogonal({}))", spec.outputs, spec.activation, spec.gain);
  return Model(Network::parse(sentence), Precision::float32, seed);
}

StandardizeValues standardize_values_of(Model& model) {
  ModelData& data = data_of(model);
  auto& values = std::get<plan::Parameters<float>>(data.values);
  for (const graph::Operation& operation : data.graph.operations)
    if (const auto work = ops::as_standardize(*operation.op))
      return {values.at(work->mean), values.at(work->deviation)};
  return {nullptr, nullptr};
}

}  // namespace lithe::agents
