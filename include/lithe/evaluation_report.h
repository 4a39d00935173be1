// What a model gets right and wrong, in figures, and as one page to look at.
//
//   EvaluationReport report = report_evaluation(model, data.test);
//   report.classes->macro.f1, report.classes->plain.ece, report.classes->figures[3].recall ...
//   std::string html = evaluation_page("m.safetensors", model, data, report);
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/figures.h"
#include "lithe/history.h"
#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe {

// How far confidence in the answers can be believed (src/metrics/reliability.h).
struct ConfidenceFigures {
  double ece = 0, mce = 0;  // expected and maximum calibration error, of 15 bins of equal width
  double adaptive_ece = 0;  // expected one, of 15 bins of equal numbers of examples
  double accuracy = 0;      // of the answers that the confidence is in
  double confidence = 0;    // its mean
  std::vector<ReliabilityBin> bins;  // of equal width
};

// An answer that is wrong.
struct Mistake {
  std::size_t row = 0;  // of the examples, from 0
  std::size_t truth = 0, answer = 0;
  double confidence = 0, of_truth = 0;  // shares of the answer and of the true class
};

struct ClassifierReport {
  std::vector<std::string> names;  // of the classes; numbers where there are none
  double accuracy = 0;
  double top5 = 0;   // share of examples whose class is among the five likeliest
  double brier = 0;  // mean over the examples
  MeanFigures macro, weighted;
  std::vector<ClassFigures> figures;          // of each class
  std::vector<ConfusionCell> confusion;       // by truth, then answer
  std::vector<Mistake> mistakes;              // the surest first
  std::string confidence_from;                // "the softmax of the outputs"
  ConfidenceFigures plain;                    // of the outputs as they are
  std::optional<ConfidenceFigures> tempered;  // at the model's temperature, where it has one
  double temperature = 1;
};

// Of each column of targets.
struct RegressionReport {
  ValueFigures all;  // columns together; r2 is the mean of the columns'
  std::vector<ValueFigures> columns;
  std::vector<std::vector<double>> predicted, truth;  // of each column, in the rows' order
};

// What the model's calibration does with these examples, which count as known.
struct UnknownUse {
  std::string score;
  double threshold = 0, share = 0;  // the share of known examples that it was set to accept
  double accepted = 0;              // share of these examples
  double accuracy_accepted = 0;     // of those accepted, the share answered right
  std::vector<double> scores;       // of each example
};

struct EvaluationReport {
  Evaluation score;                         // as evaluate() says it
  std::string loss;                         // the sentence
  std::optional<ClassifierReport> classes;  // one of these two
  std::optional<RegressionReport> values;
  std::optional<UnknownUse> unknown;
  std::vector<EpochFigures> history;  // empty where the model has none
  std::string history_problem;        // why the one it has is not shown
};

struct EvaluationOptions {
  std::string isa = "auto";
  std::size_t mistakes = 24;  // at most
};

// The loss is that of the model's metadata, else quadratic. Throws Error(data) for no examples or
// such as do not fit the network, Error(numeric) where the outputs are no numbers, Error(model) for
// a damaged calibration.
EvaluationReport report_evaluation(const Model& model, const Examples& examples,
                                   const EvaluationOptions& options = {});

// One HTML file that loads nothing: no script, pictures within. `data` is where the examples of the
// report come from, its test part; `model_file` is shown.
std::string evaluation_page(const std::string& model_file, const Model& model, const Dataset& data,
                            const EvaluationReport& report);

}  // namespace lithe
