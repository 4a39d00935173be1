// Open-set recognition: a model that says "unknown" for examples of none of its classes. It has an
// out-of-distribution score (lithe/unknown.h), a threshold above which an example is unknown, and a
// temperature that calibrates the confidence of the other predictions.
//
//   HoldoutSplit parts = hold_out(data.train, 0.1);
//   Trainer(model, parts.train, data.test, options) ...
//   calibrate_unknown(model, parts.train, parts.validation, {.score = "energy"});
//   model.save("m.safetensors");  // with the score and the threshold
//   for (const OpenSetPrediction& p : OpenSetPredictor(model).predict(data.test.features)) ...
//
// The scores use the inputs of the network's last dense layer (features) and its sums before any
// activation (logits). The network must end in a dense layer, which only activations may follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/unknown.h"

namespace lithe {

// The model's last dense layer, and the features and logits of examples. A layer of one unit, whose
// sum z decides between two classes, counts as two units with the sums 0 and z. Labels are copied
// from the examples, if they have any. Throws Error(model) where the network does not end in a
// dense layer, Error(data) where the examples do not fit the network.
Head head_of(const Model& model);
Evidence collect_evidence(const Model& model, const Examples& examples);
Evidence collect_evidence(const Model& model, const Features& features);

// Examples in two parts, stratified by class. They are copies, owned by `memory`. A Trainer makes
// the same two parts with TrainOptions::validation = share and the same seed.
struct HoldoutSplit {
  Examples train, validation;
  std::shared_ptr<const void> memory;
};
HoldoutSplit hold_out(const Examples& examples, double share, std::uint64_t seed = 1);

// Throws Error(sentence) for an unknown name of a score. "background" is a score too.
void check_unknown_score(const std::string& sentence);

struct CalibrateOptions {
  std::string score = "energy";   // or "background" for a model that has learned such a class
  double acceptance_rate = 0.95;  // wanted, of known examples: above 0, at most 1
};

struct Calibration {
  std::string score;  // canonical
  double threshold = 0;
  double acceptance_rate = 0.95;
  double temperature = 1;  // confidence = softmax(logits / temperature)
};

// Fits the score on `train`, known examples that the model was trained on, then the threshold and
// the temperature on `validation`, known examples that it was not trained on. Stores them in the
// model in place of an earlier calibration. Takes a sample of the training examples where their
// features need more than half a gigabyte. Throws Error(usage) for an acceptance rate out of range,
// Error(sentence) for an unknown score, Error(data) for examples that have no labels, that are too
// few, or that have classes which the model does not know.
Calibration calibrate_unknown(Model& model, const Examples& train, const Examples& validation,
                              const CalibrateOptions& options = {});

// The model's calibration, if it has one. Throws Error(model) where it is damaged.
std::optional<Calibration> calibration_of(const Model& model);
void remove_calibration(Model& model);

struct OpenSetPrediction {
  bool unknown = false;       // score > threshold
  double score = 0;           // out-of-distribution score
  std::size_t best = 0;       // the most probable class, even where `unknown` is true
  double confidence = 0;      // its probability among the known classes
  std::size_t runner_up = 0;  // equals `best` where there is no other class
  double runner_up_confidence = 0;
};

// Predicts with a calibrated model, which must outlive the predictor. Throws Error(model) for a
// model that is not calibrated, or whose calibration does not fit its network.
class OpenSetPredictor {
 public:
  explicit OpenSetPredictor(const Model& model);
  OpenSetPredictor(OpenSetPredictor&&) noexcept;
  ~OpenSetPredictor();

  const Calibration& calibration() const;
  std::vector<OpenSetPrediction> predict(const Features& features) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The fraction of the examples that are not predicted as unknown.
double acceptance_rate(const Model& model, const Features& features);

// Training with outliers, that is examples of none of the classes. `background`: they form one more
// class, the last one (compared in Dhamija, Guenther, Boult, "Reducing network agnostophobia",
// 2018). `exposure`: their targets are 1 / classes for every class (Hendrycks, Mazeika, Dietterich,
// "Deep anomaly detection with outlier exposure", 2019); the loss must be cross_entropy.
enum class OutlierUse { background, exposure };

struct OpenTrainingSet {
  Examples examples;      // the known examples in their order, then the outliers
  std::size_t known = 0;  // number of known examples
  std::shared_ptr<const void> memory;
};

// `weight` is the total weight of the outliers over the total weight of the known examples; 0 gives
// every outlier the weight 1. Throws Error(data) where outliers have another size or element type.
OpenTrainingSet add_outliers(const Examples& known, const std::vector<Features>& outliers,
                             OutlierUse use, double weight = 0.5);

// The known examples of the two parts that a Trainer makes of the whole set. `known` holds the
// known examples that the set was made from.
HoldoutSplit hold_out(const OpenTrainingSet& set, const Examples& known, double share,
                      std::uint64_t seed = 1);

// Marks the model's last class as the background class, which is never predicted.
void mark_background(Model& model);
bool has_background(const Model& model);

}  // namespace lithe
