#include "metrics/labels.h"

namespace lithe::metrics {

namespace {

double label_share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void count_label(LabelCounts& counts, bool predicted, bool truth) {
  if (predicted)
    ++(truth ? counts.both : counts.predicted_only);
  else
    ++(truth ? counts.true_only : counts.neither);
}

LabelFigures label_figures(const LabelCounts& counts) {
  LabelFigures result;
  ClassFigures& holds = result.holds;
  holds.support = counts.both + counts.true_only;
  holds.predicted = counts.both + counts.predicted_only;
  holds.precision = label_share(counts.both, holds.predicted);
  holds.recall = label_share(counts.both, holds.support);
  holds.f1 = label_share(2 * counts.both, holds.predicted + holds.support);
  const std::size_t right = counts.both + counts.neither;
  result.accuracy = label_share(right, right + counts.predicted_only + counts.true_only);
  return result;
}

MeanFigures micro_mean(const std::vector<LabelCounts>& labels) {
  LabelCounts sum;
  for (const LabelCounts& one : labels) {
    sum.both += one.both;
    sum.predicted_only += one.predicted_only;
    sum.true_only += one.true_only;
    sum.neither += one.neither;
  }
  const ClassFigures all = label_figures(sum).holds;
  return {all.precision, all.recall, all.f1};
}

}  // namespace lithe::metrics
