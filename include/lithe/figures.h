// Figures of answers against the truth, as plain values: what src/metrics works out and reports
// hold. Every example counts alike, whatever its weight.
#pragma once

#include <cstddef>

namespace lithe {

// So many examples of class `truth` were answered `answer`.
struct ConfusionCell {
  std::size_t truth = 0, answer = 0, count = 0;
  bool operator==(const ConfusionCell&) const = default;
};

// A class against all others.
struct ClassFigures {
  std::size_t support = 0;   // examples of the class
  std::size_t answered = 0;  // examples that it is the answer to
  double precision = 0;      // share of those answered that are of the class; 0 where none is
  double recall = 0;         // share of the class's examples that are answered so; 0 of none
  double f1 = 0;             // harmonic mean of the two
};

struct MeanFigures {
  double precision = 0, recall = 0, f1 = 0;
};

// The examples whose confidence lies above `low`, up to `high`; the first bin has those at its low
// end as well.
struct ReliabilityBin {
  double low = 0, high = 0;
  std::size_t count = 0;
  double confidence = 0, accuracy = 0;  // means over them, 0 where there are none
};

// Numbers that were predicted, against the true ones.
struct ValueFigures {
  double rmse = 0, mae = 0;  // root of the mean square, and mean absolute, of what they differ by
  double r2 = 0;    // 1 - squared differences / squared distances of the true ones from their mean;
                    // not a number where all true ones are alike
  double bias = 0;  // mean of predicted minus true
};

}  // namespace lithe
