#include "open_set/scorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/error.h"

namespace lithe::open_set {

namespace {

constexpr std::size_t kMostFeatures = std::size_t{1} << 26;  // half a gigabyte of them

// The evidence of all examples, or of a stratified sample where there are too many.
Evidence bounded_evidence(const Model& model, const Examples& train, const Head& head) {
  const std::size_t columns = head.weight.size() / head.bias.size();
  const std::size_t most = std::max<std::size_t>(1, kMostFeatures / columns);
  if (train.features.rows <= most) return collect_evidence(model, train);
  const HoldoutSplit sample = hold_out(train, static_cast<double>(std::max<std::size_t>(2, most)));
  return collect_evidence(model, sample.validation);
}

Head known_head(Head head, std::size_t classes) {
  const std::size_t all = head.bias.size();
  if (all == classes) return head;
  Head known{{}, {head.bias.begin(), head.bias.begin() + static_cast<std::ptrdiff_t>(classes)}};
  for (std::size_t at = 0; at < head.weight.size(); at += all)
    for (std::size_t c = 0; c < classes; ++c) known.weight.push_back(head.weight[at + c]);
  return known;
}

void check_background(const Model& model) {
  if (!has_background(model))
    throw Error(ErrorKind::model, "the model has no background class", {},
                "lithe train ... --unknown background --outliers DATA, or another score: energy");
}

// The log odds of the last class against all others.
std::vector<double> background_odds(const Evidence& all, std::size_t classes) {
  std::vector<double> result(all.rows);
  for (std::size_t row = 0; row < all.rows; ++row) {
    const double* z = &all.logits[row * all.classes];
    const double largest = *std::max_element(z, z + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(z[c] - largest);
    result[row] = z[classes] - largest - std::log(sum);
  }
  return result;
}

}  // namespace

std::size_t known_classes(const Model& model) {
  const std::size_t outputs = model.network().output_shape().size();
  return outputs == 1 ? 2 : outputs - (has_background(model) ? 1 : 0);
}

Evidence known_part(Evidence evidence, std::size_t classes) {
  if (evidence.classes == classes) return evidence;
  for (std::size_t row = 0; row < evidence.rows; ++row)
    for (std::size_t c = 0; c < classes; ++c)
      evidence.logits[row * classes + c] = evidence.logits[row * evidence.classes + c];
  evidence.logits.resize(evidence.rows * classes);
  evidence.classes = classes;
  return evidence;
}

Scorer Scorer::fit(const std::string& sentence, const Model& model, const Examples& train) {
  Scorer result;
  result.classes_ = known_classes(model);
  result.sentence_ = sentence;
  if (sentence == kBackground) {
    check_background(model);
    return result;
  }
  const Head head = head_of(model);
  result.score_ =
      UnknownScore::fit(sentence, known_part(bounded_evidence(model, train, head), result.classes_),
                        known_head(head, result.classes_));
  result.sentence_ = result.score_->sentence();
  return result;
}

Scorer Scorer::restore(const std::string& sentence, const Model& model) {
  Scorer result;
  result.classes_ = known_classes(model);
  result.sentence_ = sentence;
  if (sentence == kBackground) {
    check_background(model);
    return result;
  }
  std::map<std::string, NamedArray> arrays;
  constexpr std::string_view kPrefix = "unknown.";
  for (const auto& [name, array] : model.extra_arrays())
    if (name.starts_with(kPrefix)) arrays[name.substr(kPrefix.size())] = array;
  try {
    result.score_ = UnknownScore::restore(sentence, arrays);
  } catch (const Error& error) {
    throw Error(ErrorKind::model, error.problem(), fmt::format("its score '{}'", sentence),
                "calibrate the model again: lithe calibrate MODEL --data DATA");
  }
  return result;
}

std::vector<double> Scorer::score(const Evidence& all) const {
  return score_ ? score_->score(known_part(all, classes_)) : background_odds(all, classes_);
}

std::map<std::string, NamedArray> Scorer::arrays() const {
  return score_ ? score_->arrays() : std::map<std::string, NamedArray>{};
}

}  // namespace lithe::open_set

namespace lithe {

void check_unknown_score(const std::string& sentence) {
  if (sentence == open_set::kBackground) return;
  const Evidence tiny{4, 1, 2, {0, 1, 2, 3}, {2, 0, 1, 0, 0, 1, 0, 2}, {0, 0, 1, 1}};
  try {
    UnknownScore::fit(sentence, tiny, {{-1, 1}, {0, 0}});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::sentence) throw;  // four examples need not suffice
  }
}

}  // namespace lithe
