// How well an out-of-distribution score separates unknown examples from known ones. Unknown
// examples are the positives and should score higher. None of the vectors may be empty.
#pragma once

#include <vector>

namespace lithe::metrics {

// The area under the receiver operating characteristic: the probability that an unknown example
// scores above a known one, ties counted half (Mann and Whitney, 1947).
double auroc(const std::vector<double>& known, const std::vector<double>& unknown);

// Average precision; equal scores share one threshold.
double aupr(const std::vector<double>& known, const std::vector<double>& unknown);

// The fraction of unknown examples accepted at the threshold that accepts `true_positive_rate` of
// the known ones.
double fpr_at(std::vector<double> known, const std::vector<double>& unknown,
              double true_positive_rate);

// The fractions of unknown and known examples accepted, as the threshold rises past each score.
struct Rate {
  double unknown, known;
};
// Counts only the known examples for which `counts` is true (all where it is empty), as a fraction
// of all known ones.
std::vector<Rate> rates(const std::vector<double>& known, const std::vector<double>& unknown,
                        const std::vector<bool>& counts = {});

// The open-set classification rate: the area under the share of known examples that are accepted
// and answered right against that of unknown ones accepted (Dhamija and others, 2018).
double oscr(const std::vector<double>& known, const std::vector<bool>& correct,
            const std::vector<double>& unknown);

}  // namespace lithe::metrics
