// What a model can be shown: a model of a table takes tables, and one of pictures takes pictures,
// also where another thing happens to have as many values.
#pragma once

#include <string>
#include <vector>

#include "lithe/model.h"

namespace lithe::app {

// Throws Error(data) where `input`, a file, a folder or a data set by name, is of another kind than
// what the model was trained on.
void check_kind(const Model& model, const std::string& input);

// The model in a file. Error(usage) says so where `file` is one of the data, as `command` takes the
// model first: "lithe predict four.safetensors four.csv".
Model load_model(const std::string& file, const std::string& command,
                 const std::vector<std::string>& inputs);

}  // namespace lithe::app
