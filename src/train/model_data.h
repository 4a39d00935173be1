// The engine's side of a model: its graph and its values, in one precision or the other.
#pragma once

#include <variant>

#include "graph/graph.h"
#include "lithe/model.h"
#include "plan/parameters.h"

namespace lithe {

struct ModelData {
  Network network;
  graph::Graph graph;
  Meaning meaning;
  std::map<std::string, std::string> notes;
  std::map<std::string, NamedArray> extra_arrays;
  std::variant<plan::Parameters<float>, plan::Parameters<double>> values;
};

}  // namespace lithe
