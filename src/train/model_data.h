// What a model is made of: its graph, and its values in one precision or the other.
#pragma once

#include <variant>

#include "graph/graph.h"
#include "lithe/model.h"
#include "plan/parameters.h"

namespace lithe {

struct ModelData {
  Network network;
  graph::Graph graph;
  Preprocessing preprocessing;
  std::map<std::string, std::string> metadata;
  std::map<std::string, NamedArray> extra_arrays;
  std::variant<plan::Parameters<float>, plan::Parameters<double>> values;
};

// A plan reads and writes the values of a model that others only read.
inline ModelData& data_of(const Model& model) { return *model.data_; }

}  // namespace lithe
