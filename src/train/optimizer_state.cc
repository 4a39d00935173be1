#include "train/optimizer_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lithe/error.h"
#include "train/parameter_shape.h"

namespace lithe::train {

namespace {

std::string state_name(std::size_t array, const graph::ParameterSpec& parameter) {
  return fmt::format("optimizer.{}.{}", array, parameter.name);
}

const NamedArray& find_state(const NamedArrays& state, const std::string& name,
                             const std::vector<std::size_t>& shape, const std::string& whose) {
  const auto at = state.find(name);
  std::size_t size = 1;
  for (const std::size_t side : shape) size *= side;
  if (at == state.end() || at->second.shape != shape || at->second.values.size() != size)
    throw Error(ErrorKind::model,
                fmt::format("the array '{}' {}", name,
                            at == state.end() ? "is missing" : "has another shape"),
                whose + "'s state",
                fmt::format("the state of {} with this network and optimizer", whose));
  return at->second;
}

}  // namespace

std::uint64_t count_in(const NamedArrays& state, const std::string& name,
                       const std::string& whose) {
  const double count = find_state(state, name, {1}, whose).values[0];
  if (!(count >= 0 && count < 1e15) || count != std::floor(count))
    throw Error(ErrorKind::model, fmt::format("{} {} done", count, name), whose + "'s state");
  return static_cast<std::uint64_t>(count);
}

template <typename T>
NamedArrays optimizer_state(const graph::Graph& graph, const plan::Parameters<T>& values,
                            const plan::OptimizerState<T>& learning, std::uint64_t steps) {
  NamedArrays result;
  result["steps"] = {{1}, {static_cast<double>(steps)}};
  plan::Parameters<T> form = values.clone();
  for (std::size_t i = 0; i < learning.states.size(); ++i) {
    std::copy(learning.states[i].begin(), learning.states[i].end(), form.data());
    for (graph::ParameterId id = 0; id < graph.parameters.size(); ++id) {
      const std::vector<T> array = form.read(id);
      const graph::ParameterSpec& parameter = graph.parameters[id];
      result[state_name(i, parameter)] = {shape_of(parameter), {array.begin(), array.end()}};
    }
  }
  return result;
}

template <typename T>
std::uint64_t restore_optimizer(const NamedArrays& state, const graph::Graph& graph,
                                const plan::Parameters<T>& values,
                                plan::OptimizerState<T>& learning, const std::string& whose) {
  const std::uint64_t steps = count_in(state, "steps", whose);
  plan::OptimizerState<T> read = learning.clone();
  plan::Parameters<T> form = values.clone();
  for (std::size_t i = 0; i < learning.states.size(); ++i) {
    for (graph::ParameterId id = 0; id < graph.parameters.size(); ++id) {
      const graph::ParameterSpec& parameter = graph.parameters[id];
      const NamedArray& array =
          find_state(state, state_name(i, parameter), shape_of(parameter), whose);
      form.write(id, {array.values.begin(), array.values.end()});
    }
    std::copy(form.data(), form.data() + form.size(), read.states[i].begin());
  }
  learning.take_states(read);
  return steps;
}

template NamedArrays optimizer_state(const graph::Graph&, const plan::Parameters<float>&,
                                     const plan::OptimizerState<float>&, std::uint64_t);
template NamedArrays optimizer_state(const graph::Graph&, const plan::Parameters<double>&,
                                     const plan::OptimizerState<double>&, std::uint64_t);
template std::uint64_t restore_optimizer(const NamedArrays&, const graph::Graph&,
                                         const plan::Parameters<float>&,
                                         plan::OptimizerState<float>&, const std::string&);
template std::uint64_t restore_optimizer(const NamedArrays&, const graph::Graph&,
                                         const plan::Parameters<double>&,
                                         plan::OptimizerState<double>&, const std::string&);

}  // namespace lithe::train
