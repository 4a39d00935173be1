#include "lithe/unknown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/error.h"
#include "network/bind.h"
#include "unknown/score.h"

namespace lithe {

namespace unknown {

namespace {

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> result = logit_scores();
    for (Entry& entry : feature_scores()) result.push_back(std::move(entry));
    result.push_back(openmax());
    return result;
  }();
  return all;
}

}  // namespace

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result;
    for (const Entry& entry : entries())
      result.add(network::Category::unknown, std::span(&entry.declaration, 1));
    return result;
  }();
  return all;
}

namespace {

void check_evidence(const Evidence& e, bool labelled) {
  const auto finite = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  };
  if (e.rows == 0 || e.classes == 0)
    throw Error(ErrorKind::data, "there are no known examples to fit a score on");
  if (!finite(e.features) || !finite(e.logits))
    throw Error(ErrorKind::data, "the network's outputs are not all finite", {},
                "train it again with a smaller learning rate");
  if (labelled && e.labels.size() != e.rows)
    throw Error(ErrorKind::data, "the known examples have no labels");
}

}  // namespace

void fail_to_fit() {
  throw Error(ErrorKind::model,
              "the arrays of the out-of-distribution score do not fit the network", {},
              "calibrate the model again: lithe calibrate MODEL --data DATA");
}

const NamedArray& array_of(const Arrays& arrays, const std::string& name,
                           const std::vector<std::size_t>& shape) {
  const auto found = arrays.find(name);
  if (found == arrays.end() || found->second.shape.size() != shape.size()) fail_to_fit();
  std::size_t size = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t is = found->second.shape[i];
    if (is == 0 || (shape[i] != 0 && shape[i] != is)) fail_to_fit();
    size *= is;
  }
  const std::vector<double>& values = found->second.values;
  if (values.size() != size ||
      !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
    fail_to_fit();
  return found->second;
}

}  // namespace unknown

struct UnknownScore::State {
  std::string sentence;
  unknown::Arrays arrays;
  std::unique_ptr<unknown::Score> score;

  explicit State(const std::string& text) {
    const Component component =
        network::read_component(text, network::Category::unknown, unknown::catalogue());
    sentence = network::print(component, network::Category::unknown, unknown::catalogue());
    for (const unknown::Entry& entry : unknown::entries())
      if (entry.declaration.name == component.name) score = entry.make(component);
  }
};

UnknownScore UnknownScore::fit(const std::string& sentence, const Evidence& train,
                               const Head& head) {
  auto state = std::make_shared<State>(sentence);
  unknown::check_evidence(train, true);
  state->arrays = state->score->fit(train, head);
  state->score->use(state->arrays);
  UnknownScore result;
  result.state_ = std::move(state);
  return result;
}

UnknownScore UnknownScore::restore(const std::string& sentence,
                                   const std::map<std::string, NamedArray>& arrays) {
  auto state = std::make_shared<State>(sentence);
  state->arrays = arrays;
  state->score->use(arrays);
  UnknownScore result;
  result.state_ = std::move(state);
  return result;
}

std::vector<double> UnknownScore::score(const Evidence& examples) const {
  state_->score->check(examples.columns, examples.classes);
  std::vector<double> result(examples.rows);
  for (std::size_t i = 0; i < examples.rows; ++i)
    result[i] = (*state_->score)({examples.features.data() + i * examples.columns,
                                  examples.logits.data() + i * examples.classes, examples.columns,
                                  examples.classes});
  return result;
}

const std::string& UnknownScore::sentence() const { return state_->sentence; }
std::map<std::string, NamedArray> UnknownScore::arrays() const { return state_->arrays; }

double unknown_threshold(std::vector<double> known_scores, double acceptance_rate) {
  if (known_scores.empty())
    throw Error(ErrorKind::data, "a threshold needs the scores of known examples");
  std::sort(known_scores.begin(), known_scores.end());
  const double count = static_cast<double>(known_scores.size());
  return known_scores[static_cast<std::size_t>(
      std::clamp(std::ceil(acceptance_rate * count) - 1, 0.0, count - 1))];
}

std::vector<std::string> unknown_scores() {
  std::vector<std::string> result;
  for (const unknown::Entry& entry : unknown::entries()) result.push_back(entry.declaration.name);
  return result;
}

std::string describe_unknown_score(const std::string& name) {
  std::string text;
  for (const unknown::Entry& entry : unknown::entries())
    if (entry.declaration.name == name) text += network::describe(entry.declaration);
  return text;
}

}  // namespace lithe
