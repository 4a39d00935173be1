#include "agents/networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"
#include "ops/standardize.h"
#include "train/model_data.h"

namespace lithe::agents {

namespace {

using network::Category;

// The networks inside a layer, as in residual(gru(8)).
template <class Work>
void each_inside(Component& layer, const Work& work) {
  for (auto& [name, value] : layer.arguments) {
    if (auto* inside = std::get_if<Sentence>(&value)) work(*inside);
    if (auto* several = std::get_if<std::vector<Sentence>>(&value))
      for (Sentence& inside : *several) work(inside);
  }
}

bool is_recurrent(const Component& layer) {
  return layer.name == "rnn" || layer.name == "lstm" || layer.name == "gru";
}

bool any_recurrent(Sentence& layers) {
  return std::ranges::any_of(layers, [](Component& layer) {
    bool inside = false;
    each_inside(layer, [&](Sentence& network) { inside = inside || any_recurrent(network); });
    return inside || is_recurrent(layer);
  });
}

// A recurrent layer answers each observation with what it gives at that position.
void give_all(Sentence& layers) {
  for (Component& layer : layers) {
    each_inside(layer, give_all);
    for (auto& [name, value] : layer.arguments)
      if (is_recurrent(layer) && name == "give") value = Component{"all", {}};
  }
}

std::string layers_of(const NetworkSpec& spec) {
  std::string result;
  if (spec.standardized) result += " -> standardize";
  if (!spec.body.empty()) result += " -> " + spec.body;
  return result +
         fmt::format(" -> dense({}, {}, orthogonal({}))", spec.outputs, spec.activation, spec.gain);
}

}  // namespace

bool has_memory(const std::string& body) {
  try {
    Sentence layers = network::read_network(body, catalogue::catalogue());
    return any_recurrent(layers);
  } catch (const Error&) {
    return false;
  }
}

void refuse_memory(const std::string& agent, const std::string& body) {
  if (!has_memory(body)) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} cannot carry along an episode what recurrent layers remember", agent),
              body, "the agent ppo, or a network without rnn, lstm and gru");
}

bool goes_along_episodes(const Model& model) { return model.network().has_lengths(); }

std::size_t observations_of_example(const Model& model) {
  return goes_along_episodes(model) ? model.network().input_shape().sizes.front() : 1;
}

std::size_t observation_size(const Model& model) {
  return model.network().input_shape().size() / observations_of_example(model);
}

Model make_network(const NetworkSpec& spec, std::uint64_t seed) {
  if (spec.sequence_length == 0)
    return Model(Network::parse(fmt::format("input({})", spec.input.to_string()) + layers_of(spec)),
                 Precision::float32, seed);
  Sentence layers = network::read_network(
      fmt::format("input({}x{}, lengths=true)", spec.sequence_length, spec.input.size()) +
          layers_of(spec),
      catalogue::catalogue());
  give_all(layers);
  const Network network = Network::parse(network::print(layers, catalogue::catalogue()));
  catalogue::compile_segments(network.layers());  // says what does not fit
  return Model(network, Precision::float32, seed);
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
