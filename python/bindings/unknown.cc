#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <algorithm>

#include "bindings.h"
#include "calls.h"
#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "lithe/probabilities.h"

namespace lithe::python {

namespace {

// Of each row, or of each of the positions of a row: [answers][classes].
nb::ndarray<nb::numpy, double> probabilities_of(const Model& model, const Matrix& matrix,
                                                double divisor, const Lengths& lengths) {
  const Features features = features_of(matrix, divisor, lengths, model);
  const std::size_t columns = answer_columns(model);
  std::vector<double> result;
  std::size_t answers = 0;
  interruptible([&](Progress&) {
    const std::vector<double> outputs = model.predict(features);
    const auto trained = model.metadata().find("lithe.loss");
    if (trained == model.metadata().end())
      throw Error(ErrorKind::model, "the model has not been trained, and its loss is not known", "",
                  "model.predict(X), which gives its outputs");
    const std::string& loss = trained->second;
    answers = outputs.size() / columns;
    for (std::size_t first = 0; first < outputs.size(); first += columns) {
      const auto row = probabilities(std::span(outputs).subspan(first, columns), loss);
      result.insert(result.end(), row.begin(), row.end());
    }
  });
  return array_of<double>(result, {answers, result.size() / std::max<std::size_t>(answers, 1)});
}

// Scores, and whether each is above the threshold.
std::pair<nb::ndarray<nb::numpy, double>, nb::ndarray<nb::numpy, std::uint8_t>> unknown(
    const Model& model, const Matrix& matrix, double divisor, const Lengths& lengths) {
  const Features features = features_of(matrix, divisor, lengths, model);
  std::vector<double> scores;
  std::vector<std::uint8_t> above;
  interruptible([&](Progress&) {
    for (const OpenSetPrediction& p : OpenSetPredictor(model).predict(features)) {
      scores.push_back(p.score);
      above.push_back(p.unknown ? 1 : 0);
    }
  });
  return {array_of<double>(scores, {scores.size()}), array_of<std::uint8_t>(above, {above.size()})};
}

}  // namespace

void add_unknown(nb::module_& module) {
  module.def("_probabilities", &probabilities_of, nb::arg("model"), nb::arg("features"),
             nb::arg("divisor"), nb::arg("lengths").none() = nb::none());
  module.def(
      "_calibrate",
      // With the examples that a trainer with this share and seed held out.
      [](Model& model, const Examples& examples, double share, std::uint64_t seed,
         const std::string& score, double acceptance_rate) {
        interruptible([&](Progress&) {
          const HoldoutSplit parts = hold_out(examples, share, seed);
          calibrate_unknown(model, parts.train, parts.validation,
                            {.score = score, .acceptance_rate = acceptance_rate});
        });
      },
      nb::arg("model"), nb::arg("examples"), nb::arg("share"), nb::arg("seed"), nb::arg("score"),
      nb::arg("acceptance_rate"));
  module.def(
      "_calibrate_unknown",
      [](Model& model, const Examples& train, const Examples& validation, const std::string& score,
         double acceptance_rate) {
        const Calibration made = interruptible([&](Progress&) {
          return calibrate_unknown(model, train, validation,
                                   {.score = score, .acceptance_rate = acceptance_rate});
        });
        nb::dict result;
        result["score"] = made.score;
        result["threshold"] = made.threshold;
        result["acceptance_rate"] = made.acceptance_rate;
        result["temperature"] = made.temperature;
        return result;
      },
      nb::arg("model"), nb::arg("train"), nb::arg("validation"), nb::arg("score"),
      nb::arg("acceptance_rate"));
  module.def("_check_score", &check_unknown_score, nb::arg("score"));
  module.def("_unknown", &unknown, nb::arg("model"), nb::arg("features"), nb::arg("divisor"),
             nb::arg("lengths").none() = nb::none());
}

}  // namespace lithe::python
