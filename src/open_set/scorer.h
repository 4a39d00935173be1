// The out-of-distribution score of a model: an UnknownScore, or for a model with a background class
// the log odds of that class.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lithe/calibrate.h"

namespace lithe::open_set {

inline constexpr const char* kBackground = "background";

// The number of classes that the model can predict, without the background class.
std::size_t known_classes(const Model& model);

// The evidence without the logit of the background class, which is the last one.
Evidence known_part(Evidence evidence, std::size_t classes);

class Scorer {
 public:
  // Fits on known examples with labels. Throws as calibrate_unknown does.
  static Scorer fit(const std::string& sentence, const Model& model, const Examples& train);
  // From the arrays in the model. Throws Error(model) where they do not fit the score or the
  // network.
  static Scorer restore(const std::string& sentence, const Model& model);

  // `all` is the result of collect_evidence, with the background class.
  std::vector<double> score(const Evidence& all) const;
  const std::string& sentence() const { return sentence_; }
  std::map<std::string, NamedArray> arrays() const;

 private:
  std::string sentence_;
  std::size_t classes_ = 0;            // known classes
  std::optional<UnknownScore> score_;  // empty for the background score
};

// Calls `visit` with the evidence of some examples at a time and the row of the first.
template <typename Visit>
void for_each_part(const Model& model, const Examples& examples, const Visit& visit) {
  constexpr std::size_t kRows = 4096;
  for (std::size_t first = 0; first < examples.features.rows; first += kRows)
    visit(collect_evidence(model, examples.slice(first, kRows)), first);
}

}  // namespace lithe::open_set
