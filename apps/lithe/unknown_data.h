// Data sets of unknown examples, brought to the form of a model's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lithe/calibrate.h"
#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/table.h"
#include "training_data.h"

namespace lithe::app {

// What examples must look like.
struct ExampleForm {
  std::vector<std::size_t> shape;
  Resize resize = Resize::crop;
  std::optional<TableSchema> schema;  // of a table
  double divisor = 1;
};
ExampleForm example_form(const Model& model);

// Examples of that form: pictures of another one are brought to it, images of a data set as well,
// and a table is read as the schema says, without its answers. All of a folder of pictures.
Dataset load_unknown(const DataChoice& choice, const ExampleForm& form);

// The part to judge by: the test part, or all where there is none.
const Examples& judged_part(const Dataset& data);

// The data set's classes that the model knows by name, in the model's order (it may lack some);
// where they have no name in common, the data set as it is.
Dataset known_to(const Model& model, const Dataset& data);
// The others. Throws Error(usage) where there are none.
Dataset unknown_to(const Model& model, const Dataset& data);

// Known examples that the model has learned from, and others that it has not seen: those that its
// training held out, else the test part, else a share of what there is.
struct CalibrationParts {
  HoldoutSplit known;
  std::string validation_from;  // in words
};
CalibrationParts calibration_parts(const Model& model, const Dataset& data);

// The names of the classes that are answers: without that of a background class.
std::vector<std::string> known_names(const Model& model);

}  // namespace lithe::app
