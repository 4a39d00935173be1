// The networks of agents: the layers that the user gives, with an input and a standardization
// before them and an output layer after them.
#pragma once

#include <string>

#include "lithe/component.h"
#include "lithe/environment.h"
#include "lithe/model.h"
#include "plan/parameters.h"

namespace lithe::agents {

struct NetworkSpec {
  Shape input;
  bool standardized = false;  // begins with a layer `standardize`
  std::string body;           // the layers that the user gives; may be empty
  std::size_t outputs = 1;
  double gain = 1;                      // of the output layer's orthogonal initialization
  std::string activation = "identity";  // of the output layer
};

// Throws Error(sentence) that shows the whole network if the body does not fit.
Model make_network(const NetworkSpec& spec, std::uint64_t seed);

// The means and standard deviations of the `standardize` layer of a network.
struct StandardizeValues {
  float *means, *deviations;
};
StandardizeValues standardize_values_of(Model& model);

}  // namespace lithe::agents
