// Out-of-distribution scores: how unlike the known classes an example is, and the threshold above
// which it is unknown. lithe/calibrate.h applies them to models.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lithe {

// What a classifier computes for examples: the inputs of its last dense layer (features), and that
// layer's sums before any activation (logits).
struct Evidence {
  std::size_t rows = 0, columns = 0, classes = 0;
  std::vector<double> features;      // [rows][columns]
  std::vector<double> logits;        // [rows][classes]
  std::vector<std::int32_t> labels;  // [rows], or empty
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

// A fitted out-of-distribution score: the higher, the less an example resembles the known ones.
class UnknownScore {
 public:
  // `sentence` is "energy" or "knn(50)", for example. `train` holds known examples with labels,
  // which the network was trained on. Throws Error(sentence) where the sentence names no score,
  // Error(data) where the examples do not suffice, for example fewer than two of a class.
  static UnknownScore fit(const std::string& sentence, const Evidence& train, const Head& head);
  // From the results of sentence() and arrays(). Throws Error(model) where they do not fit
  // together.
  static UnknownScore restore(const std::string& sentence,
                              const std::map<std::string, NamedArray>& arrays);
  std::vector<double> score(const Evidence& examples) const;
  const std::string& sentence() const;
  std::map<std::string, NamedArray> arrays() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// The threshold that accepts this fraction (0.95) of the known examples: a score above it means
// unknown.
double unknown_threshold(std::vector<double> known_scores, double acceptance_rate);

// The names of all scores, the most recommended first: --unknown auto tries them in this order.
std::vector<std::string> unknown_scores();
std::string describe_unknown_score(const std::string& name);  // as `lithe list` shows it

}  // namespace lithe
