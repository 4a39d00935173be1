// The networks of agents: the layers that the user gives, with an input and a standardization
// before them and an output layer after them.
#pragma once

#include <cstddef>
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
  // Of a body with recurrent layers: the network takes sequences of at most that many observations,
  // and answers each of them. 0: it takes a single one.
  std::size_t sequence_length = 0;
};

// Whether the layers that the user gives have recurrent ones among them: rnn, lstm or gru. Layers
// that do not parse have none; make_network says what is wrong with them.
bool has_memory(const std::string& body);
// Throws Error(usage) if they have: an agent that cannot carry what they remember along episodes.
void refuse_memory(const std::string& agent, const std::string& body);
// Whether a network of this kind takes sequences of observations, and the size of one observation.
bool goes_along_episodes(const Model& model);
std::size_t observation_size(const Model& model);
// How many observations an example of it has.
std::size_t observations_of_example(const Model& model);

// Throws Error(sentence) that shows the whole network if the body does not fit.
Model make_network(const NetworkSpec& spec, std::uint64_t seed);

// The means and standard deviations of the `standardize` layer of a network.
struct StandardizeValues {
  float *means, *deviations;
};
StandardizeValues standardize_values_of(Model& model);

}  // namespace lithe::agents
