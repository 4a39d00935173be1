// How well a score of unknownness (the higher, the less known) tells unknown examples from known
// ones. None of the vectors may be empty.
#pragma once

#include <vector>

namespace lithe::metrics {

// The probability that an unknown example scores above a known one, ties counted half: the area
// under the receiver operating characteristic (Mann and Whitney, 1947).
double auroc(const std::vector<double>& known, const std::vector<double>& unknown);

// Average precision with the unknown as what is looked for; equal scores are taken together.
double aupr(const std::vector<double>& known, const std::vector<double>& unknown);

// The share of unknown examples accepted at the threshold that accepts `share` of the known ones.
double fpr_at(std::vector<double> known, const std::vector<double>& unknown, double share);

// Shares of both that are accepted, as the threshold rises past each score.
struct Rate {
  double unknown, known;
};
// Only the known examples that `counts` names are counted (none given: all), as shares of all.
std::vector<Rate> rates(const std::vector<double>& known, const std::vector<double>& unknown,
                        const std::vector<bool>& counts = {});

// The open-set classification rate: the area under the share of known examples that are accepted
// and answered right against that of unknown ones accepted (Dhamija and others, 2018).
double oscr(const std::vector<double>& known, const std::vector<bool>& right,
            const std::vector<double>& unknown);

}  // namespace lithe::metrics
