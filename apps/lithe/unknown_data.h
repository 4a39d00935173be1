// Data sets of unknown examples, brought to the form of a model's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lithe/calibrate.h"
#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/table.h"

namespace lithe::app {

// A data set by name or path, as examples of `shape`: images of another size are fitted to it. A
// table is read as `schema` says, without its answers.
Dataset load_unknown(const std::string& name, const std::string& data_dir,
                     const std::vector<std::size_t>& shape,
                     const std::optional<TableSchema>& schema);

// The part to judge by: the test part, or all where there is none.
const Examples& judged_part(const Dataset& data);

// The data set's classes that the model knows, in the model's order, where both have names for
// them; else the data set as it is.
Dataset known_to(const Model& model, const Dataset& data);
// The others. Throws Error(usage) where there are none.
Dataset unknown_to(const Model& model, const Dataset& data);

// Known examples that the model has learned from, and others that it has not seen: those that its
// training held out, else the test part, else a share of what there is.
struct CalibrationParts {
  HeldOut known;
  std::string held_from;  // in words
};
CalibrationParts calibration_parts(const Model& model, const Dataset& data);

// The names of the classes that are answers: without that of a background class.
std::vector<std::string> known_names(const Model& model);

}  // namespace lithe::app
