// "None of these": how unlike the known classes an example is, and from where on it is called
// unknown. lithe/calibrate.h puts it to use on models.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lithe {

// What a classifier makes of examples: the values that go into its last dense layer (features),
// and what that layer puts out before any softmax or sigmoid (logits).
struct Evidence {
  std::size_t rows = 0, columns = 0, classes = 0;
  std::vector<double> features;      // [rows][columns]
  std::vector<double> logits;        // [rows][classes]
  std::vector<std::int32_t> labels;  // rows of them, or none
};

// The last dense layer: logits = features W + b.
struct Head {
  std::vector<double> weight;  // [columns][classes]
  std::vector<double> bias;    // [classes]
};

struct NamedArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

// A score of unknownness, ready to use: the higher, the less the example is like a known one.
class UnknownScore {
 public:
  // `sentence`: "energy", "knn(50)". `train`: known examples with labels, those the network learned
  // from. Throws Error(sentence) for a sentence that says none, Error(data) where the examples do
  // not suffice (fewer than two of a class, say).
  static UnknownScore fit(const std::string& sentence, const Evidence& train, const Head& head);
  // From what sentence() and arrays() gave. Throws Error(model) where they do not fit together.
  static UnknownScore restore(const std::string& sentence,
                              const std::map<std::string, NamedArray>& arrays);
  std::vector<double> score(const Evidence& examples) const;
  const std::string& sentence() const;
  std::map<std::string, NamedArray> arrays() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// The threshold at which `share` (0.95) of the known examples are accepted: a score above it means
// unknown.
double unknown_threshold(std::vector<double> known_scores, double share);

// The scores there are, most recommended first, for --unknown auto and for lists.
std::vector<std::string> unknown_scores();
std::string describe_unknown_score(const std::string& name);  // as `lithe list` shows it

}  // namespace lithe
