// "None of these" for a model: a score of unknownness (lithe/unknown.h), the threshold above which
// an example is called unknown, and a temperature that makes the confidence in the other answers
// one that can be believed.
//
//   HeldOut parts = hold_out(data.train, 0.1);
//   Trainer(model, parts.train, data.test, options) ...
//   calibrate_unknown(model, parts.train, parts.held, {.score = "energy", .share = 0.95});
//   model.save("m.safetensors");                        // score and threshold go with it
//   for (const Answer& a : Answerer(model).answer(data.test.features)) ...
//
// All of it looks at what goes into the network's last dense layer (features) and at the sums of
// that layer (logits), so the network must end in one, with activations at most behind it.
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

// The model's last dense layer, and what the model makes of examples. A layer of one unit, which
// tells two classes apart by z, counts as two units with the sums 0 and z. Labels are those of the
// examples, where they have any. Throws Error(model) with what to do where the network does not end
// in a dense layer, Error(data) where the examples are not the model's.
Head head_of(const Model& model);
Evidence collect_evidence(const Model& model, const Examples& examples);
Evidence collect_evidence(const Model& model, const Features& features);

// Examples in two parts, each class in both by the same share; copies, whose memory is `memory`.
// The parts are those that a Trainer makes with TrainOptions::validation = share and that seed.
struct HeldOut {
  Examples train, held;
  std::shared_ptr<const void> memory;
};
HeldOut hold_out(const Examples& examples, double share, std::uint64_t seed = 1);

// Throws Error(sentence) for a score that there is not; "background" is one.
void check_unknown_score(const std::string& sentence);

struct CalibrateOptions {
  std::string score = "energy";  // or "background" for a model that has learned such a class
  double share = 0.95;           // of known examples that are to be accepted, above 0, at most 1
};

struct Calibration {
  std::string score;  // canonical
  double threshold = 0;
  double share = 0.95;
  double temperature = 1;  // confidence = softmax(logits / temperature)
};

// Fits the score on `train`, known examples that the model has learned from, and then threshold and
// temperature on `held`, known ones that it has not; all of it is put into the model, in the place
// of what was there. Of more training examples than fit into half a gigabyte a sample is taken.
// Throws Error(usage) for a share out of range, Error(sentence) for a score that there is not,
// Error(data) for examples without labels, too few, or of classes that the model has not.
Calibration calibrate_unknown(Model& model, const Examples& train, const Examples& held,
                              const CalibrateOptions& options = {});

// What the model holds of it, nothing where it never was calibrated. Throws Error(model) where what
// it holds is no calibration.
std::optional<Calibration> calibration_of(const Model& model);
void remove_calibration(Model& model);

struct Answer {
  bool unknown = false;       // score > threshold
  double score = 0;           // of unknownness
  std::size_t best = 0;       // the likeliest class, also where the answer is unknown
  double confidence = 0;      // in it, against the other classes
  std::size_t runner_up = 0;  // the same as best where there is no other class
  double runner_up_confidence = 0;
};

// Answers by a calibrated model, which must outlive it. Throws Error(model) for one that is not
// calibrated, saying what to run, or whose arrays do not fit its network.
class Answerer {
 public:
  explicit Answerer(const Model& model);
  Answerer(Answerer&&) noexcept;
  ~Answerer();

  const Calibration& calibration() const;
  std::vector<Answer> answer(const Features& features) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The share of examples that are not called unknown.
double share_accepted(const Model& model, const Features& features);

// Training with examples of what is not known, where there are some. `background`: they are one
// more class, the last (Dhamija, Guenther, Boult, "Reducing network agnostophobia", 2018, compare
// it). `exposure`: the network is to give them all classes alike, by targets of 1 / classes
// (Hendrycks, Mazeika, Dietterich, "Deep anomaly detection with outlier exposure", 2019); the loss
// has to be cross_entropy.
enum class OutlierUse { background, exposure };

struct OpenTrainingSet {
  Examples examples;      // the known ones, in their order, then the outliers
  std::size_t known = 0;  // how many are known
  std::shared_ptr<const void> memory;
};

// `weight`: how much all outliers together count against all known examples together; 0 leaves the
// weights alone. Throws Error(data) where outliers are of another size or element type.
OpenTrainingSet add_outliers(const Examples& known, const std::vector<Features>& outliers,
                             OutlierUse use, double weight = 0.5);

// The known ones of them in the two parts that a Trainer makes of the whole set. `known` is what it
// was made from.
HeldOut hold_out(const OpenTrainingSet& set, const Examples& known, double share,
                 std::uint64_t seed = 1);

// Notes that the model's last class is `background`, so that it is never given as an answer.
void mark_background(Model& model);
bool has_background(const Model& model);

}  // namespace lithe
