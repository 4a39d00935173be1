// The networks of agents: what the user says, with what the agent puts before and behind it.
#pragma once

#include <string>

#include "lithe/component.h"
#include "lithe/environment.h"
#include "lithe/model.h"
#include "plan/parameters.h"

namespace lithe::agents {

struct NetworkForm {
  Shape input;
  bool standardized = false;  // a layer `standardize` comes first
  std::string body;           // as the user says it; may be empty
  std::size_t outputs = 1;
  double gain = 1;                      // of the last layer's initial weights, which are orthogonal
  std::string activation = "identity";  // of the last layer
};

// Throws Error(sentence) that shows the whole network where the body does not fit.
Model make_network(const NetworkForm& form, std::uint64_t seed);

// The means and deviations that a `standardize` layer at the front takes, where they stand.
struct Standardization {
  float *means, *deviations;
};
Standardization standardization_of(Model& model);

}  // namespace lithe::agents
