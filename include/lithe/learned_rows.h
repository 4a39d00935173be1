// Which examples a model was trained on: digests of them in the model, by which they are recognised
// in any file. Of many examples, those with the lowest digests are kept, and counts are estimates.
//
//   model.metadata()["rows"] = lithe::note_of_rows(train, class_names);
//   lithe::count_learned(model.metadata()["rows"], test, class_names).count  // leaked
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// As text for the model. `classes`: the names of the classes that the labels are numbers of.
std::string note_of_rows(const Examples& examples, const std::vector<std::string>& classes);

struct LearnedRows {
  std::size_t count = 0;
  bool is_estimate = false;
};
// How many of these examples equal one that the note is of, with its answer.
LearnedRows count_learned(const std::string& note, const Examples& examples,
                          const std::vector<std::string>& classes);

}  // namespace lithe
