// The evaluation of a model on test examples: its figures, and an HTML page that shows them.
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
#include "lithe/table.h"
#include "lithe/trainer.h"

namespace lithe {

// The calibration of the confidence: whether it agrees with the accuracy
// (src/metrics/reliability.h).
struct ConfidenceFigures {
  double ece = 0, mce = 0;  // expected and maximum calibration error, with 15 bins of equal width
  double adaptive_ece = 0;  // expected one, with 15 bins of equally many examples
  double accuracy = 0;
  double confidence = 0;             // mean
  std::vector<ReliabilityBin> bins;  // of equal width
};

// An example whose predicted class is not its label.
struct Misclassification {
  std::size_t row = 0;  // of the examples, from 0
  std::size_t truth = 0, predicted = 0;
  double confidence = 0;        // the predicted class's probability
  double true_probability = 0;  // the true class's
  std::string file = {};        // of the example, where examples have files
};

struct ClassifierReport {
  std::vector<std::string> names;  // of the classes; their numbers where the model has no names
  double accuracy = 0;
  double top5 = 0;      // fraction of examples whose class is among the five most probable
  double brier = 0;     // mean over the examples
  double log_loss = 0;  // mean of -log of the true class's probability, which is at least 1e-15
  MeanFigures macro, weighted;
  std::vector<ClassFigures> figures;          // of each class
  std::vector<RankingFigures> ranking;        // likewise: of its probability
  std::vector<ConfusionCell> confusion;       // nonzero cells, sorted by truth, then prediction
  std::vector<Misclassification> errors;      // the most confident first
  std::string confidence_from;                // "the softmax of the outputs"
  ConfidenceFigures plain;                    // without a temperature
  std::optional<ConfidenceFigures> tempered;  // at the model's temperature, if it has one
  double temperature = 1;
};

// Of labels, any number of which can hold of an example (are_labels).
struct LabelReport {
  std::vector<std::string> names;  // of the labels; their numbers where the model has no names
  double subset_accuracy = 0;      // fraction of examples all of whose labels are predicted rightly
  double accuracy = 0;             // mean over the labels
  MeanFigures micro;               // of all labels' predictions together
  MeanFigures macro;               // mean over the labels
  std::vector<LabelFigures> figures;
};

struct RegressionReport {
  std::vector<std::string> names;  // of the columns; their numbers where the model has no names
  ValueFigures all;                // over all target columns; r2 is the mean of the columns' r2
  std::vector<ValueFigures> columns;
  std::vector<std::vector<double>> predicted, truth;  // [column][row]
};

// How much worse a model gets when the values of a column are shuffled among the rows.
struct ColumnImportance {
  std::string name;
  double mean = 0, deviation = 0;  // of the loss of accuracy, or of the gain of RMSE
};

// The mean answer over the rows where all of them have one value of a column.
struct PartialDependence {
  std::string name;
  std::vector<std::string> labels;          // of the values: categories, or empty
  std::vector<double> values;               // numbers, in the file's units
  std::vector<std::string> answers;         // names of the curves: classes or targets
  std::vector<std::vector<double>> curves;  // [answer][value]
};

// Of a table: how the answers depend on its columns.
struct ColumnsReport {
  std::size_t rows = 0, repeats = 0;          // that the figures are from
  std::vector<ColumnImportance> importance;   // the highest first
  std::vector<PartialDependence> dependence;  // of the most important ones
};

// What an open-set model (lithe/calibrate.h) does with these examples, all of which are known.
struct OpenSetFigures {
  std::string score;
  double threshold = 0;
  double calibrated_acceptance_rate = 0;  // that the threshold was chosen for
  double acceptance_rate = 0;             // of these examples
  double accuracy_accepted = 0;           // on the accepted ones
  std::vector<double> scores;             // of each example
};

// Of a network that answers at each position of a sequence. All figures of the score are means over
// the positions that have an answer.
struct PositionReport {
  bool classes = false;             // or numbers
  std::optional<double> bits = {};  // of a cross-entropy; 2 to it is the perplexity
  std::string unit = "position";    // of text: character, byte or word
};

struct EvaluationReport {
  Evaluation score;                         // the result of evaluate()
  std::string loss;                         // its sentence
  std::optional<ClassifierReport> classes;  // either this
  std::optional<LabelReport> labels;        // or this
  std::optional<RegressionReport> values;   // or this
  std::optional<PositionReport> positions;  // or this
  std::optional<OpenSetFigures> unknown;
  std::optional<ColumnsReport> columns;  // where EvaluationOptions::columns asks for it
  std::size_t learned_from = 0;          // of the examples, those that the model was trained on
  std::vector<NaiveForecast> naive;      // beside a forecast
  std::vector<EpochFigures> history;     // empty where the model has none
  std::string history_problem;           // why the model's history cannot be read; empty if it can
};

struct EvaluationOptions {
  std::string isa = "auto";
  std::size_t most_errors = 24;  // that the report lists
  // Of windows that go on where the one before ended, as evaluate() takes it.
  std::optional<std::size_t> streams = {};
  // Of a table also the importance of its columns, which evaluates the model many times.
  bool columns = false;
  std::vector<std::string> files = {};  // of the examples, if they have some
};

// The classes that some of the examples have and that are predicted for none. `correct` of the
// examples are predicted rightly: where the wrong ones are too few to be a whole class, the model
// is not asked.
std::vector<std::size_t> never_predicted(const Model& model, const Examples& examples,
                                         std::size_t correct);

// Uses the loss in the model's metadata, or quadratic where it has none. Throws Error(data) where
// there are no examples or they do not fit the network, Error(numeric) where outputs are not
// finite, Error(model) for a damaged calibration.
EvaluationReport report_evaluation(const Model& model, const Examples& examples,
                                   const EvaluationOptions& options = {});

// Its figures as JSON, as `lithe evaluate --json` prints them; with the model also the history, the
// confusion matrix and the most confident errors, as report.json has them. `data` and `model_file`
// are names to show.
std::string evaluation_json(const EvaluationReport& report, const std::string& data);
std::string evaluation_json(const EvaluationReport& report, const std::string& data,
                            const Model& model, const std::string& model_file);

// One HTML file without scripts that loads nothing; its pictures are embedded. `data` is the data
// set whose test part the report is about, and `model_file` is the name to show.
std::string evaluation_page(const std::string& model_file, const Model& model, const Dataset& data,
                            const EvaluationReport& report);

}  // namespace lithe
