// Figures of predictions against true values: what src/metrics computes and reports hold. Example
// weights are ignored.
#pragma once

#include <cstddef>
#include <vector>

namespace lithe {

// A cell of a confusion matrix: `count` examples of class `truth` were predicted as `predicted`.
struct ConfusionCell {
  std::size_t truth = 0, predicted = 0, count = 0;
  bool operator==(const ConfusionCell&) const = default;
};

// One class against all others.
struct ClassFigures {
  std::size_t support = 0;    // examples of the class
  std::size_t predicted = 0;  // examples that the class was predicted for
  double precision = 0;       // true positives / predicted; 0 where nothing was predicted
  double recall = 0;          // true positives / support; 0 without support
  double f1 = 0;              // harmonic mean of the two
};

// How well a score ranks the examples of one class above the others.
struct RankingFigures {
  double roc_auc = 0;            // area under the ROC curve; not a number without both kinds
  double average_precision = 0;  // area under the precision-recall curve
  // As the threshold falls past each score. The ROC curve begins at 0, 0; `precision` has one value
  // for each further point.
  std::vector<double> false_positive_rate = {}, true_positive_rate = {}, precision = {};
};

// One of several labels, any number of which can hold of an example.
struct LabelFigures {
  double accuracy = 0;  // share of the examples for which it is predicted rightly
  ClassFigures holds;   // the examples of which it holds
};

struct MeanFigures {
  double precision = 0, recall = 0, f1 = 0;
};

// The examples with low < confidence <= high; the first bin includes its low end.
struct ReliabilityBin {
  double low = 0, high = 0;
  std::size_t count = 0;
  double confidence = 0, accuracy = 0;  // means over the examples, 0 without any
};

// Regression figures of one column.
struct ValueFigures {
  double rmse = 0, mae = 0;  // root mean squared error, mean absolute error
  double r2 = 0;             // coefficient of determination; NaN where all true values are equal
  double bias = 0;           // mean error, predicted minus true
};

}  // namespace lithe
