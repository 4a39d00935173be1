// The classes that examples have and that no answer of a model is.
#pragma once

#include <string>
#include <vector>

#include "lithe/evaluation_report.h"
#include "lithe/model.h"

namespace lithe::app {

// Their names. `correct`: how many of the examples the model answers correctly.
std::vector<std::string> names_never_predicted(const Model& model, const Examples& examples,
                                               std::size_t correct);
// "these classes: a, b and 3 more"
std::string never_predicted_text(const std::vector<std::string>& names);

}  // namespace lithe::app
