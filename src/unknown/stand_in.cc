// Stand-in for the scores of unknownness.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "lithe/error.h"
#include "lithe/unknown.h"

namespace lithe {

struct UnknownScore::State {
  std::string sentence;
  std::map<std::string, NamedArray> arrays;
};

namespace {
double lse(const double* z, std::size_t n) {
  const double m = *std::max_element(z, z + n);
  double s = 0;
  for (std::size_t i = 0; i < n; ++i) s += std::exp(z[i] - m);
  return m + std::log(s);
}
void check(const std::string& s) {
  for (const auto& known : unknown_scores())
    if (s == known) return;
  throw Error(ErrorKind::sentence, fmt::format("no score is called '{}'", s), {}, "energy");
}
}  // namespace

UnknownScore UnknownScore::fit(const std::string& sentence, const Evidence& train, const Head&) {
  check(sentence);
  UnknownScore result;
  auto state = std::make_shared<State>();
  state->sentence = sentence;
  if (sentence == "mahalanobis") {
    const std::size_t d = train.columns, k = train.classes;
    NamedArray means{{k, d}, std::vector<double>(k * d)};
    NamedArray variance{{d}, std::vector<double>(d, 1e-9)};
    std::vector<double> count(k);
    for (std::size_t i = 0; i < train.rows; ++i) {
      const auto c = static_cast<std::size_t>(train.labels[i]);
      ++count[c];
      for (std::size_t j = 0; j < d; ++j) means.values[c * d + j] += train.features[i * d + j];
    }
    for (std::size_t c = 0; c < k; ++c) {
      if (count[c] < 2) throw Error(ErrorKind::data, "fewer than two examples of a class");
      for (std::size_t j = 0; j < d; ++j) means.values[c * d + j] /= count[c];
    }
    for (std::size_t i = 0; i < train.rows; ++i)
      for (std::size_t j = 0; j < d; ++j) {
        const double e = train.features[i * d + j] -
                         means.values[static_cast<std::size_t>(train.labels[i]) * d + j];
        variance.values[j] += e * e / static_cast<double>(train.rows);
      }
    state->arrays = {{"means", means}, {"variance", variance}};
  }
  result.state_ = state;
  return result;
}

UnknownScore UnknownScore::restore(const std::string& sentence,
                                   const std::map<std::string, NamedArray>& arrays) {
  check(sentence);
  if (sentence == "mahalanobis" && arrays.size() != 2)
    throw Error(ErrorKind::model, "mahalanobis needs means and variance");
  UnknownScore result;
  result.state_ = std::make_shared<State>(State{sentence, arrays});
  return result;
}

std::vector<double> UnknownScore::score(const Evidence& e) const {
  std::vector<double> result(e.rows);
  for (std::size_t i = 0; i < e.rows; ++i) {
    const double* z = &e.logits[i * e.classes];
    if (state_->sentence == "energy") result[i] = -lse(z, e.classes);
    if (state_->sentence == "max_softmax")
      result[i] = -std::exp(*std::max_element(z, z + e.classes) - lse(z, e.classes));
    if (state_->sentence == "mahalanobis") {
      const NamedArray &m = state_->arrays.at("means"), &v = state_->arrays.at("variance");
      if (m.shape != std::vector<std::size_t>{e.classes, e.columns} || v.values.size() != e.columns)
        throw Error(ErrorKind::model, "the score's arrays do not fit the network");
      double best = 1e300;
      for (std::size_t c = 0; c < e.classes; ++c) {
        double s = 0;
        for (std::size_t j = 0; j < e.columns; ++j) {
          const double x = e.features[i * e.columns + j] - m.values[c * e.columns + j];
          s += x * x / v.values[j];
        }
        best = std::min(best, s);
      }
      result[i] = best;
    }
  }
  return result;
}

const std::string& UnknownScore::sentence() const { return state_->sentence; }
std::map<std::string, NamedArray> UnknownScore::arrays() const { return state_->arrays; }

double unknown_threshold(std::vector<double> scores, double share) {
  std::sort(scores.begin(), scores.end());
  const auto n = static_cast<double>(scores.size());
  const auto at = static_cast<std::size_t>(std::clamp(std::ceil(share * n) - 1, 0.0, n - 1));
  return scores[at];
}

std::vector<std::string> unknown_scores() { return {"energy", "mahalanobis", "max_softmax"}; }

}  // namespace lithe
