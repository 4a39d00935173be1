// A score for a model: one of UnknownScore's, or how much more the model believes in the class that
// it has learned for the unknown than in all others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lithe/calibrate.h"

namespace lithe::open_set {

inline constexpr const char* kBackground = "background";

// How many of the model's classes are answers.
std::size_t known_classes(const Model& model);

// The evidence without the class that stands for the unknown, which a model may have as its last.
Evidence known_part(Evidence evidence, std::size_t classes);

class Scorer {
 public:
  // Fits on known examples with labels. Throws as calibrate_unknown does.
  static Scorer fit(const std::string& sentence, const Model& model, const Examples& train);
  // From the arrays that the model holds. Throws Error(model) where they are not those of the score
  // or do not fit the network.
  static Scorer restore(const std::string& sentence, const Model& model);

  // `all` is what collect_evidence gives, with the background class.
  std::vector<double> score(const Evidence& all) const;
  const std::string& sentence() const { return sentence_; }
  std::map<std::string, NamedArray> arrays() const;

 private:
  std::string sentence_;
  std::size_t classes_ = 0;            // known ones
  std::optional<UnknownScore> score_;  // none: background
};

// Calls `take` with the evidence of so many examples after another, and the first one's row.
template <typename Take>
void for_each_part(const Model& model, const Examples& examples, const Take& take) {
  constexpr std::size_t kRows = 4096;
  for (std::size_t first = 0; first < examples.features.rows; first += kRows)
    take(collect_evidence(model, examples.slice(first, kRows)), first);
}

}  // namespace lithe::open_set
